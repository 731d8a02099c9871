"""The units that all accounts of a network share, counted before each call (`Provider.meter`).

Nobody tells us what is left: a network like YouTube names no usage in its answers, so that our own
count decides. It never lies too low: a unit is counted before the call, and stays counted when the
call fails.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, F, Q, Value

from social.budget import Book, lapsed, room_for_answers, room_for_reading
from social.models import SocialAccount, UnitDay, UnitTotal
from social.providers.registry import PROVIDERS
from social.streams import Meter

SPENT = "quota_spent"
"""The code of a ProviderError that tells that nothing is left of the network's day."""
ANSWERS = {"reply", "look_up"}
"""Which operations use what is kept for answers; all others read."""
AT_ONCE = 1000
"""Rows of one statement: PostgreSQL takes 65,535 values in one."""
EVERYBODY = 0
"""Where an account's key would stand: all accounts of the network together."""
SHORTEST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(minutes=30)
"""What nobody needs by then may be taken: time passes, and what is owed gets less."""


@dataclass(frozen=True)
class Taken:
    """The units are counted: the call may be made.

    `units` is 0 where nothing is metered; `room` is how many more the account may use as things
    stand now, `seconds` how long the day still lasts, `even` how many seconds of a day there are to
    each unit of an equal part.
    """

    units: int
    room: float = 0.0
    seconds: float = 0.0
    even: float = 0.0

    def seconds_to(self, units: float) -> float:
        """Return how long to wait with a call of `units`, so that they last until midnight.

        At most twice what an equal part asks for: who has no room now may have some soon, since
        what others are owed gets less with every hour.
        """
        if not self.units:
            return 0.0
        wait = self.seconds * units / max(self.room, 1.0)
        return min(self.seconds, wait, 2 * self.even * units)


@dataclass(frozen=True)
class Day:
    """One of the network's days: from midnight to midnight, 23 to 25 hours."""

    day: date
    starts: datetime
    ends: datetime

    def left(self, now: datetime) -> float:
        """Return the part of the day that is still to come, between 0 and 1."""
        whole = self.ends.timestamp() - self.starts.timestamp()
        return min(1.0, max(0.0, (self.ends.timestamp() - now.timestamp()) / whole))


@dataclass(frozen=True)
class Use:
    """What was used of a day: by one account for reading and for answers, by all, of how many."""

    polled: int
    replied: int
    used: int
    most: int

    @property
    def own(self) -> int:
        """What the account used, whatever for."""
        return self.polled + self.replied


