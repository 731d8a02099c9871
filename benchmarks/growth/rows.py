"""So many messages, with everything that the product keeps beside them, in many businesses.

Half of it is the first business's, the rest is spread over all others. Everything is settled:
nothing of it is due, as it is with old rows.
"""

from dataclasses import dataclass
from typing import Any

from accounts.models import Fact, Letter, Workspace
from accounts.models.audit import AuditEntry
from benchmarks.bulk import (
    ago,
    day,
    document,
    fill,
    last_of,
    pick,
    text,
    uid,
    without_checks,
)
from billing.models import Closing, PlanChange, Quota, StripeEvent, Subscription
from integrations.models import Hook, HookCall, Integration, Removal, SyncedRow, SyncOrder, SyncRun
from processing.models import (
    Contact,
    Conversation,
    DailyFigure,
    DeadLetter,
    Delivery,
    DmSequence,
    FollowUp,
    InteractionEvent,
    Lead,
    LeadAct,
    Message,
    Replay,
    Scenario,
)
from social.models import Breaker, Forgotten, Poll, SocialAccount, UnitDay, WebhookEvent

SAID = 6
"""Messages of a conversation, in turn the contact's and ours."""
TOLD = 5
"""Ledger rows of a contact's message and its answer."""
DAYS = 90
FEWEST, MOST = 20, 10_000
MESSAGES_EACH = 100
"""Of so many messages one more business, from the fewest to the most."""
GATES: list[dict[str, Any]] = [
    {"gate": name, "passed": True, "reason": "settled", "data": {}}
    for name in ("assistant", "account", "human", "window", "scenario", "quota")
]
EVIDENCE = [{"quote": "Je la prends, si vous livrez avant le 12", "message": None, "level": "hot"}]
SUMMARY = ["Veut la lampe Aube en laiton", "Livraison à Lyon avant le 12", "Budget de 300 €"]
BODY = (
    '{"object":"page","entry":[{"id":"page","time":1,"messaging":[{"sender":{"id":"psid"},'
    '"message":{"mid":"m","text":"Bonjour, c est combien ?"}}]}]}'
)


