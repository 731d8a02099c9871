"""Turning what was heard into rows, once: contacts, conversations, messages, takeovers.

Everything here may run twice: constraints in the database make the second time change nothing.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, F, QuerySet, Value, When

from flowia.lib import clock, leases
from flowia.lib.standing import Standing, StandingChange, given
from processing import attention
from processing.models import Contact, Conversation, Message, Scenario
from processing.threads import commented, erased, known, thread_of
from social import forgotten
from social.contracts import COMMENT, Echo, Edit, InboundMessage
from social.models import SocialAccount, WebhookEvent
from social.providers.registry import PROVIDERS, capabilities_of

CLOCKS_APART = timedelta(minutes=5)
"""How far the network's clock may be ahead: one message dated in a far future would otherwise
stay the newest of its conversation for ever."""
CALL_BACK = "call_back"
"""Why a human is needed who was asked to call: the assistant goes on meanwhile."""
DRAFT_WAITS = "needs_approval"
LEASE = timedelta(seconds=60)
"""How long a worker may keep a message to itself before it is offered again."""
ACCOUNT = Standing(
    lambda: (
        SocialAccount.objects.exclude(status=SocialAccount.Status.DISCONNECTED)
        .select_related("workspace")
        .filter(kind=given.word("kind"), external_id=given.word("external_id"))
        .order_by("pk")[:1]
    )
)
TAKE = StandingChange(
    lambda: (
        Message.objects.filter(pk=given.key("id"), outcome="", next_at__lte=given.moment("now")),
        {"next_at": given.moment("until"), "attempts": F("attempts") + 1},
    )
)
TAKEN = Standing(
    lambda: Message.objects.select_related(
        "workspace", "conversation__contact", "conversation__workspace", "social_account"
    ).filter(pk=given.key("id"))
)
HOLD = StandingChange(
    lambda: (
        Message.objects.filter(pk=given.key("id"), outcome="", next_at=given.moment("held")),
        {"quota_day": given.day("day")},
    )
)
SETTLE = StandingChange(
    lambda: (
        Message.objects.filter(pk=given.key("id"), outcome="", next_at=given.moment("held")),
        {
            "outcome": given.word("outcome"),
            "reason": given.word("reason"),
            "next_at": None,
            "quota_day": None,
        },
    )
)


def account_for(kind: str, external_id: str) -> SocialAccount | None:
    """Return the connected account an event is for; the account tells the workspace."""
    return ACCOUNT.first(kind=kind, external_id=external_id)


def record_message(
    account: SocialAccount, inbound: InboundMessage, *, event: WebhookEvent, now: datetime
) -> Message | None:
    """Store a contact's message, to be looked at after the settle time; None when known already.

    Opens the reply window.
    """
    if known(account, inbound.external_id) or erased(account, inbound):
        return None
    conversation = thread_of(account, inbound, now=now)
    message = Message(
        workspace=account.workspace,
        conversation=conversation,
        social_account=account,
        webhook_event=event,
        direction=Message.Direction.INBOUND,
        author=Message.Author.CONTACT,
        external_id=inbound.external_id,
        text=inbound.text,
        attachments=list(inbound.attachments),
        post_external_id=inbound.post_external_id[:128],
        parent_external_id=inbound.parent_external_id[:128],
        quoted_external_id=inbound.quoted_external_id[:255],
        payload=inbound.payload[:1000],
        unannounced=bool(event.stream) and is_announced(account, event.stream),
        unseen_before=inbound.unseen_before,
        status=Message.Status.RECEIVED,
        sent_at=min(inbound.sent_at, now + CLOCKS_APART),
        request_id=event.request_id,
        reason="settling",
        next_at=now + timedelta(seconds=settings.SETTLE_SECONDS),
    )
    if not _insert(message):
        return None
    _note_arrival(message, inbound, now=now)
    return message


def is_announced(account: SocialAccount, stream: str) -> bool:
    """Return whether webhooks should have told what was read in `stream`."""
    streams = PROVIDERS[account.provider].streams
    return any(one.announced for one in streams if one.name == stream)


def note_announced(account: SocialAccount, external_id: str) -> bool:
    """Note that a webhook told of a message which was read before it came; False otherwise."""
    rows = Message.objects.filter(social_account=account, external_id=external_id)
    return bool(rows.filter(unannounced=True).update(unannounced=False))


def record_human(
    account: SocialAccount,
    echo: Echo,
    *,
    event: WebhookEvent,
    now: datetime,
    history: bool = False,
) -> Message | None:
    """Store what a human wrote on the network itself; the conversation becomes theirs.

    Unless it is `history`. None when it is known already, or a comment that answers nobody we
    know of.
    """
    if is_gone(account, echo) or known(account, echo.external_id):
        return None
    found = commented(account, echo) if echo.kind == COMMENT else None
    if found is None and echo.kind == COMMENT:
        return None
    conversation = found or thread_of(account, echo, now=now)
    message = Message(
        workspace=account.workspace,
        conversation=conversation,
        social_account=account,
        webhook_event=event,
        direction=Message.Direction.OUTBOUND,
        author=Message.Author.HUMAN,
        external_id=echo.external_id,
        text=echo.text,
        post_external_id=echo.post_external_id[:128],
        parent_external_id=echo.parent_external_id[:128],
        status=Message.Status.SENT,
        sent_at=min(echo.sent_at, now + CLOCKS_APART),
        request_id=event.request_id,
    )
    if not _insert(message):
        return None
    if not history:
        # From the moment they wrote: an echo that comes days late must not silence the assistant.
        take_over(conversation, now=min(echo.sent_at, now))
    return message


def keep_as_history(message: Message) -> None:
    """Leave a message undecided for good: it was said long before the account was connected."""
    silent = {"outcome": Message.Outcome.SILENT, "reason": "history", "next_at": None}
    Message.objects.filter(pk=message.pk).update(**silent)


def is_gone(account: SocialAccount, entry: InboundMessage | Echo | Edit) -> bool:
    """Return whether the words were taken back, erased or purged: no copy of them is kept."""
    stored = Message.objects.filter(social_account=account, external_id=entry.external_id)
    removed = stored.values_list("removed_at", flat=True).first()
    if removed is not None or forgotten.knows_message(account, entry.external_id):
        return True
    if not isinstance(entry, Edit) and erased(account, entry):
        return True
    return isinstance(entry, Echo) and _is_erased_echo(account, entry)


def _is_erased_echo(account: SocialAccount, echo: Echo) -> bool:
    """Return whether it repeats our words to somebody erased before the network named them."""
    unnamed = forgotten.unnamed(echo.contact_external_id, echo.text)
    return forgotten.knows_message(account, unnamed)


def take_over(conversation: Conversation, *, now: datetime) -> None:
    """Give the conversation to a human until the workspace's delay has passed; idempotent.

    A human who has longer keeps it for as long: what comes late shortens nobody's time.
    """
    until = now + timedelta(minutes=conversation.workspace.release_after_minutes)
    human = Conversation.Handler.HUMAN
    longer = When(handled_by=human, human_until__gt=until, then=F("human_until"))
    taken = {
        "handled_by": human,
        "human_until": Case(longer, default=Value(until)),
        "handoff_reason": "",
    }
    Conversation.objects.filter(pk=conversation.pk).update(**taken)
    conversation.refresh_from_db(fields=list(taken))


def hand_off(conversation: Conversation, reason: str, *, now: datetime) -> None:
    """Stop the assistant in this conversation and say why a human is needed."""
    take_over(conversation, now=now)
    flag(conversation, reason)


def pursue(conversation: Conversation, scenario: Scenario) -> None:
    """Let the scenario go on in the conversation: one objective at a time."""
    if conversation.scenario_id != scenario.pk:
        Conversation.objects.filter(pk=conversation.pk).update(scenario=scenario.pk)


def flag(conversation: Conversation, reason: str) -> None:
    """Show the conversation to the members as one that needs them, for `reason`.

    A draft does not hide that somebody waits to be called: it has a page of its own.
    """
    rows = Conversation.objects.filter(pk=conversation.pk)
    if reason == DRAFT_WAITS:
        rows = rows.exclude(handoff_reason=CALL_BACK)
    if rows.update(handoff_reason=reason, attention_at=clock.now()):
        conversation.handoff_reason = reason


def release(conversation: Conversation) -> None:
    """Give the conversation back to the assistant; idempotent."""
    back = _back_to_assistant()
    for name, value in back.items():
        setattr(conversation, name, value)
    conversation.save(update_fields=list(back))


def _back_to_assistant() -> dict[str, Any]:
    # The contact is told anew that an AI writes, and of the next handoff.
    return {
        "handled_by": Conversation.Handler.ASSISTANT,
        "human_until": None,
        "handoff_reason": "",
        "notice_sent_at": None,
        "handoff_told_at": None,
    }


def unflag(conversation: Conversation, *reasons: str) -> bool:
    """Take the flag away again, if one of `reasons` is why the conversation needs a human.

    Returns whether it was.
    """
    flagged = Conversation.objects.filter(pk=conversation.pk, handoff_reason__in=reasons)
    return bool(flagged.update(handoff_reason=""))


def unflag_if_nothing_waits(conversation: Conversation) -> None:
    """Take the flag of a draft away once no draft of the conversation waits for approval."""
    if not conversation.messages.filter(status=Message.Status.HELD).exists():
        unflag(conversation, DRAFT_WAITS)


def release_if_over(conversation: Conversation, *, now: datetime) -> bool:
    """Give the conversation back when the human's time is over; return whether it was."""
    until = conversation.human_until
    if conversation.handled_by != Conversation.Handler.HUMAN or until is None or now < until:
        return False
    # A human who stepped in again meanwhile has a later `human_until`.
    theirs = Conversation.objects.filter(pk=conversation.pk, human_until=until)
    return bool(theirs.update(**_back_to_assistant()))