class _TooMuchError(Exception):
    """The units would be somebody else's: nothing is counted before `until`."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__("too much")


def take(account: SocialAccount, operation: str, *, now: datetime) -> Taken | datetime:
    """Count what one call costs; returns until when to wait where there is no room for it.

    Never counts more than the network's day has, nor what other accounts are owed, however many
    ask at once. A network without a meter takes everything.
    """
    meter = PROVIDERS[account.provider].meter
    if meter is None:
        return Taken(0)
    day = day_of(meter, now)
    _open(account, meter, day)
    try:
        with transaction.atomic():
            return _count(account, meter, day, operation, now=now)
    except _TooMuchError as error:
        return error.until


def _count(
    account: SocialAccount, meter: Meter, day: Day, operation: str, *, now: datetime
) -> Taken:
    """Count the units in the day's total and in the account's; raises _TooMuchError."""
    units = meter.costs.get(operation, 1)
    column = "replied" if operation in ANSWERS else "polled"
    # First of all: the row is locked from here on, so that the sums below stay true.
    total = UnitTotal.objects.filter(provider=account.provider, day=day.day)
    within = total.filter(used__lte=F("most") - units)
    replied = units if column == "replied" else 0
    if not within.update(used=F("used") + units, replied=F("replied") + replied):
        raise _TooMuchError(day.ends)
    book = _book(account, meter, day, now, pending=units)
    room = room_for_answers if column == "replied" else room_for_reading
    left = room(book, account.pk) - units
    if left < 0:
        wait = min(max((day.ends - now) / 10, SHORTEST_WAIT), LONGEST_WAIT)
        raise _TooMuchError(min(day.ends, now + wait))
    polls_lapsed, replies_lapsed = lapsed(book, account.pk)
    UnitDay.objects.filter(social_account=account, day=day.day).update(
        **{column: F(column) + units},
        polls_lapsed=polls_lapsed,
        replies_lapsed=replies_lapsed,
    )
    share = book.most * (1 - book.kept) / len(book.polled)
    even = (day.ends - day.starts).total_seconds() / max(share, 1.0)
    return Taken(units, left, day.ends.timestamp() - now.timestamp(), even)


def note(provider: str, operation: str, *, now: datetime) -> None:
    """Count a call that is made for no account yet, whether there is room or not ("connect")."""
    meter = PROVIDERS[provider].meter
    if meter is not None:
        units = meter.costs.get(operation, 1)
        total = _total(provider, meter, day_of(meter, now))
        within = UnitTotal.objects.filter(pk=total.pk, used__lte=F("most") - units)
        within.update(used=F("used") + units)


def spent(provider: str, *, now: datetime) -> datetime | None:
    """Believe the network that its day is spent; returns when the next one begins."""
    meter = PROVIDERS[provider].meter
    if meter is None:
        return None
    day = day_of(meter, now)
    UnitTotal.objects.filter(pk=_total(provider, meter, day).pk).update(used=F("most"))
    return day.ends


def used_today(accounts: Sequence[SocialAccount], *, now: datetime) -> dict[int, Use]:
    """Return what each of `accounts` that are metered, and all together, used of today.

    By the account's key; one query for all of them.
    """
    metered = {
        one.provider: provider.meter
        for one in accounts
        if (provider := PROVIDERS.get(one.provider)) and provider.meter
    }
    if not metered:
        return {}
    used = _used_today({name: day_of(one, now).day for name, one in metered.items()}, accounts)
    found: dict[int, Use] = {}
    for one in accounts:
        if one.provider in metered:
            unsaid = int(getattr(settings, metered[one.provider].setting))
            total, most = used.get((one.provider, EVERYBODY), (0, unsaid))
            found[one.pk] = Use(*used.get((one.provider, one.pk), (0, 0)), total, most)
    return found


def _used_today(
    days: dict[str, date], accounts: Sequence[SocialAccount]
) -> dict[tuple[str, int], tuple[int, int]]:
    """Return what each account read and answered, and under EVERYBODY what was used, of how many.

    By the network and the account's key.
    """
    today = Q(pk__in=[])
    for name, day in days.items():
        today |= Q(provider=name, day=day)
    totals = UnitTotal.objects.filter(today).annotate(whose=Value(EVERYBODY, BigIntegerField()))
    shares = UnitDay.objects.filter(today, social_account__in=accounts)
    rows = totals.values_list("provider", "whose", "used", "most").union(
        shares.values_list("provider", "social_account_id", "polled", "replied"), all=True
    )
    return {(name, whose): (first, second) for name, whose, first, second in rows}


def day_of(meter: Meter, now: datetime) -> Day:
    """Return the network's day of a moment, by its own zone's midnights."""
    zone = ZoneInfo(meter.time_zone)
    day = now.astimezone(zone).date()
    starts = datetime.combine(day, time.min, zone)
    ends = datetime.combine(day + timedelta(days=1), time.min, zone)
    return Day(day, starts.astimezone(now.tzinfo), ends.astimezone(now.tzinfo))


def _total(provider: str, meter: Meter, day: Day) -> UnitTotal:
    """Return the day's row, made when it is new with as many units as the setting names.

    What an operator writes into it holds for that day; a setting that is changed, from the next.
    """
    found = UnitTotal.objects.filter(provider=provider, day=day.day)
    total = found.first()
    if total is None:
        row = UnitTotal(provider=provider, day=day.day, most=getattr(settings, meter.setting))
        UnitTotal.objects.bulk_create([row], ignore_conflicts=True)
        total = found.get()
    return total


def _open(account: SocialAccount, meter: Meter, day: Day) -> None:
    """Make the rows of a day that are missing: its total, and everybody's with whom it is shared.

    Who joins later shares from their first call on; who leaves meanwhile, until midnight.
    """
    if not UnitDay.objects.filter(social_account=account, day=day.day).exists():
        _total(account.provider, meter, day)
        alive = SocialAccount.objects.filter(provider=account.provider)
        alive = alive.exclude(status=SocialAccount.Status.NEEDS_LOGIN)
        names = ("workspace_id", "social_account_id")
        shares = {(account.workspace_id, account.pk), *alive.values_list("workspace_id", "pk")}
        rows = [
            UnitDay(provider=account.provider, day=day.day, **dict(zip(names, one, strict=True)))
            for one in sorted(shares)
        ]
        UnitDay.objects.bulk_create(rows, ignore_conflicts=True, batch_size=AT_ONCE)


def _book(account: SocialAccount, meter: Meter, day: Day, now: datetime, *, pending: int) -> Book:
    """Return the day as it stands without the `pending` units."""
    rows = UnitDay.objects.filter(provider=account.provider, day=day.day)
    use = {row.social_account_id: row for row in rows}
    total = UnitTotal.objects.get(provider=account.provider, day=day.day)
    return Book(
        most=total.most,
        used=total.used - pending,
        kept=meter.kept_for_replies,
        left=day.left(now),
        answer=meter.costs.get("reply", 1),
        polled={pk: row.polled for pk, row in use.items()},
        replied={pk: row.replied for pk, row in use.items()},
        polls_lapsed={pk: row.polls_lapsed for pk, row in use.items()},
        replies_lapsed={pk: row.replies_lapsed for pk, row in use.items()},
    )