@dataclass(frozen=True)
class Rows:
    """What was made: the first key of each table, and how many conversations and businesses."""

    messages: int
    talks: int
    businesses: int
    least: int
    workspace: int
    account: int
    scenario: int
    tool: int
    contact: int
    talk: int
    said: int
    lead: int
    call: int

    def business(self, talk: str) -> str:
        """Return the expression of which business a conversation, counted from 0, belongs to."""
        others = f"1 + ({talk}) * 7919 % {self.businesses - 1}"
        return f"CASE WHEN ({talk}) / 2 % 2 = 0 THEN 0 ELSE {others} END"

    def of_talk(self, talk: str, *, account: bool = False) -> dict[str, str]:
        """Return the columns of who a row about the conversation belongs to."""
        whose = self.business(talk)
        owner = {"workspace": f"{self.workspace} + {whose}"}
        return {**owner, "social_account": f"{self.account} + {whose}"} if account else owner

    def some(self, number: int) -> int:
        """Return `number`, or the least that is asked for of each table."""
        return max(self.least, number)

    def sent_ago(self, message: str) -> str:
        """Return the expression of when a message, counted from 0, was sent: all within 90 days."""
        pause = max(1, DAYS * 86_400 // self.messages)
        return ago(f"3600 + ({self.messages} - ({message})) * {pause}")


def fill_messages(messages: int, *, least: int = 0) -> Rows:
    """Fill an empty database; every table that the pipeline reads gets at least `least` rows."""
    talks = messages // SAID
    businesses = max(FEWEST, least, min(MOST, messages // MESSAGES_EACH))
    rows = Rows(
        messages=talks * SAID,
        talks=talks,
        businesses=businesses,
        least=least,
        workspace=last_of(Workspace) + 1,
        account=last_of(SocialAccount) + 1,
        scenario=last_of(Scenario) + 1,
        tool=last_of(Integration) + 1,
        contact=last_of(Contact) + 1,
        talk=last_of(Conversation) + 1,
        said=last_of(Message) + 1,
        lead=last_of(Lead) + 1,
        call=last_of(WebhookEvent) + 1,
    )
    with without_checks():
        _businesses(rows)
        _talks(rows)
        _calls(rows)
        _messages(rows)
        _ledger(rows)
        _leads(rows)
        _house(rows)
    return rows


def _businesses(rows: Rows) -> None:
    number = rows.businesses
    whose = {"workspace": f"{rows.workspace} + n"}
    through = {**whose, "social_account": f"{rows.account} + n"}
    fill(Workspace, number, name="'Boutique ' || n", business_profile="'Une boutique.'")
    fill(SocialAccount, number, **whose, provider="'meta'", kind="'messenger'",
         external_id="'business-' || n", name="'Page ' || n", connected_at=ago("9000000"),
         check_next_at=ago("-86400"), refresh_next_at=ago("-86400"))  # fmt: skip
    fill(Subscription, number, **whose, plan="'ultra'", customer_id="'cus_' || n",
         subscription_id="'sub_' || n", next_at=ago("-86400"))  # fmt: skip
    fill(Scenario, number, **whose, name="'Accueil'", instruction="'Répondez.'", autonomy="'auto'")
    fill(Fact, number * 5, workspace=f"{rows.workspace} + n / 5", label="'Tasse ' || (n % 5)",
         value="'49 €'")  # fmt: skip
    fill(Poll, number, **through, stream="'messages'", next_at=ago("-86400"))
    fill(Breaker, number // 10, name="'account:' || n", since=ago("90"))
    fill(UnitDay, number, **through, provider="'youtube'", day=day("1"))
    fill(Integration, number, **whose, kind="'notion'", written_at=ago("90"))
    fill(Hook, number, **whose, name="'CRM'", url="'https://exemple.fr/' || n")
    days = max(1, min(DAYS, rows.messages // number // 4))
    fill(Quota, number * days, workspace=f"{rows.workspace} + n % {number}",
         day=day(f"n / {number} + 1"), used="12")  # fmt: skip
    figures = rows.some(rows.messages // 20)
    fill(DailyFigure, figures, workspace=f"{rows.workspace} + n % {number}",
         day=day(f"n / {number} / 30"), name=f"'figure-' || (n / {number} % 30)",
         count="3")  # fmt: skip


def _talks(rows: Rows) -> None:
    whose = rows.of_talk("n", account=True)
    fill(Contact, rows.talks, **whose, external_id="'psid-' || n", name="'Contact ' || n",
         name_key="'' || n", profile_asked_at=ago("9000"))  # fmt: skip
    last = f"n * {SAID} + {SAID - 1}"
    # Of a hundred threads one waits for a member, and is looked at again later.
    waits = "CASE WHEN n % 100 = 7"
    fill(Conversation, rows.talks, **whose, contact=f"{rows.contact} + n",
         external_id="'t_' || n", last_message_at=rows.sent_ago(last),
         handoff_reason=f"{waits} THEN 'asked_for_human' ELSE '' END",
         attention_at=f"{waits} THEN {ago('-1800')} END",
         notice_sent_at=rows.sent_ago(last), window_closes_at=ago("-3600"))  # fmt: skip


def _calls(rows: Rows) -> None:
    """Each message of a contact came by one call, and each of ours was confirmed by another."""
    fill(WebhookEvent, rows.messages, provider="'meta'", digest="'digest-' || n", body=text(BODY),
         status="'processed'", reasons=document(["received"]), attempts="1",
         processed_at=rows.sent_ago("n"), request_id="'request-' || n")  # fmt: skip


def _messages(rows: Rows) -> None:
    talk, answers = f"n / {SAID}", "n % 2 = 1"

    def either(answer: str, question: str) -> str:
        return f"CASE WHEN {answers} THEN {answer} ELSE {question} END"

    fill(Message, rows.messages, **rows.of_talk(talk, account=True),
         conversation=f"{rows.talk} + {talk}", webhook_event=either("NULL", f"{rows.call} + n"),
         direction=either("'outbound'", "'inbound'"), author=either("'assistant'", "'contact'"),
         external_id="'m-' || n", text="'Bonjour, c''est combien ?'",
         status=either("'delivered'", "'received'"), sent_at=rows.sent_ago("n"),
         created_at=rows.sent_ago("n"), outcome=either("''", "'reply'"),
         reason=either("''", "'replied'"), in_reply_to=either(f"{rows.said} + n - 1", "NULL"),
         scenario=f"{rows.scenario} + {rows.business(talk)}", attempts="1",
         request_id="'request-' || (n / 2)")  # fmt: skip
    answer = "n * 2 + 1"
    fill(Delivery, rows.messages // 2, **rows.of_talk(f"({answer}) / {SAID}"),
         message=f"{rows.said} + {answer}", status="'sent'", attempts="1",
         begun_at=rows.sent_ago(answer), finished_at=rows.sent_ago(answer))  # fmt: skip


def _ledger(rows: Rows) -> None:
    pair = f"n / {TOLD}"
    talk = f"({pair}) * 2 / {SAID}"
    by = f"n % {TOLD}"
    decided = document({"tokens_in": 900, "tokens_out": 60, "cost": 420, "scenario": "Accueil"})
    left = document({"purpose": "reply", "author": "assistant", "first_answer": 12})
    fill(InteractionEvent, rows.messages // 2 * TOLD, **rows.of_talk(talk),
         conversation=f"{rows.talk} + {talk}",
         message=f"{rows.said} + ({pair}) * 2 + CASE WHEN {by} IN (2, 3) THEN 1 ELSE 0 END",
         kind=pick("received", "decided", "queued", "delivery", "lead", by=by),
         outcome=pick("", "reply", "queued", "sent", "warm", by=by),
         reason=pick("received", "replied", "queued", "sent", "lead_new", by=by),
         gates=f"CASE WHEN {by} = 1 THEN {document(GATES)} ELSE '[]' END",
         data=f"CASE {by} WHEN 1 THEN {decided} WHEN 3 THEN {left} ELSE '{{}}' END",
         created_at=rows.sent_ago(f"({pair}) * 2"), counted="TRUE",
         request_id=f"'request-' || ({pair})")  # fmt: skip


def _leads(rows: Rows) -> None:
    leads = rows.talks // 2
    talk = "n * 2"
    whose = rows.of_talk(talk)
    lead = uid(f"{rows.lead} + n", of="Lead")
    fill(Lead, leads, **whose, contact=f"{rows.contact} + {talk}",
         level=pick("hot", "warm", "cold"), evidence=document(EVIDENCE),
         summary=document(SUMMARY), phone="'+3361234' || (n % 9000)", intent="'purchase'",
         warmed_at=ago("9000"))  # fmt: skip
    tool = {**whose, "integration": f"{rows.tool} + {rows.business(talk)}", "lead_uid": lead}
    fill(SyncRun, leads, **tool, payload=document({"name": "Contact"}), status="'done'",
         attempts="1", finished_at=ago("9000"))  # fmt: skip
    fill(SyncedRow, leads, **tool, external_id="'row-' || n", written_at=ago("9000"))
    hook = f"{last_of(Hook) - rows.businesses + 1} + n % {rows.businesses}"
    fill(HookCall, leads, **whose, hook=hook, event="'lead.created'", lead_uid=lead,
         status="'done'")  # fmt: skip
    fill(LeadAct, rows.some(leads // 100), workspace=f"{rows.workspace} + n % {rows.businesses}",
         kind="'level'", value="'hot'", status="'done'")  # fmt: skip
    fill(SyncOrder, rows.some(leads // 100), kind="'full'", status="'done'",
         workspace=f"{rows.workspace} + n % {rows.businesses}",
         integration=f"{rows.tool} + n % {rows.businesses}")  # fmt: skip
    fill(Removal, rows.some(leads // 100), workspace=f"{rows.workspace} + n % {rows.businesses}",
         integration=f"{rows.tool} + n % {rows.businesses}", status="'done'",
         lead_uid=uid("n", of="Gone"))  # fmt: skip


def _house(rows: Rows) -> None:
    """What else grows with the years."""
    whose = {"workspace": f"{rows.workspace} + n % {rows.businesses}"}
    hundredth = rows.some(rows.messages // 100)
    first = fill(
        DmSequence,
        rows.businesses,
        workspace=f"{rows.workspace} + n",
        scenario=f"{rows.scenario} + n",
    )
    fill(FollowUp, rows.some(rows.talks // 5), **rows.of_talk("n"),
         conversation=f"{rows.talk} + n % {rows.talks}",
         sequence=f"{first} + n % {rows.businesses}", position="0",
         status=pick("sent", "cancelled", "done"))  # fmt: skip
    fill(Letter, hundredth, status="'sent'")
    fill(DeadLetter, hundredth, **whose, kind="'respond'", object_id="n", reason="'gave_up'",
         replayed_at=ago("9000"))  # fmt: skip
    fill(Forgotten, hundredth, **whose, kind="'message'", key="'forgotten-' || n")
    fill(Replay, rows.some(10), **whose, scenario=f"{rows.scenario} + n % {rows.businesses}",
         status="'done'", starts_at=ago("9000"), ends_at=ago("9000"), cost_limit="1")  # fmt: skip
    fill(AuditEntry, hundredth, chain="'chain-' || (n % 20)", number="n", actor_kind="'member'",
         action="'draft.approved'", at=ago("9000"), digest="'digest-' || n")  # fmt: skip
    fill(StripeEvent, hundredth, event_id="'evt_' || n", type="'invoice.paid'", status="'done'",
         happened_at=ago("9000"))  # fmt: skip
    fill(PlanChange, hundredth, **whose, reason="'upgraded'", after="'ultra'",
         told_at=ago("9000"))  # fmt: skip
    fill(Closing, rows.some(10), customer_id="'gone_' || n", closed_at=ago("9000"))
