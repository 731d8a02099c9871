"""The day's direct messages: reserved before the model is paid, counted when they leave.

Every change is one statement that checks the limit, so that twenty workers that race for the
last message of the day get exactly one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, FilteredRelation, Q, QuerySet, Subquery, Value
from django.db.models.functions import Greatest

from accounts.models import Workspace
from billing.models import Quota
from billing.plans import FREEMIUM, PLANS, plan_locked, plan_of
from flowia.lib import clock
from flowia.lib.standing import Standing, StandingChange, given

EVENING = time(20)
"""By the workspace's clock: from here on nothing of the day is kept back any more."""
KEPT_PERCENT = 20
ZONES_APART = timedelta(days=2)
"""So far apart can two places' dates be at one moment: Kiritimati and Baker Island."""

USE = Standing(
    lambda: (
        Workspace.objects.annotate(
            begun=FilteredRelation(
                "quotas",
                condition=Q(
                    quotas__pk=Subquery(
                        Quota.objects.filter(
                            workspace=given.key("workspace"),
                            day__range=(given.day("day"), given.day("last")),
                        )
                        .order_by("-day")
                        .values("pk")[:1]
                    )
                ),
            )
        )
        .filter(pk=given.key("workspace"))
        .values_list(
            *("begun__day", "begun__used", "begun__reserved"),
            *("subscription__plan", "subscription__suspended_at"),
        )
    )
)
BEGUN = Standing(
    lambda: (
        Quota.objects.filter(
            workspace=given.key("workspace"), day__range=(given.day("day"), given.day("last"))
        )
        .order_by("-day")
        .values_list("day", flat=True)[:1]
    )
)
COMMIT = StandingChange(
    lambda: (
        Quota.objects.filter(
            workspace=given.key("workspace"), day=given.day("day"), reserved__gt=0
        ),
        {"reserved": F("reserved") - 1, "used": F("used") + 1},
    )
)


@dataclass(frozen=True)
class Usage:
    """Today's use; `limit` is None on a plan without one.

    `renews_at` is the next midnight by the workspace's clock, `opens_at` when the `kept` messages
    are free for everybody, None once they are; both UTC. While `suspended` nothing is answered,
    whatever remains.
    """

    day: date
    used: int
    reserved: int
    limit: int | None
    renews_at: datetime | None = None
    opens_at: datetime | None = None
    suspended: bool = False

    @property
    def remaining(self) -> int | None:
        """How many may still be begun today; None without a limit."""
        return None if self.limit is None else max(0, self.limit - self.used - self.reserved)

    @property
    def kept(self) -> int:
        """How many of those are kept for who cannot wait."""
        return 0 if self.opens_at is None else kept_of(self.limit)


