"""The days of a period as a table for spreadsheets."""

from django.http import StreamingHttpResponse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from flowia.lib.sheets import sheet
from processing.analytics import Day, Report

MILLION = 1_000_000


def figures_sheet(report: Report) -> StreamingHttpResponse:
    """Return one row for each day of `report`, in the active language; days as ISO 8601."""
    heads = [_("Day"), _("Messages received"), _("Answers sent")]
    heads += [_("Answered in time"), _("Answered late"), _("Waited"), _("Held for approval")]
    heads += [_("Handed to a human"), _("Left without an answer"), _("New leads")]
    heads += [_("New hot leads"), _("New warm leads"), _("New cold leads"), _("Became hot")]
    heads += [_("Model calls"), _("Model cost in US dollars")]
    # All at once: the language is gone when the answer is written.
    rows = [_cells(day) for day in report.days]
    return sheet(f"figures-{report.first}-{report.last}.csv", heads, rows)


def _cells(day: Day) -> list[str | int]:
    return [
        day.day.isoformat(),
        day.received,
        day.answered,
        day.in_time,
        day.late,
        day.waited,
        day.held,
        day.handed_over,
        day.silent,
        day.new_leads,
        *(day.new_by_level[level] for level in ("hot", "warm", "cold")),
        day.became_hot,
        day.calls,
        str(number_format(day.cost / MILLION, 6)),
    ]
