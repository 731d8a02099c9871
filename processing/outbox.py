"""Handing messages over, once and only once.

A delivery goes *queued → sending → sent | refused | failed | unconfirmed*. Every arrow is one
UPDATE that must change exactly one row. *sending* is written just before the call: from then on
the message may have left, so it is never called again; an echo or a human settles it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet

from processing.models import Conversation, Delivery, FollowUp, Message
from social.contracts import Echo, StatusUpdate
from social.errors import ProviderError
from social.models import SocialAccount

LEASE = timedelta(seconds=30)
"""Longer than the call's own time-outs (15 s), so that a living worker is never overtaken."""
MAX_ATTEMPTS = 3
BACKOFF_SECONDS = (5, 30, 120)
LONGEST_PAUSE_SECONDS = 86_400
REFERENCE = "delivery:"
FORWARD = {"sent": 1, "delivered": 2, "read": 3}


@dataclass(frozen=True)
class Words:
    """What is to be said: the text, the AI notice before it, its intent, and words to mark."""

    text: str
    notice: str = ""
    intent: str = ""
    marks: tuple[dict[str, Any], ...] = ()


def queue_reply(
    inbound: Message, words: Words, *, held: bool, scenario: Any, now: datetime
) -> tuple[Message, Delivery | None]:
    """Write the answer to `inbound` and, unless it is held for approval, its delivery.

    A draft that is held has no notice yet: whether one is due shows when it leaves. The inbound
    message's hold on the day's quota moves to the answer.
    """
    reply = Message.objects.create(
        workspace=inbound.workspace,
        conversation=inbound.conversation,
        social_account=inbound.social_account,
        direction=Message.Direction.OUTBOUND,
        author=Message.Author.ASSISTANT,
        text=words.text if held else joined(words.notice, words.text),
        notice="" if held else words.notice,
        intent=words.intent,
        marks=list(words.marks),
        drafted=words.text if held else "",
        status=Message.Status.HELD if held else Message.Status.QUEUED,
        sent_at=now,
        in_reply_to=inbound,
        scenario=scenario,
        scenario_version=scenario.version,
        request_id=inbound.request_id,
        quota_day=inbound.quota_day,
    )
    if held:
        return reply, None
    return reply, Delivery.objects.create(workspace=inbound.workspace, message=reply, next_at=now)


def queue_follow_up(
    follow_up: FollowUp, words: Words, *, held: bool, scenario: Any, now: datetime
) -> tuple[Message, Delivery | None]:
    """Write a follow-up and, unless it is held for approval, its delivery.

    The follow-up's hold on the day's quota moves to the message.
    """
    return _queue(
        follow_up.conversation,
        Message(
            purpose=Message.Purpose.FOLLOW_UP,
            text=words.text if held else joined(words.notice, words.text),
            notice="" if held else words.notice,
            marks=list(words.marks),
            drafted=words.text if held else "",
            status=Message.Status.HELD if held else Message.Status.QUEUED,
            scenario=scenario,
            scenario_version=scenario.version,
            request_id=follow_up.request_id,
            quota_day=follow_up.quota_day,
        ),
        now=now,
    )


def queue_notice(
    conversation: Conversation,
    purpose: str,
    words: Words,
    *,
    day: date,
    request_id: str,
    now: datetime,
) -> tuple[Message, Delivery | None]:
    """Write what the product says of itself (`Message.Purpose`), holding one of `day`'s quota."""
    notice = Message(
        purpose=purpose,
        text=joined(words.notice, words.text),
        notice=words.notice,
        status=Message.Status.QUEUED,
        request_id=request_id,
        quota_day=day,
    )
    return _queue(conversation, notice, now=now)


def _queue(
    conversation: Conversation, message: Message, *, now: datetime
) -> tuple[Message, Delivery | None]:
    message.workspace_id = conversation.workspace_id
    message.conversation = conversation
    message.social_account_id = conversation.social_account_id
    message.direction, message.author = Message.Direction.OUTBOUND, Message.Author.ASSISTANT
    message.sent_at = now
    message.save()
    if message.status == Message.Status.HELD:
        return message, None
    delivery = Delivery(workspace_id=conversation.workspace_id, message=message, next_at=now)
    delivery.save()
    return message, delivery


def joined(notice: str, text: str) -> str:
    """Return a message's whole text: the notice, an empty line, what was to be said."""
    return f"{notice}\n\n{text}" if notice and text else text


def claim(delivery_id: int, *, now: datetime) -> Delivery | None:
    """Take a delivery that is due, for one lease, and count the attempt; None when not ours."""
    due = Delivery.objects.filter(pk=delivery_id, status="queued", next_at__lte=now)
    if not due.update(next_at=now + LEASE, attempts=F("attempts") + 1):
        return None
    related = (
        "workspace",
        "message__conversation__contact",
        "message__conversation__workspace",
        "message__in_reply_to",
        "message__social_account",
        "message__workspace",
    )
    delivery = Delivery.objects.select_related(*related).get(pk=delivery_id)
    return delivery if delivery.next_at == now + LEASE else None


