"""Handing messages over, once and only once.

A delivery goes *queued → sending → sent | refused | failed | unconfirmed*. Every arrow is one
UPDATE that must change exactly one row. *sending* is written just before the call: from then on
the message may have left, so it is never called again; an echo or a human settles it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet

from processing.models import Conversation, Delivery, Message
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


def queue_reply(
    inbound: Message, text: str, *, held: bool, scenario: Any, now: datetime
) -> tuple[Message, Delivery | None]:
    """Write the answer to `inbound` and, unless it is held for approval, its delivery.

    The inbound message's hold on the day's quota moves to the answer.
    """
    reply = Message.objects.create(
        workspace=inbound.workspace,
        conversation=inbound.conversation,
        social_account=inbound.social_account,
        direction=Message.Direction.OUTBOUND,
        author=Message.Author.ASSISTANT,
        text=text,
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


def begin(delivery: Delivery, *, now: datetime) -> bool:
    """Mark the delivery *sending*, the last step before the call; False when it is too late.

    The conversation's slot of the five-minute rule is taken in the same transaction by the
    caller, with `take_slot`.
    """
    if not _mine(delivery).update(status=Delivery.Status.SENDING, next_at=now + LEASE):
        return False
    delivery.status, delivery.next_at = Delivery.Status.SENDING, now + LEASE
    return True


def take_slot(conversation: Conversation, *, now: datetime) -> bool:
    """Take the conversation's next automatic message; False while the last one is too recent."""
    free = Q(next_automatic_at__isnull=True) | Q(next_automatic_at__lte=now)
    spacing = timedelta(seconds=settings.MIN_SECONDS_BETWEEN_MESSAGES)
    rows = Conversation.objects.filter(free, pk=conversation.pk)
    return bool(rows.update(next_automatic_at=now + spacing))


def slot_free_at(conversation: Conversation) -> datetime | None:
    """Return when the conversation's next automatic message may leave, as it stands now."""
    rows = Conversation.objects.filter(pk=conversation.pk)
    return rows.values_list("next_automatic_at", flat=True).first()


def give_slot_back(conversation: Conversation) -> None:
    """Free the slot: the message certainly did not leave."""
    Conversation.objects.filter(pk=conversation.pk).update(next_automatic_at=None)


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
    its way.
    """
    message = _echoed(account, echo)
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
        social_account=account,
        direction=Message.Direction.OUTBOUND,
        author=Message.Author.ASSISTANT,
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
