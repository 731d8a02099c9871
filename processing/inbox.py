"""Turning what was heard into rows, once: contacts, conversations, messages, takeovers.

Everything here may run twice: constraints in the database make the second time change nothing.
"""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet

from processing.errors import ErasedMeanwhileError
from processing.models import Contact, Conversation, Message
from processing.optout import is_opt_out
from social import forgotten
from social.contracts import Echo, InboundMessage
from social.models import SocialAccount, WebhookEvent
from social.providers.registry import CAPABILITIES

CLOCKS_APART = timedelta(minutes=5)
"""How far the network's clock may be ahead: one message dated in a far future would otherwise
stay the newest of its conversation for ever."""
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

    Opens the reply window, and notes an opt-out at once.
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
    """Give the conversation to a human until the workspace's delay has passed; idempotent."""
    minutes = conversation.workspace.release_after_minutes
    conversation.handled_by = Conversation.Handler.HUMAN
    conversation.human_until = now + timedelta(minutes=minutes)
    conversation.handoff_reason = ""
    conversation.save(update_fields=["handled_by", "human_until", "handoff_reason"])


def hand_off(conversation: Conversation, reason: str, *, now: datetime) -> None:
    """Stop the assistant in this conversation and say why a human is needed."""
    take_over(conversation, now=now)
    flag(conversation, reason)


def flag(conversation: Conversation, reason: str) -> None:
    """Show the conversation to the members as one that needs them, for `reason`."""
    conversation.handoff_reason = reason
    conversation.save(update_fields=["handoff_reason"])


def release(conversation: Conversation) -> None:
    """Give the conversation back to the assistant; idempotent."""
    conversation.handled_by = Conversation.Handler.ASSISTANT
    conversation.human_until = None
    conversation.handoff_reason = ""
    conversation.save(update_fields=["handled_by", "human_until", "handoff_reason"])


def unflag(conversation: Conversation, *reasons: str) -> None:
    """Take the flag away again, if one of `reasons` is why the conversation needs a human."""
    flagged = Conversation.objects.filter(pk=conversation.pk, handoff_reason__in=reasons)
    flagged.update(handoff_reason="")


def release_if_over(conversation: Conversation, *, now: datetime) -> bool:
    """Give the conversation back when the human's time is over; return whether it was."""
    until = conversation.human_until
    if conversation.handled_by != Conversation.Handler.HUMAN or until is None or now < until:
        return False
    # A human who stepped in again meanwhile has a later `human_until`.
    theirs = Conversation.objects.filter(pk=conversation.pk, human_until=until)
    over = theirs.update(
        handled_by=Conversation.Handler.ASSISTANT, human_until=None, handoff_reason=""
    )
    return bool(over)


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
    # An erased person's wish for silence outlives their rows; asked for only when they are new.
    silence: Any = partial(forgotten.opted_out_at, account, person)
    contact, made = Contact.objects.get_or_create(
        social_account=account,
        external_id=person,
        defaults={"workspace": account.workspace, "opted_out_at": silence},
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
    changes: dict[str, str | datetime] = {}
    if inbound.contact_name and not contact.name:
        changes["name"] = inbound.contact_name
    if is_opt_out(inbound.text) and contact.opted_out_at is None:
        changes["opted_out_at"] = now
    if changes:
        Contact.objects.filter(pk=contact.pk).update(**changes)
    SocialAccount.objects.filter(pk=account.pk).update(last_webhook_at=now)