def lock(conversation: Conversation) -> bool:
    """Let nobody else change the conversation until the transaction ends; False when it is gone.

    Whoever changes more than one row of a conversation begins here: a takeover then comes before
    a send or after it, never in between, and two transactions never wait for each other.
    """
    rows = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation.pk)
    return rows.values_list("pk", flat=True).first() is not None


def lock_all(conversations: QuerySet[Conversation]) -> list[int]:
    """Lock several conversations as `lock` does, in the order of their ids; return those there are.

    Whoever changes rows of several begins here: what is locked one by one between the changes is
    wanted by others in another order (a send takes its conversation, then the day's quota).
    """
    rows = conversations.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def begin(delivery: Delivery, *, now: datetime) -> bool:
    """Mark the delivery *sending*, the last step before the call; False when it is too late.

    The conversation's slot of the five-minute rule is taken in the same transaction by the
    caller, with `take_slot`.
    """
    if not _mine(delivery).update(status=Delivery.Status.SENDING, next_at=now + LEASE):
        return False
    delivery.status, delivery.next_at = Delivery.Status.SENDING, now + LEASE
    return True


@dataclass(frozen=True)
class Slot:
    """The turn a message took in its conversation: it ends at `until`; `before`, the one before."""

    until: datetime
    before: datetime | None


def take_slot(conversation: Conversation, *, now: datetime, at_once: bool = False) -> Slot | None:
    """Take the conversation's next automatic message; None while the last one is too recent.

    `at_once` takes it whatever came before. Call it while the conversation is locked.
    """
    free = Q() if at_once else Q(next_automatic_at__isnull=True) | Q(next_automatic_at__lte=now)
    slot = Slot(
        until=now + timedelta(seconds=settings.MIN_SECONDS_BETWEEN_MESSAGES),
        before=slot_free_at(conversation),
    )
    rows = Conversation.objects.filter(free, pk=conversation.pk)
    return slot if rows.update(next_automatic_at=slot.until) else None


def slot_free_at(conversation: Conversation) -> datetime | None:
    """Return when the conversation's next automatic message may leave, as it stands now."""
    rows = Conversation.objects.filter(pk=conversation.pk)
    return rows.values_list("next_automatic_at", flat=True).first()


def give_slot_back(conversation: Conversation, slot: Slot | None) -> None:
    """Undo the taking of `slot`: its message certainly did not leave. None took nothing.

    A pause that another message earned before or since stays.
    """
    if slot is not None:
        still = Conversation.objects.filter(pk=conversation.pk, next_automatic_at=slot.until)
        still.update(next_automatic_at=slot.before)


def postpone(delivery: Delivery, until: datetime, *, count: bool) -> bool:
    """Try again at `until`; without `count` the attempt does not count, since none was made.

    Returns False when the delivery is no longer this worker's.
    """
    attempts = delivery.attempts if count else delivery.attempts - 1
    changes = {"status": Delivery.Status.QUEUED, "next_at": until, "attempts": attempts}
    return bool(_mine(delivery).update(**changes))


def succeed(delivery: Delivery, external_id: str, *, now: datetime, milliseconds: int) -> bool:
    """Write that the network took the message; False when its echo already said so."""
    rows = Delivery.objects.filter(pk=delivery.pk, status__in=["sending", "unconfirmed"])
    won = rows.update(
        status=Delivery.Status.SENT,
        next_at=None,
        finished_at=now,
        duration_ms=milliseconds,
        error_code="",
    )
    # Stamped at the end too: a slow call must not shorten the pause that the contact sees.
    spacing = timedelta(seconds=settings.MIN_SECONDS_BETWEEN_MESSAGES)
    Conversation.objects.filter(pk=delivery.message.conversation_id).update(
        next_automatic_at=now + spacing, last_message_at=now
    )
    if won:
        _mark_sent(delivery.message_id, external_id, now=now)
    return bool(won)


def close(delivery: Delivery, status: str, reason: str, *, code: str, now: datetime) -> bool:
    """End the delivery as refused, failed or unconfirmed, and say why on the message.

    Returns False when it is settled already, or no longer this worker's.
    """
    ended = {"status": status, "next_at": None, "error_code": code[:60], "finished_at": now}
    if not _mine(delivery).update(**ended):
        return False
    live = Message.objects.filter(pk=delivery.message_id, status__in=["queued", "held"])
    live.update(status=status, reason=reason)
    return True


def withdraw(delivery: Delivery) -> bool:
    """Delete a delivery that was not begun; False when it is no longer this worker's."""
    return bool(_mine(delivery).delete()[0])


