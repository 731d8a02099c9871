"""Opening hours and daytime as data: what is open, when it opens next; pure.

Hours are written on the clock of a wall in the workspace's zone; moments are aware and answers are
in UTC. A time that exists twice (autumn) is open twice; one that does not exist (spring) begins at
the moment the clock jumps over it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON = timedelta(days=14)
MOST_PERIODS = 12
"""Of one day; more is a mistake."""
MOST_CLOSED_DATES = 400
MIDNIGHT = 24 * 60
MINUTE = timedelta(minutes=1)
MORNING = time(9)
EVENING = time(20)
CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Hours = Mapping[str, Any]
Period = tuple[int, int]
"""Minutes since midnight on the wall's clock: open from the first, closed at the second."""
PeriodsOf = Callable[[date], tuple[Period, ...]]


class MalformedHoursError(ValueError):
    """Hours that cannot be kept; `str()` is the sentence, in the language of who reads it."""

    def __init__(self, sentence: Promise | str, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values

    def __str__(self) -> str:
        return str(self.sentence) % self.values


def check_hours(value: object) -> dict[str, Any]:
    """Return `value` as hours: days in order, times as HH:MM, periods and dates sorted.

    `{"mon": [["09:00", "12:30"], …], …, "closed": ["2026-12-25"]}`; a day that is not named is
    closed, and hours that name no day are always open but for the `closed` dates. Raises
    MalformedHoursError with the first thing that is wrong.
    """
    if not isinstance(value, dict):
        raise MalformedHoursError(_("Opening hours are a list of days with their periods."))
    for name in value:
        if name not in (*DAYS, "closed"):
            raise MalformedHoursError(
                _("“%(name)s” is no day; the days are mon, tue, wed, thu, fri, sat and sun."),
                name=str(name)[:40],
            )
    checked: dict[str, Any] = {day: _day(day, value[day]) for day in DAYS if day in value}
    if "closed" in value:
        checked["closed"] = _closed(value["closed"])
    return checked


def is_open(hours: Hours, moment: datetime, zone: tzinfo) -> bool:
    """Return whether checked `hours` are open at `moment`; at a period's end they are not."""
    return _within(_opened(hours), moment, zone)


def next_opening(hours: Hours, moment: datetime, zone: tzinfo) -> datetime | None:
    """Return the first open moment from `moment` on (UTC), or None within 14 days."""
    return _first(_opened(hours), moment, zone)


def daytime(moment: datetime, zone: tzinfo, *, start: time = MORNING, end: time = EVENING) -> bool:
    """Return whether the wall's clock stands between `start` and `end`, `end` excluded."""
    return _within(_daily(start, end), moment, zone)


def next_daytime(
    moment: datetime, zone: tzinfo, *, start: time = MORNING, end: time = EVENING
) -> datetime:
    """Return `moment` if it is in the day, else the next beginning of one, in UTC."""
    found = _first(_daily(start, end), moment, zone)
    if found is None:
        raise ValueError("no zone skips a time of day for two weeks")
    return found


def last_daytime_before(
    moment: datetime, zone: tzinfo, *, start: time = MORNING, end: time = EVENING
) -> datetime:
    """Return `moment` if it is in the day, else the last minute of the day before it, in UTC."""
    periods_of = _daily(start, end)
    if _within(periods_of, moment, zone):
        return moment.astimezone(UTC)
    edges = _edges(periods_of, moment - HORIZON, moment, zone, last=True)
    return max(at for at in edges if at <= moment and _within(periods_of, at, zone))


def _day(day: str, value: object) -> list[list[str]]:
    if not isinstance(value, list | tuple) or len(value) > MOST_PERIODS:
        raise MalformedHoursError(
            _("“%(day)s” is a list of at most %(most)s periods."),
            day=_called(day),
            most=MOST_PERIODS,
        )
    periods = sorted(_period(day, one) for one in value)
    for (_start, before), (after, _end) in pairwise(periods):
        if after < before:
            raise MalformedHoursError(_("Two periods of “%(day)s” overlap."), day=_called(day))
    return [[_clock(start), _clock(end)] for start, end in periods]


def _called(day: str) -> Promise | str:
    """Return the day's name in the language of who reads it."""
    return WEEKDAYS[DAYS.index(day)]


def _period(day: str, value: object) -> Period:
    if not isinstance(value, list | tuple) or len(value) != 2:  # noqa: PLR2004 - a start, an end
        raise MalformedHoursError(
            _("A period of “%(day)s” has a start and an end, as in 09:00 and 12:30."),
            day=_called(day),
        )
    start, end = (_minutes(day, one) for one in value)
    if end <= start:
        raise MalformedHoursError(
            _("A period of “%(day)s” ends before it begins; one past midnight is written as two."),
            day=_called(day),
        )
    return start, end


def _minutes(day: str, value: object) -> int:
    found = CLOCK.fullmatch(value) if isinstance(value, str) else None
    minutes = int(found[1]) * 60 + int(found[2]) if found else MIDNIGHT + 1
    if minutes > MIDNIGHT:
        raise MalformedHoursError(
            _("“%(time)s” (%(day)s) is no time; write it as 09:00, at most 24:00."),
            time=str(value)[:40],
            day=_called(day),
        )
    return minutes


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _closed(value: object) -> list[str]:
    if not isinstance(value, list | tuple) or len(value) > MOST_CLOSED_DATES:
        raise MalformedHoursError(
            _("The closed days are a list of at most %(most)s dates."), most=MOST_CLOSED_DATES
        )
    return sorted({_date(one) for one in value})


def _date(value: object) -> str:
    try:
        if isinstance(value, str) and DATE.fullmatch(value):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise MalformedHoursError(
        _("“%(date)s” is no date; write it as 2026-12-25."), date=str(value)[:40]
    )


def _opened(hours: Hours) -> PeriodsOf:
    closed = frozenset(hours.get("closed", ()))
    always = not any(day in hours for day in DAYS)
    week = [
        ((0, MIDNIGHT),) if always else tuple(_read(one) for one in hours.get(day, ()))
        for day in DAYS
    ]
    return lambda day: () if day.isoformat() in closed else week[day.weekday()]


def _read(period: list[str]) -> Period:
    start, end = (int(one[:2]) * 60 + int(one[3:]) for one in period)
    return start, end


def _daily(start: time, end: time) -> PeriodsOf:
    if end <= start:
        raise ValueError("a day's end comes after its start")
    period = (start.hour * 60 + start.minute, end.hour * 60 + end.minute)
    return lambda _day: (period,)


def _within(periods_of: PeriodsOf, moment: datetime, zone: tzinfo) -> bool:
    local = _aware(moment).astimezone(zone)
    minutes = local.hour * 60 + local.minute
    return any(start <= minutes < end for start, end in periods_of(local.date()))


def _first(periods_of: PeriodsOf, moment: datetime, zone: tzinfo) -> datetime | None:
    if _within(periods_of, moment, zone):
        return moment.astimezone(UTC)
    until = moment + HORIZON
    edges = _edges(periods_of, moment, until, zone)
    opened = (at for at in edges if moment < at <= until and _within(periods_of, at, zone))
    return min(opened, default=None)


def _edges(
    periods_of: PeriodsOf, begin: datetime, end: datetime, zone: tzinfo, *, last: bool = False
) -> Iterator[datetime]:
    """Give every moment at which a period may begin (or its last minute): by itself or by a jump.

    More than asked for: whoever calls keeps those that are within a period. That drops the
    readings of a time that does not exist (PEP 495).
    """
    day = begin.astimezone(zone).date() - timedelta(days=1)
    beyond = end.astimezone(zone).date() + timedelta(days=1)
    while day <= beyond:
        for period in periods_of(day):
            minutes = period[1] - 1 if last else period[0]
            wall = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
            yield wall.astimezone(UTC)
            yield wall.replace(fold=1).astimezone(UTC)
        day += timedelta(days=1)
    for jump in _jumps(begin.astimezone(UTC), end.astimezone(UTC), zone):
        yield jump - MINUTE if last else jump


def _jumps(begin: datetime, end: datetime, zone: tzinfo) -> Iterator[datetime]:
    """Give the moments at which the zone's clock is put forward or back, to the second.

    zoneinfo does not tell them; two jumps within one day would be missed, no zone has any.
    """
    step = timedelta(days=1)
    while begin < end:
        after = begin + step
        if _offset(begin, zone) != _offset(after, zone):
            low, high = 0, int(step.total_seconds())
            while high - low > 1:
                middle = (low + high) // 2
                same = _offset(begin + timedelta(seconds=middle), zone) == _offset(begin, zone)
                low, high = (middle, high) if same else (low, middle)
            yield (begin + timedelta(seconds=high)).replace(microsecond=0)
        begin = after


def _offset(moment: datetime, zone: tzinfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment is aware")
    return moment
