"""Reservations that nobody uses any more come back: beat sweeps every minute.

A reservation is a number in `billing.Quota` and the row that holds it, changed together. The
holder's lease is its expiry: whoever is killed leaves a row that the dispatcher offers again. What
is swept here is what no worker comes back for, and whatever a mistake or a hand in the tables left.
"""

from datetime import date, datetime
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Workspace
from billing import quotas
from billing.models import Quota
from flowia.lib import clock
from processing import outbox
from processing.models import Delivery, FollowUp, Message

log = structlog.get_logger("flowia.quotas")
Day = tuple[int, date]
WORKS = Q(direction="inbound", outcome="", next_at__isnull=False)
LEAVES = Q(direction="outbound", status=Message.Status.QUEUED)
"""What holds one of the day's messages rightly: it is being decided, or about to leave."""


def sweep() -> None:
    """Let holders expire that nobody works on, then count each day's reservations anew."""
    now = clock.now()
    _expire_messages(now)
    _expire_follow_ups(now)
    for quota in _days():
        off = quotas.reclaim(quota, partial(_holders, quota))
        if off:
            log.warning("reservations reclaimed", workspace=quota.workspace_id, number=off)


def _days() -> list[Quota]:
    """Return the days with reservations, by their own number or by a row that holds one."""
    counted = quotas.with_reservations()
    known = {(one.workspace_id, one.day) for one in counted}
    held = {*_held(Message.objects.all()), *_held(FollowUp.objects.all())} - known
    return counted + [quota for day in sorted(held) for quota in _quota(day)]


def _held(rows: QuerySet[Any]) -> list[Day]:
    held = rows.filter(quota_day__isnull=False).order_by()
    return list(held.values_list("workspace_id", "quota_day").distinct())


def _quota(day: Day) -> list[Quota]:
    workspace, moment = day
    return list(Quota.objects.filter(workspace=workspace, day=moment))


def _holders(quota: Quota) -> int:
    held = {"workspace": quota.workspace_id, "quota_day": quota.day}
    return Message.objects.filter(**held).count() + FollowUp.objects.filter(**held).count()


def _expire_messages(now: datetime) -> None:
    """Take back what ended messages and drafts hold, and of past days what only waits.

    An answer that waits to leave takes one of its own day's when it does; one on the wire keeps
    the day on which it left.
    """
    ended = ~(WORKS | LEAVES)
    waits = LEAVES & Q(delivery__status=Delivery.Status.QUEUED)
    unattended = waits | (WORKS & Q(next_at__lte=now))
    held = Message.objects.filter(quota_day__isnull=False).filter(ended | unattended)
    for message in held.select_related("workspace", "conversation").order_by("pk"):
        past = _is_past(message.workspace, message.quota_day, now)
        if message.quota_day is None or not (past or _is_ended(message)):
            continue
        with transaction.atomic():
            outbox.lock(message.conversation)
            still = unattended if past else ended
            rows = Message.objects.filter(pk=message.pk, quota_day=message.quota_day)
            if rows.filter(ended | still).update(quota_day=None):
                quotas.release(message.workspace, message.quota_day)


def _is_ended(message: Message) -> bool:
    if message.direction == Message.Direction.OUTBOUND:
        return message.status != Message.Status.QUEUED
    return bool(message.outcome) or message.next_at is None


def _expire_follow_ups(now: datetime) -> None:
    pending = Q(status=FollowUp.Status.PENDING)
    held = FollowUp.objects.filter(quota_day__isnull=False).filter(~pending | Q(next_at__lte=now))
    for one in held.select_related("workspace", "conversation").order_by("pk"):
        past = _is_past(one.workspace, one.quota_day, now)
        over = ~pending | Q(next_at__lte=now) if past else ~pending
        with transaction.atomic():
            outbox.lock(one.conversation)
            rows = FollowUp.objects.filter(over, pk=one.pk, quota_day=one.quota_day)
            if one.quota_day is not None and rows.update(quota_day=None):
                quotas.release(one.workspace, one.quota_day)


def _is_past(workspace: Workspace, day: date | None, now: datetime) -> bool:
    return day is not None and day < quotas.today(workspace, now)