def retry_at(delivery: Delivery, error: ProviderError, *, now: datetime) -> datetime | None:
    """Return when to try again after a clean refusal; None after the last attempt."""
    if delivery.attempts >= MAX_ATTEMPTS:
        return None
    pause = error.retry_after or BACKOFF_SECONDS[min(delivery.attempts, len(BACKOFF_SECONDS)) - 1]
    return now + timedelta(seconds=min(pause, LONGEST_PAUSE_SECONDS))


def overdue(*, now: datetime) -> list[Delivery]:
    """Return deliveries whose worker vanished in mid-send: their lease is over."""
    rows = Delivery.objects.filter(status=Delivery.Status.SENDING, next_at__lte=now)
    return list(rows.select_related("workspace", "message__conversation__workspace")[:100])


@dataclass(frozen=True)
class Confirmed:
    """What an echo proved: our message, and whether that was news."""

    message: Message
    news: bool


def confirm_by_echo(account: SocialAccount, echo: Echo, *, now: datetime) -> Confirmed | None:
    """Match an echo with what we sent; None when it is not ours.

    Messenger gives our reference back. Instagram gives nothing (meta.md 5.2): there the id we
    were told decides, and before we were told it, the same text in the same conversation on
    its way. The conversation is locked from here on, as by whoever sends.
    """
    found = _echoed(account, echo)
    # Once more under the lock: the answer to our call may have named the message meanwhile.
    message = _echoed(account, echo) if found and lock(found.conversation) else None
    if message is None:
        return None
    # *queued* too: whatever made us try again later, the echo proves that it left.
    left = ["queued", "sending", "unconfirmed"]
    rows = Delivery.objects.filter(message=message, status__in=left)
    news = rows.update(status=Delivery.Status.SENT, next_at=None, finished_at=now, error_code="")
    _mark_sent(message.pk, echo.external_id, now=now)
    return Confirmed(message, bool(news))


def _mine(delivery: Delivery) -> QuerySet[Delivery]:
    """Select the delivery as this worker left it: once its lease is over it may be another's.

    Without this, a worker that slept would put back or refuse what another is sending.
    """
    return Delivery.objects.filter(pk=delivery.pk, status=delivery.status, next_at=delivery.next_at)


def _echoed(account: SocialAccount, echo: Echo) -> Message | None:
    ours = Message.objects.filter(
        # Members' own words leave through us as well; what has no delivery was written elsewhere.
        Q(author=Message.Author.ASSISTANT) | Q(delivery__isnull=False),
        social_account=account,
        direction=Message.Direction.OUTBOUND,
    ).select_related("conversation__workspace", "workspace")
    if echo.reference.startswith(REFERENCE):
        uid = echo.reference.removeprefix(REFERENCE)
        return _by_delivery(ours, uid)
    known = ours.filter(external_id=echo.external_id).first()
    if known is not None:
        return known
    on_its_way = Q(delivery__status__in=["sending", "unconfirmed"])
    contact = Q(conversation__contact__external_id=echo.contact_external_id)
    return ours.filter(on_its_way, contact, text=echo.text, external_id="").first()


def _by_delivery(messages: Any, uid: str) -> Message | None:
    try:
        found: Message | None = messages.filter(delivery__uid=UUID(uid)).first()
    except ValueError:
        return None
    return found


def is_writing(account: SocialAccount, echo: Echo) -> bool:
    """Return whether a message of ours to the echo's contact is on the wire right now."""
    return Delivery.objects.filter(
        status=Delivery.Status.SENDING,
        message__social_account=account,
        message__conversation__contact__external_id=echo.contact_external_id,
    ).exists()


def apply_status(account: SocialAccount, update: StatusUpdate) -> list[Message]:
    """Move our messages forward to delivered or read; return those that moved."""
    rows = Message.objects.filter(
        social_account=account,
        conversation__contact__external_id=update.contact_external_id,
        direction=Message.Direction.OUTBOUND,
        status__in=[name for name, rank in FORWARD.items() if rank < FORWARD[update.status]],
    )
    named = Q(external_id__in=update.external_ids)
    if update.watermark is not None:
        named |= Q(sent_at__lte=update.watermark) & ~Q(external_id="")
    moved = list(rows.filter(named).select_related("conversation", "workspace")[:200])
    # The first condition once more: "read" may have come while we looked.
    rows.filter(pk__in=[one.pk for one in moved]).update(status=update.status)
    return moved


def _mark_sent(message_id: int, external_id: str, *, now: datetime) -> None:
    waiting = ["queued", "unconfirmed"]
    rows = Message.objects.filter(pk=message_id, status__in=waiting)
    rows.update(status=Message.Status.SENT, external_id=external_id, sent_at=now)
