"""A period cut into days, weeks or months; the period before it; what a month will come to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
DAYS_UNTIL = 31
WEEKS_UNTIL = 180
TOO_EARLY = 3.0
"""Days of a month that must have passed before it foretells anything."""


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def unit_of(period: Span) -> str:
    """Return "day", "week" or "month": what one column of a chart of this period is."""
    if period.days <= DAYS_UNTIL:
        return "day"
    return "week" if period.days <= WEEKS_UNTIL else "month"


def spans_of(period: Span) -> tuple[Span, ...]:
    """Return the period in its units; weeks begin on Monday, the ends may be cut short."""
    return tuple(_cut(period, unit_of(period)))


def before(period: Span) -> Span:
    """Return the period before: of as many days; of whole months, when it is one."""
    last = period.first - DAY
    if is_month(period):
        return Span(last.replace(day=1), last)
    return Span(period.first - period.days * DAY, last)


def is_month(period: Span) -> bool:
    """Tell whether the period is one month, all of it."""
    return period == month_of(period.first)


def month_of(day: date) -> Span:
    """Return the month that `day` is in."""
    first = day.replace(day=1)
    return Span(first, (first + 31 * DAY).replace(day=1) - DAY)


def foretold(so_far: int, *, passed: float, days: int) -> int | None:
    """Return what `so_far` comes to after `days` days when it goes on as in those `passed`.

    `passed` counts parts of a day; None while too little has passed to tell.
    """
    if passed < TOO_EARLY:
        return None
    return max(so_far, round(so_far * days / passed))


def _cut(period: Span, unit: str) -> Iterator[Span]:
    first = period.first
    while first <= period.last:
        last = min(_end(first, unit), period.last)
        yield Span(first, last)
        first = last + DAY


def _end(day: date, unit: str) -> date:
    if unit == "day":
        return day
    return day + (6 - day.weekday()) * DAY if unit == "week" else month_of(day).last
