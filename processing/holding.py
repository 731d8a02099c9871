"""What a message that has not left holds: one of the day's quota; and how it is taken back."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Case, Q, QuerySet, Value, When

from billing import quotas
from flowia.lib.standing import Standing, StandingChange, given
from processing.handed import BY_HAND
from processing.models import Conversation, Delivery, Message

HELD_DAY = Standing(
    lambda: (
        Message.objects.filter(pk=given.key("id")).order_by().values_list("quota_day", flat=True)
    )
)
LET_GO = StandingChange(
    lambda: (
        Message.objects.filter(pk=given.key("id"), quota_day__isnull=False),
        {"quota_day": None},
    )
)


def take_day(message: Message) -> date | None:
    """Return the day of whose quota the message holds one, and let it hold none; idempotent."""
    day = HELD_DAY.first(id=message.pk)
    return day if day is not None and LET_GO(id=message.pk) else None


def give_quota_back(message: Message) -> None:
    """Return the message's held quota: it certainly did not leave; idempotent."""
    day = take_day(message)
    if day is not None:
        quotas.release(message.workspace, day)


def waiting_to_leave(
    conversation: Conversation, purposes: Iterable[str] | None = None, *, in_hand: bool = False
) -> QuerySet[Message]:
    """Select the assistant's words that wait for approval or to be sent; of `purposes`, or all.

    With `in_hand` also those that a member has in hand to send themselves.
    """
    by_whom = [Delivery.Status.QUEUED, *([Delivery.Status.BY_HAND] if in_hand else [])]
    waits = Q(status=Message.Status.HELD) | Q(
        status=Message.Status.QUEUED, delivery__status__in=by_whom
    )
    rows = Message.objects.filter(waits, conversation=conversation)
    rows = rows.filter(author=Message.Author.ASSISTANT)
    return rows if purposes is None else rows.filter(purpose__in=list(purposes))


def take_back(messages: QuerySet[Message], reason: str, *, now: datetime) -> list[Message]:
    """Refuse what waits to leave, with its quota given back; return what did not leave.

    Call it while the conversation is locked (`outbox.lock`). What a worker is sending is left to
    it.
    """
    refused: list[Message] = []
    # Nothing waits most of the time, and to ask for that costs a third.
    if not messages.exists():
        return refused
    for message in messages.select_related("conversation", "workspace"):
        if message.status == Message.Status.QUEUED and not _end(message, reason, now=now):
            continue
        live = Message.objects.filter(pk=message.pk, status=message.status)
        if live.update(status=Message.Status.REFUSED, reason=reason):
            give_quota_back(message)
            refused.append(message)
    return refused


def _end(message: Message, reason: str, *, now: datetime) -> bool:
    """Refuse a delivery that was not begun; what a member has in hand may be heard of still."""
    mine = [Delivery.Status.QUEUED, Delivery.Status.BY_HAND]
    code = Case(When(status=Delivery.Status.BY_HAND, then=Value(BY_HAND)), default=Value(reason))
    ended = {"status": Delivery.Status.REFUSED, "next_at": None, "finished_at": now}
    rows = Delivery.objects.filter(message=message, status__in=mine)
    return bool(rows.update(error_code=code, **ended))
