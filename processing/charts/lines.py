"""A line from point to point; where nothing is known it is not drawn as if it were."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from processing.charts.columns import labels_of, places_of
from processing.charts.scales import Scale


@dataclass(frozen=True)
class Known:
    """A value under its name; None where there is none."""

    label: str
    value: float | None


@dataclass(frozen=True)
class Point:
    """Where a value stands: per cent across, pixels down, None where there is none."""

    label: str
    shown: str
    x: float
    y: float | None
    value: float | None


@dataclass(frozen=True)
class Stretch:
    """A straight line between two points; `bridges` when there is a gap between them."""

    x1: float
    y1: float
    x2: float
    y2: float
    bridges: bool


@dataclass(frozen=True)
class Line:
    """Points from left to right and the stretches between those that are known."""

    points: tuple[Point, ...]
    stretches: tuple[Stretch, ...]


def line_of(values: Sequence[Known], scale: Scale) -> Line:
    """Return the line through all known values."""
    places, labels = places_of(len(values)), labels_of(len(values))
    points = [
        Point(one.label, shown, x, None if one.value is None else scale.y(one.value), one.value)
        for one, x, shown in zip(values, places, labels, strict=True)
    ]
    known = [(n, one.x, one.y) for n, one in enumerate(points) if one.y is not None]
    stretches = [
        Stretch(x1, y1, x2, y2, bridges=second - first > 1)
        for (first, x1, y1), (second, x2, y2) in pairwise(known)
    ]
    return Line(tuple(points), tuple(stretches))
