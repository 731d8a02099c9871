"""The stand-in's own time: the real one plus what it was moved ahead by."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from sandbox.stripe.models import Option

OFFSET = "clock_offset"
MINUTE, HOUR, DAY = 60, 3600, 86_400
INTERVALS = ("day", "week", "month", "year")
MONTHS_IN_A_YEAR = 12
_standing: ContextVar[int | None] = ContextVar("standing", default=None)


def now() -> int:
    """Return the moment of the stand-in's clock in whole seconds since 1970."""
    moment = _standing.get()
    return int(time.time()) + offset() if moment is None else moment


def offset() -> int:
    """Return by how many seconds the clock is ahead."""
    kept = Option.objects.filter(name=OFFSET).values_list("value", flat=True).first()
    return int(kept or 0)


def move_to(moment: int) -> None:
    """Let the clock go on from `moment`."""
    ahead = moment - int(time.time())
    Option.objects.update_or_create(name=OFFSET, defaults={"value": ahead})


@contextmanager
def standing_at(moment: int) -> Iterator[None]:
    """Hold the clock at `moment` for what happens inside."""
    token = _standing.set(moment)
    try:
        yield
    finally:
        _standing.reset(token)


def after(anchor: int, interval: str, count: int, times: int) -> int:
    """Return the moment `times` intervals after `anchor`; a month's last days stay its last.

    Stripe, "Billing cycle": a subscription that began on the 31st renews on the last day.
    """
    if interval in ("day", "week"):
        return anchor + times * count * DAY * (7 if interval == "week" else 1)
    months = times * count * (MONTHS_IN_A_YEAR if interval == "year" else 1)
    begun = datetime.fromtimestamp(anchor, UTC)
    year, month = divmod(begun.month - 1 + months, MONTHS_IN_A_YEAR)
    first = begun.replace(year=begun.year + year, month=month + 1, day=1)
    following = first.replace(
        year=first.year + first.month // MONTHS_IN_A_YEAR,
        month=first.month % MONTHS_IN_A_YEAR + 1,
    )
    last_day = (following - first).days
    return int(first.replace(day=min(begun.day, last_day)).timestamp())


def next_period_end(anchor: int, interval: str, count: int, start: int) -> int:
    """Return the first end of a cycle of `anchor` that comes after `start`."""
    length = max(1, after(anchor, interval, count, 1) - anchor)
    times = max(0, (start - anchor) // length - 1)
    while after(anchor, interval, count, times) <= start:
        times += 1
    return after(anchor, interval, count, times)
