"""What the page of figures draws: a period in its units, the period before, the month's cost.

One look at the sums of days serves all three: they are cut where any of them begins.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Workspace
from processing.analytics import (
    Day,
    Frame,
    Report,
    day_of,
    levels_of,
    report,
    whole_of,
)
from processing.charts.spans import Span, before, foretold, month_of, spans_of, unit_of
from processing.figures import Sums, sums_of
from processing.models import DailyFigure, InteractionEvent

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Month:
    """What the model has cost in this month until now, and what it will have if it goes on so.

    Millionths of a US dollar; `foretold` is None in a month's first days.
    """

    span: Span
    so_far: int
    foretold: int | None

    @property
    def part(self) -> float:
        """How much of what is foretold has been spent, in per cent."""
        return round(100 * self.so_far / self.foretold, 1) if self.foretold else 0.0


@dataclass(frozen=True)
class Overview:
    """A period: its figures, one `Day` for each span of `unit`, and with what it compares.

    `earlier` is None when nothing was to be compared, `month` when the period does not reach today.
    """

    period: Span
    unit: str
    report: Report
    spans: tuple[tuple[Span, Day], ...]
    earlier: Report | None
    month: Month | None


def overview_of(workspace: Workspace, period: Span, *, compare: bool, now: datetime) -> Overview:
    """Return what the page shows of `period`, exact at `now`."""
    zone = ZoneInfo(workspace.timezone)
    today, earlier, spans = now.astimezone(zone).date(), before(period), spans_of(period)
    month = month_of(today) if period.last >= today else None
    starts = {one.first for one in (*spans, *([month] if month else []))}
    starts |= {earlier.first} if compare else set()
    cuts = sorted(starts | {period.first})
    sums = sums_of(workspace, cuts[0], period.last, starts=cuts)
    levels = levels_of(workspace)

    def told(span: Span) -> Report:
        frame = Frame(span.first, span.last, workspace.timezone, now)
        return report(_within(sums, span), frame, levels)

    return Overview(
        period=period,
        unit=unit_of(period),
        report=told(period),
        spans=tuple((one, _day(sums, one)) for one in spans),
        earlier=told(earlier) if compare else None,
        month=_month(sums, month, now.astimezone(zone)) if month else None,
    )


def has_figures(workspace: Workspace) -> bool:
    """Tell whether anything ever happened in the workspace."""
    return any(
        rows.objects.filter(workspace=workspace).exists()
        for rows in (DailyFigure, InteractionEvent)
    )


def _within(sums: Sums, span: Span) -> Sums:
    kept = {day: one for day, one in sums.days.items() if span.first <= day <= span.last}
    return Sums(kept, sums.complete)


def _day(sums: Sums, span: Span) -> Day:
    """Return the figures of a span, which other cuts may have left in pieces."""
    return day_of(whole_of(_within(sums, span)), span.first)


def _month(sums: Sums, month: Span, now: datetime) -> Month:
    so_far = _day(sums, month).cost
    start = datetime.combine(month.first, time.min, now.tzinfo)
    return Month(month, so_far, foretold(so_far, passed=(now - start) / DAY, days=month.days))