def claim(message_id: int, *, now: datetime) -> Message | None:
    """Take a message that is due, for one lease; None when another has it or it is decided.

    The attempt is counted before the work, so that a crash counts too.
    """
    if not TAKE(id=message_id, now=now, until=now + LEASE):
        return None
    mine = Message.objects.filter(pk=message_id, outcome="", next_at=now + LEASE)
    leases.held(mine, next_at=now, attempts=F("attempts") - 1)
    message = TAKEN.first(id=message_id)
    return message if message is not None and message.next_at == now + LEASE else None


def wait(message: Message, reason: str, until: datetime, *, forget_attempts: bool) -> bool:
    """Look at the message again at `until`, holding nothing of the day's quota.

    Returns False when the message is no longer this worker's: the caller changes nothing then.
    """
    attempts = 0 if forget_attempts else message.attempts
    changes = {"reason": reason, "next_at": until, "attempts": attempts, "quota_day": None}
    return bool(_mine(message).update(**changes))


def hold_quota(message: Message, day: date | None) -> bool:
    """Write of which day's quota the message holds one; False when another worker has it."""
    if not HOLD(id=message.pk, held=message.next_at, day=day):
        return False
    message.quota_day = day
    return True


def settle(message: Message, outcome: str, reason: str) -> bool:
    """Write the decision on the message; False when it is no longer this worker's."""
    told = {"outcome": outcome, "reason": reason[:60]}
    # The conversation before its message, as everywhere: see docs/dangerous-constructs.md.
    attention.mark_unheard(message, reason)
    decided = SETTLE(id=message.pk, held=message.next_at, **told)
    message.outcome, message.reason, message.next_at = outcome, reason, None
    return bool(decided)


