"""From what to what a chart reaches, and where its lines are drawn."""

from collections.abc import Callable
from dataclasses import dataclass

HEIGHT = 200.0
"""Of a plot, in pixels."""
STEPS = (1, 2, 5)
"""What people count in, times a power of ten."""


@dataclass(frozen=True)
class Tick:
    """A line across the plot: how far down, in pixels, and what stands beside it."""

    y: float
    words: str


@dataclass(frozen=True)
class Scale:
    """Values from 0 to `top`; `ticks` from 0 up."""

    top: float
    ticks: tuple[float, ...]

    def height(self, value: float) -> float:
        """Return how high a value is, in pixels; what is larger than the top stays within."""
        return round(HEIGHT * min(max(value, 0), self.top) / self.top, 2)

    def y(self, value: float) -> float:
        """Return how far down a value is, in pixels."""
        return round(HEIGHT - self.height(value), 2)


def scale_of(largest: float, *, lines: int = 4, smallest_step: float = 1) -> Scale:
    """Return a scale that holds `largest` with about `lines` lines above zero.

    No step is smaller than `smallest_step`: half a message is nothing that can be counted.
    """
    step = _step(max(largest, 0) / lines, smallest_step)
    count = 1
    while step * count < largest:
        count += 1
    return Scale(step * count, tuple(step * n for n in range(count + 1)))


def ticks_of(scale: Scale, words: Callable[[float], str]) -> tuple[Tick, ...]:
    """Return the lines of `scale` with what `words` says of each value."""
    return tuple(Tick(scale.y(value), words(value)) for value in scale.ticks)


def _step(wanted: float, smallest: float) -> float:
    power = smallest
    while True:
        for step in STEPS:
            if step * power >= wanted:
                return step * power
        power *= 10
