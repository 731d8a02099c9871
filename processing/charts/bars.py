"""Bars from left to right, one below the other, the longest as wide as its place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """What one bar shows; `before` is what it was in the period before, if that is compared."""

    label: str
    value: float
    before: float | None = None


@dataclass(frozen=True)
class Bar:
    """One bar: widths in per cent of the longest, `share` of all of them from 0 to 1."""

    label: str
    value: float
    width: float
    before: float | None
    before_x: float | None
    share: float


def bars_of(measures: Sequence[Measure]) -> tuple[Bar, ...]:
    """Return the bars in the order given."""
    return tuple(_bars(measures))


def _bars(measures: Sequence[Measure]) -> Iterator[Bar]:
    longest = max((max(one.value, one.before or 0) for one in measures), default=0)
    total = sum(one.value for one in measures)
    for one in measures:
        yield Bar(
            label=one.label,
            value=one.value,
            width=_part(one.value, longest),
            before=one.before,
            before_x=None if one.before is None else _part(one.before, longest),
            share=one.value / total if total else 0.0,
        )


def _part(value: float, longest: float) -> float:
    return round(100 * max(value, 0) / longest, 2) if longest else 0.0
