"""Turning what was heard into rows, once: contacts, conversations, messages, takeovers.

Everything here may run twice: constraints in the database make the second time change nothing.
"""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Q, QuerySet, Value, When

from processing.errors import ErasedMeanwhileError
from processing.models import Contact, Conversation, Message, Scenario
from social import forgotten
from social.contracts import Echo, InboundMessage
from social.models import SocialAccount, WebhookEvent
from social.providers.registry import CAPABILITIES

CLOCKS_APART = timedelta(minutes=5)
"""How far the network's clock may be ahead: one message dated in a far future would otherwise
stay the newest of its conversation for ever."""
CALL_BACK = "call_back"
"""Why a human is needed who was asked to call: the assistant goes on meanwhile."""
DRAFT_WAITS = "needs_approval"
LEASE = timedelta(seconds=60)
"""How long a worker may keep a message to itself before it is offered again."""


def account_for(kind: str, external_id: str) -> SocialAccount | None:
    """Return the connected account an event is for; the account tells the workspace."""
    accounts = SocialAccount.objects.select_related("workspace")
    return accounts.filter(kind=kind, external_id=external_id).first()


def record_message(
    account: SocialAccount, inbound: InboundMessage, *, event: WebhookEvent, now: datetime
) -> Message | None:
    """Store a contact's message, to be looked at after the settle time; None when known already.

    Opens the reply window.
    """
    if _known(account, inbound.external_id):
        return None
    conversation = _conversation(account, inbound, now=now)
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


def record_human(
    account: SocialAccount, echo: Echo, *, event: WebhookEvent, now: datetime
) -> Message | None:
    """Store what a human wrote on the network itself; the conversation becomes theirs."""
    # The echo of our own words to somebody who was erased before the network named them.
    erased = forgotten.unnamed(echo.contact_external_id, echo.text)
    if _known(account, echo.external_id) or forgotten.knows_message(account, erased):
        return None
    conversation = _conversation(account, echo, now=now)
    message = Message(
        workspace=account.workspace,
        conversation=conversation,
        social_account=account,
        webhook_event=event,
        direction=Message.Direction.OUTBOUND,
        author=Message.Author.HUMAN,
        external_id=echo.external_id,
        text=echo.text,
        status=Message.Status.SENT,
        sent_at=min(echo.sent_at, now + CLOCKS_APART),
        request_id=event.request_id,
    )
    if not _insert(message):
        return None
    # From the moment they wrote: an echo that comes days late must not silence the assistant.
    take_over(conversation, now=min(echo.sent_at, now))
    return message


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
    if rows.update(handoff_reason=reason):
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
    due = Message.objects.filter(pk=message_id, outcome="", next_at__lte=now)
    if not due.update(next_at=now + LEASE, attempts=F("attempts") + 1):
        return None
    related = ("workspace", "conversation__contact", "conversation__workspace", "social_account")
    message = Message.objects.select_related(*related).get(pk=message_id)
    return message if message.next_at == now + LEASE else None


def wait(message: Message, reason: str, until: datetime, *, forget_attempts: bool) -> bool:
    """Look at the message again at `until`, holding nothing of the day's quota.

    Returns False when the message is no longer this worker's: the caller changes nothing then.
    """
    attempts = 0 if forget_attempts else message.attempts
    changes = {"reason": reason, "next_at": until, "attempts": attempts, "quota_day": None}
    return bool(_mine(message).update(**changes))


def hold_quota(message: Message, day: date) -> bool:
    """Write that the message holds one of `day`'s quota; False when another worker has it."""
    if not _mine(message).update(quota_day=day):
        return False
    message.quota_day = day
    return True


def settle(message: Message, outcome: str, reason: str) -> bool:
    """Write the decision on the message; False when it is no longer this worker's."""
    ended = {"outcome": outcome, "reason": reason[:60], "next_at": None, "quota_day": None}
    decided = _mine(message).update(**ended)
    message.outcome, message.reason, message.next_at = outcome, reason, None
    return bool(decided)


def newer_inbound(message: Message) -> bool:
    """Return whether the contact wrote something newer, by the network's clock."""
    newer = Q(sent_at__gt=message.sent_at) | Q(sent_at=message.sent_at, pk__gt=message.pk)
    return (
        Message.objects.filter(newer, conversation_id=message.conversation_id)
        .filter(direction=Message.Direction.INBOUND)
        .exclude(pk=message.pk)
        .exists()
    )


