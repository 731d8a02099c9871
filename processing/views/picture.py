"""A chart as templates draw it, with its words and its table."""

from dataclasses import dataclass

from processing.charts.bars import Bar
from processing.charts.columns import Columns
from processing.charts.lines import Line
from processing.charts.scales import Tick

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Series:
    """What one colour and pattern means."""

    name: str
    look: str


@dataclass(frozen=True)
class Table:
    """The same as a picture, to read: the first cell of a row is its name."""

    heads: Cells = ()
    rows: tuple[Cells, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A chart. `finding` says it in one sentence, `note` how it is counted.

    One of `columns`, `bars` and `line` is given; `before` names the marks of the period before;
    `level` is where the mean lies, pixels down, with its words.
    """

    name: str
    title: str
    finding: str
    table: Table = Table()
    note: str = ""
    series: tuple[Series, ...] = ()
    ticks: tuple[Tick, ...] = ()
    columns: Columns | None = None
    bars: tuple[Bar, ...] = ()
    line: Line | None = None
    before: str = ""
    level: Tick | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not (self.columns or self.bars or self.line)