def _mine(message: Message) -> QuerySet[Message]:
    """Select the message while this worker's lease holds; later it is another's to decide."""
    return Message.objects.filter(pk=message.pk, outcome="", next_at=message.next_at)


def _insert(message: Message) -> bool:
    """Insert unless another worker did; `message` gets its key."""
    Message.objects.bulk_create([message], ignore_conflicts=True)
    stored = Message.objects.filter(uid=message.uid).values_list("pk", flat=True).first()
    message.pk = stored
    return stored is not None


def reopen(message: Message, *, now: datetime) -> bool:
    """Judge a message anew after the settle time, whatever was decided; False when it is gone.

    A worker that has it at this moment loses it: what it decides about changed.
    """
    rows = Message.objects.filter(pk=message.pk, removed_at__isnull=True)
    again = now + timedelta(seconds=settings.SETTLE_SECONDS)
    anew = {"outcome": "", "reason": "settling", "next_at": again, "attempts": 0}
    return bool(rows.update(**anew))


def _note_arrival(message: Message, inbound: InboundMessage, *, now: datetime) -> None:
    account, conversation = message.social_account, message.conversation
    hours = capabilities_of(account.kind, conversation.kind).reply_window_hours
    closes = message.sent_at + timedelta(hours=hours) if hours else None
    rows = Conversation.objects.filter(pk=conversation.pk)
    news: dict[str, Any] = {"last_message_at": now}
    if inbound.origin:
        news["origin"] = inbound.origin[:200]
    if inbound.thread_external_id and conversation.kind != COMMENT:
        news["external_id"] = inbound.thread_external_id[:255]
    # The conversation is locked since it was read: nobody moved its window meanwhile.
    open_until = conversation.window_closes_at
    if closes is not None and (open_until is None or open_until < closes):
        news["window_closes_at"] = closes
    rows.update(**news, **_control(message, inbound))
    _note_person(conversation.contact, account, inbound, now=now)


def _control(message: Message, inbound: InboundMessage) -> dict[str, datetime | None]:
    """Return what is to be kept of whose thread it was when the message was written.

    Who writes to us where no other app stands by gave the thread back, whatever was missed; but
    what was read by asking does not tell who stands by.
    """
    event, written, conversation = message.webhook_event, message.sent_at, message.conversation
    since, told = conversation.other_app_since, conversation.control_told_at
    if inbound.standby:
        news = since is None and (told is None or told <= written)
        return {"other_app_since": written} if news else {}
    asked_for = event is not None and event.stream
    return {} if asked_for or since is None or since >= written else {"other_app_since": None}


def _note_person(
    contact: Contact, account: SocialAccount, inbound: InboundMessage, *, now: datetime
) -> None:
    """Keep how the person calls themselves; where nobody said it, the network is asked once."""
    changes: dict[str, Any] = {}
    if inbound.contact_name and not contact.name:
        changes |= {"name": inbound.contact_name[:200], "name_key": None}
    if inbound.headline and inbound.headline[:300] != contact.headline:
        changes["headline"] = inbound.headline[:300]
    if inbound.contact_handle and inbound.contact_handle != contact.handle:
        changes["handle"] = inbound.contact_handle[:200]
    asks = PROVIDERS[account.provider].profile is not None and bool(inbound.contact_external_id)
    nameless = not (contact.name or inbound.contact_name)
    if asks and nameless and contact.profile_next_at is None and not contact.profile_asked_at:
        changes["profile_next_at"] = now
    if changes:
        Contact.objects.filter(pk=contact.pk).update(**changes)
