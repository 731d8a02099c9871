"""Counting a message that left against the day's quota, once, whoever learns of it first."""

from datetime import date

from billing import quotas
from processing.models import Message


def count_as_sent(message: Message) -> None:
    """Count the message's held quota as used; the second call changes nothing."""
    day = _take_day(message)
    if day is not None:
        quotas.commit(message.workspace, day)


def give_quota_back(message: Message) -> None:
    """Return the message's held quota: it certainly did not leave; idempotent."""
    day = _take_day(message)
    if day is not None:
        quotas.release(message.workspace, day)


def _take_day(message: Message) -> date | None:
    day = Message.objects.filter(pk=message.pk).values_list("quota_day", flat=True).first()
    held = Message.objects.filter(pk=message.pk, quota_day__isnull=False)
    return day if day is not None and held.update(quota_day=None) else None
