"""The day's direct messages: reserved before the model is paid, counted when they leave.

Every change is one statement that checks the limit, so that twenty workers that race for the
last message of the day get exactly one.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import F, Value

from accounts.models import Workspace
from billing.models import Quota
from billing.plans import plan_of
from flowia.lib import clock


@dataclass(frozen=True)
class Usage:
    """Today's use; `limit` is None on a plan without one."""

    day: date
    used: int
    reserved: int
    limit: int | None

    @property
    def remaining(self) -> int | None:
        """How many may still be begun today; None without a limit."""
        return None if self.limit is None else max(0, self.limit - self.used - self.reserved)


def local_day(workspace: Workspace, now: datetime) -> date:
    """Return the day it is in the workspace's own time zone."""
    return now.astimezone(ZoneInfo(workspace.timezone)).date()


def usage(workspace: Workspace, *, now: datetime | None = None) -> Usage:
    """Return today's numbers of `workspace`."""
    day = local_day(workspace, now or clock.now())
    row = Quota.objects.filter(workspace=workspace, day=day).values("used", "reserved").first()
    counts = row or {"used": 0, "reserved": 0}
    return Usage(day=day, limit=plan_of(workspace).direct_messages_per_day, **counts)


def reserve(workspace: Workspace, *, now: datetime) -> date | None:
    """Take one message of today's quota; return the day it was taken from, None when spent."""
    day = local_day(workspace, now)
    Quota.objects.bulk_create([Quota(workspace=workspace, day=day)], ignore_conflicts=True)
    rows = Quota.objects.filter(workspace=workspace, day=day)
    limit = plan_of(workspace).direct_messages_per_day
    if limit is not None:
        rows = rows.filter(used__lt=Value(limit) - F("reserved"))
    return day if rows.update(reserved=F("reserved") + 1) else None


def renew(workspace: Workspace, day: date, *, now: datetime) -> date | None:
    """Move a reservation of another day to today, so that no day is exceeded by a late send.

    Returns the day it now stands on, None when today has none left (the old one is given back).
    """
    if day == local_day(workspace, now):
        return day
    release(workspace, day)
    return reserve(workspace, now=now)


def commit(workspace: Workspace, day: date) -> None:
    """Count a reserved message as used: it left, or may have left."""
    rows = Quota.objects.filter(workspace=workspace, day=day, reserved__gt=0)
    rows.update(reserved=F("reserved") - 1, used=F("used") + 1)


def count(workspace: Workspace, day: date) -> None:
    """Count a message that nothing was reserved for: it left, whatever the limit is."""
    Quota.objects.bulk_create([Quota(workspace=workspace, day=day)], ignore_conflicts=True)
    Quota.objects.filter(workspace=workspace, day=day).update(used=F("used") + 1)


def refund(workspace: Workspace, day: date) -> None:
    """Give a message back that was counted as used: it was proved not to have left."""
    rows = Quota.objects.filter(workspace=workspace, day=day, used__gt=0)
    rows.update(used=F("used") - 1)


def release(workspace: Workspace, day: date) -> None:
    """Give a reserved message back: it certainly did not leave."""
    rows = Quota.objects.filter(workspace=workspace, day=day, reserved__gt=0)
    rows.update(reserved=F("reserved") - 1)