def answered_since(message: Message) -> bool:
    """Return whether a human wrote after this message, or an answer to it or a newer one exists.

    An answer to an older message says nothing of this one, even when it left later.
    """
    by_human = Q(author=Message.Author.HUMAN, sent_at__gt=message.sent_at)
    by_assistant = Q(author=Message.Author.ASSISTANT, in_reply_to__sent_at__gte=message.sent_at)
    return (
        Message.objects.filter(by_human | by_assistant, conversation_id=message.conversation_id)
        .filter(direction=Message.Direction.OUTBOUND)
        .exclude(status__in=[Message.Status.REFUSED, Message.Status.FAILED])
        .exists()
    )


def _mine(message: Message) -> QuerySet[Message]:
    """Select the message while this worker's lease holds; later it is another's to decide."""
    return Message.objects.filter(pk=message.pk, outcome="", next_at=message.next_at)


def _known(account: SocialAccount, external_id: str) -> bool:
    stored = Message.objects.filter(social_account=account, external_id=external_id)
    return stored.exists() or forgotten.knows_message(account, external_id)


def _insert(message: Message) -> bool:
    """Insert unless another worker did; `message` gets its key."""
    Message.objects.bulk_create([message], ignore_conflicts=True)
    stored = Message.objects.filter(uid=message.uid).values_list("pk", flat=True).first()
    message.pk = stored
    return stored is not None


def _conversation(
    account: SocialAccount, event: InboundMessage | Echo, *, now: datetime
) -> Conversation:
    person = event.contact_external_id
    # Asked for only when they are new.
    silence: Any = partial(_silent_since, account, person)
    confirmed: Any = partial(_wish, account, person, "opt_out_confirmed_at")
    contact, made = Contact.objects.get_or_create(
        social_account=account,
        external_id=person,
        defaults={
            "workspace": account.workspace,
            "opted_out_at": silence,
            "opt_out_confirmed_at": confirmed,
        },
    )
    conversation, _ = Conversation.objects.select_related("contact", "workspace").get_or_create(
        social_account=account,
        contact=contact,
        kind=Conversation.Kind.DIRECT,
        defaults={"workspace": account.workspace, "last_message_at": now},
    )
    if not _still_there(conversation) or (made and _known(account, event.external_id)):
        raise ErasedMeanwhileError
    return conversation


def _silent_since(account: SocialAccount, person: str) -> datetime | None:
    """Return since when somebody who is new on `account` wants no messages of its workspace.

    They said so on another of its accounts, or here before they were erased.
    """
    said = _wish(account, person, "opted_out_at")
    return said or forgotten.opted_out_at(account, person)


def _wish(account: SocialAccount, person: str, column: str) -> datetime | None:
    """Return a moment of the oldest wish for silence of the same id on the same network."""
    silent = Contact.objects.filter(
        workspace=account.workspace_id,
        social_account__provider=account.provider,
        external_id=person,
        opted_out_at__isnull=False,
    )
    found: datetime | None = silent.order_by("opted_out_at").values_list(column, flat=True).first()
    return found


def _still_there(conversation: Conversation) -> bool:
    """Lock the conversation, so that an erasure comes before this message or after it."""
    rows = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation.pk)
    return rows.values_list("pk", flat=True).first() is not None


def _note_arrival(message: Message, inbound: InboundMessage, *, now: datetime) -> None:
    account, conversation = message.social_account, message.conversation
    hours = CAPABILITIES[account.kind].reply_window_hours
    closes = message.sent_at + timedelta(hours=hours) if hours else None
    rows = Conversation.objects.filter(pk=conversation.pk)
    rows.update(last_message_at=now)
    if closes is not None:
        open_until = Q(window_closes_at__isnull=True) | Q(window_closes_at__lt=closes)
        rows.filter(open_until).update(window_closes_at=closes)
    contact = conversation.contact
    changes: dict[str, str] = {}
    if inbound.contact_name and not contact.name:
        changes["name"] = inbound.contact_name
    if changes:
        Contact.objects.filter(pk=contact.pk).update(**changes)
    SocialAccount.objects.filter(pk=account.pk).update(last_webhook_at=now)
