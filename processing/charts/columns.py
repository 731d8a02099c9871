"""Columns side by side, each of parts on top of each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from processing.charts.scales import HEIGHT, Scale

NUMBER_HEIGHT, ABOVE = 20.0, 6.0
"""Pixels: what a number needs above its column, and how far it stands above it."""
FILLED = 0.74
"""How much of its place a column takes."""
WIDEST = 12.0
"""Per cent: one day alone is still a column, not a wall."""
LABELS_NARROW, LABELS_WIDE = 6, 8
"""So many words fit below a plot on a phone and on a desk."""
NUMBERED_NARROW, NUMBERED_WIDE = 8, 16
"""So many columns leave room for a number above each, on a phone and on a desk."""


@dataclass(frozen=True)
class Stack:
    """What one column shows: its name below, its parts from the bottom up."""

    label: str
    values: tuple[float, ...]
    before: float | None = None
    """What stood here in the period before, if it is compared."""


@dataclass(frozen=True)
class Part:
    """One part: the number of its series, and its place (per cent across, pixels down)."""

    series: int
    value: float
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    """One column. `shown` says where its label has room: "always", "wide" or "never".

    `number_y` is the foot of the number above it, which keeps clear of the mark of before.
    """

    label: str
    shown: str
    x: float
    width: float
    middle: float
    total: float
    y: float
    parts: tuple[Part, ...]
    number_y: float
    before_y: float | None
    end: float


@dataclass(frozen=True)
class Columns:
    """All columns; `numbered` says where a number has room above each, as `Column.shown` does."""

    columns: tuple[Column, ...]
    numbered: str


def largest_of(stacks: Sequence[Stack]) -> float:
    """Return the highest that a column, or its mark of before, reaches."""
    return max((max(sum(one.values), one.before or 0) for one in stacks), default=0)


def columns_of(stacks: Sequence[Stack], scale: Scale) -> Columns:
    """Return where the columns stand: from left to right, each within the plot."""
    labels = labels_of(len(stacks))
    places = places_of(len(stacks))
    width = round(min(WIDEST, FILLED * 100 / max(1, len(stacks))), 3)
    columns = tuple(
        _column(stack, scale, place, width, shown)
        for stack, place, shown in zip(stacks, places, labels, strict=True)
    )
    if len(columns) <= NUMBERED_NARROW:
        return Columns(columns, "always")
    return Columns(columns, "wide" if len(columns) <= NUMBERED_WIDE else "never")


def places_of(number: int) -> list[float]:
    """Return the middles of so many equal places, in per cent."""
    return [round(100 * (n + 0.5) / number, 3) for n in range(number)]


def labels_of(number: int) -> list[str]:
    """Return for each of so many places where its label has room, the last always."""
    wide = max(1, -(-number // LABELS_WIDE))
    # What a phone shows is among what a desk shows.
    narrow = wide * max(1, -(-number // (LABELS_NARROW * wide)))
    return [_shown(number - 1 - n, narrow, wide) for n in range(number)]


def _shown(from_the_end: int, narrow: int, wide: int) -> str:
    if from_the_end % narrow == 0:
        return "always"
    return "wide" if from_the_end % wide == 0 else "never"


def _column(stack: Stack, scale: Scale, middle: float, width: float, shown: str) -> Column:
    total = sum(stack.values)
    x = round(middle - width / 2, 3)
    return Column(
        label=stack.label,
        shown=shown,
        x=x,
        width=width,
        middle=middle,
        total=total,
        y=scale.y(total),
        number_y=_number_y(total, stack.before, scale),
        parts=tuple(_parts(stack.values, scale)),
        before_y=None if stack.before is None else scale.y(stack.before),
        end=round(x + width, 3),
    )


def _number_y(total: float, before: float | None, scale: Scale) -> float:
    top = scale.y(total)
    mark = top if before is None else scale.y(before)
    return (mark if top - NUMBER_HEIGHT < mark < top else top) - ABOVE


def _parts(values: tuple[float, ...], scale: Scale) -> Iterator[Part]:
    """Yield the parts that are anything; heights add up to the column's, to the rounding."""
    below, bottom = 0.0, HEIGHT
    for series, value in enumerate(values):
        below += value
        y = scale.y(below)
        if value > 0:
            yield Part(series, value, y, round(bottom - y, 2))
        bottom = y