def kept_of(limit: int | None) -> int:
    """Return how many messages of a day's `limit` are kept until the evening."""
    return 0 if limit is None else max(1, limit * KEPT_PERCENT // 100)


def local_day(workspace: Workspace, now: datetime) -> date:
    """Return the day it is in the workspace's own time zone."""
    return now.astimezone(ZoneInfo(workspace.timezone)).date()


def today(workspace: Workspace, now: datetime) -> date:
    """Return the day on which a message counts that begins now.

    The workspace's local day, but never one before a day that has begun: who changes the time zone
    to where it is still yesterday does not get yesterday's messages once more.
    """
    day = local_day(workspace, now)
    return BEGUN.first(workspace=workspace.pk, day=day, last=day + ZONES_APART) or day


def usage(workspace: Workspace, *, now: datetime | None = None) -> Usage:
    """Return today's numbers of `workspace`, with one query for the day and the plan."""
    now = now or clock.now()
    day = local_day(workspace, now)
    row = USE.first(workspace=workspace.pk, day=day, last=day + ZONES_APART)
    begun_on, used, reserved, code, suspended_at = row or (None, 0, 0, "", None)
    day = begun_on or day
    opens = _moment(workspace, day, EVENING)
    return Usage(
        day=day,
        used=used or 0,
        reserved=reserved or 0,
        limit=PLANS.get(code or "", FREEMIUM).direct_messages_per_day,
        renews_at=_moment(workspace, day + timedelta(days=1), time.min),
        opens_at=opens if now < opens else None,
        suspended=suspended_at is not None,
    )


def reserve(workspace: Workspace, *, now: datetime, keep: int = 0) -> date | None:
    """Take one message of today's quota; return the day it was taken from, None when spent.

    At least `keep` messages of the day are left over then.
    """
    return _take(workspace, plan_of(workspace).direct_messages_per_day, now=now, keep=keep)


def renew(workspace: Workspace, day: date | None, *, now: datetime) -> date | None:
    """Let what leaves now stand on today's quota, as the plan is now; `day` is what it holds.

    So no day is exceeded by a late send, nor a smaller plan by what was reserved under a larger
    one: what is too much is given back. Returns the day it stands on, None when today has none
    left. Call it in the transaction that marks the message as leaving: the plan stays as it is
    until that ends.
    """
    limit = plan_locked(workspace).direct_messages_per_day
    if day is not None and day == today(workspace, now):
        if limit is None:
            return day
        over = _rows(workspace, day).filter(used__gt=Value(limit) - F("reserved"))
        return None if over.update(reserved=Greatest(F("reserved") - 1, Value(0))) else day
    if day is not None:
        release(workspace, day)
    return _take(workspace, limit, now=now)


def commit(workspace: Workspace, day: date) -> None:
    """Count a reserved message as used: it left, or may have left."""
    COMMIT(workspace=workspace.pk, day=day)


def reserve_late(workspace: Workspace, day: date) -> None:
    """Reserve for a message that left already, whatever the limit is; `commit` counts it."""
    _open(workspace, day)
    _rows(workspace, day).update(reserved=F("reserved") + 1)


def refund(workspace: Workspace, day: date) -> None:
    """Give a message back that was counted as used: it was proved not to have left."""
    _rows(workspace, day).filter(used__gt=0).update(used=F("used") - 1)


def correct(quota: Quota, messages: int) -> bool:
    """Take `messages` from a day's use, or add them where they are negative; whether it was done.

    An operator's correction: no more is given back than was used.
    """
    rows = Quota.objects.filter(pk=quota.pk, used__gte=max(messages, 0))
    return bool(messages and rows.update(used=F("used") - messages))


def release(workspace: Workspace, day: date) -> None:
    """Give a reserved message back: it certainly did not leave."""
    _rows(workspace, day).filter(reserved__gt=0).update(reserved=F("reserved") - 1)


def with_reservations() -> list[Quota]:
    """Return every day of every workspace on which something is reserved."""
    return list(Quota.objects.filter(reserved__gt=0).select_related("workspace").order_by("pk"))


def reclaim(quota: Quota, holders: Callable[[], int]) -> int:
    """Set the day's `reserved` to the number of its `holders`; return by how many it was off.

    Two statements, the lock first. Who reserves or releases changes the day's row and its holder
    in one transaction: while we hold the row none of them is half done, and the second statement
    sees all that were committed before. A single statement would count by what it saw before it
    waited for the lock, and take away the reservation of whoever it waited for.
    """
    with transaction.atomic():
        locked = Quota.objects.select_for_update().filter(pk=quota.pk).first()
        if locked is None:
            return 0
        held = holders()
        if locked.reserved != held:
            Quota.objects.filter(pk=quota.pk).update(reserved=held)
        return locked.reserved - held


def _take(workspace: Workspace, limit: int | None, *, now: datetime, keep: int = 0) -> date | None:
    day = today(workspace, now)
    _open(workspace, day)
    room = Q() if limit is None else Q(used__lt=Value(limit - keep) - F("reserved"))
    return day if _rows(workspace, day).filter(room).update(reserved=F("reserved") + 1) else None


def _open(workspace: Workspace, day: date) -> None:
    Quota.objects.bulk_create([Quota(workspace=workspace, day=day)], ignore_conflicts=True)


def _rows(workspace: Workspace, day: date) -> QuerySet[Quota]:
    return Quota.objects.filter(workspace=workspace, day=day)


def _moment(workspace: Workspace, day: date, at: time) -> datetime:
    """Return when it is `at` on `day` by the workspace's clock, in UTC.

    A time that the clock jumps over is the moment of the jump, one that comes twice the first.
    """
    return datetime.combine(day, at, ZoneInfo(workspace.timezone)).astimezone(UTC)
