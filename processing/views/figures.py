"""The page of figures: a period, and what the ledger sums up for it, as pictures and tables."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_safe

from accounts.access import chosen_workspace
from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.errors import InvalidError
from processing.analytics import period_of, report_of
from processing.charts.spans import Span, before, month_of
from processing.figures import today_of
from processing.figuresheet import figures_sheet
from processing.overview import has_figures, overview_of
from processing.views.figure_cards import cards_of
from processing.views.figure_words import before_name, name_of
from processing.views.frame import in_frame
from processing.views.pictures import pictures_of
from social.models import SocialAccount

ENDS = ("from", "to")
SPANS = (7, 30, 90, 365)
APART = "no"
"""What `?compare=` says when the period is not to be compared."""


@dataclass(frozen=True)
class Asked:
    """The period that an address asks for; the last 30 days where it asks for none that exists."""

    period: Span
    compare: bool
    given: dict[str, str]
    errors: dict[str, list[str]]

    def query(self, period: Span, *, compare: bool) -> str:
        """Return the query of a page that shows `period` instead."""
        days = {"from": period.first.isoformat(), "to": period.last.isoformat()}
        return urlencode(days if compare else {**days, "compare": APART})


@login_required
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show `?from=` to `?to=`, local days, beside the period before unless `?compare=no`."""
    workspace, now = chosen_workspace(request), clock.now()
    today = today_of(workspace, now=now)
    asked = _asked(request, today)
    overview = overview_of(workspace, asked.period, compare=asked.compare, now=now)
    pictures = pictures_of(overview)
    nothing = all(one.empty for one in pictures.values()) and not overview.report.received
    # Whoever chose a period sees it, even of nothing; only the first visit is a beginning.
    first_visit = nothing and not any(request.GET.get(name) for name in ENDS)
    context = {
        "report": overview.report,
        "overview": overview,
        "cards": cards_of(overview),
        "pictures": pictures,
        "days": [(name_of(span, overview.unit), span, day) for span, day in overview.spans],
        "asked": asked,
        "before": before_name(before(asked.period)),
        "csv": asked.query(asked.period, compare=True),
        "errors": asked.errors,
        "nothing": nothing,
        **(_beginning(workspace) if first_visit else {}),
        **_choices(asked, today),
    }
    return render(request, "processing/figures.html", in_frame(request, workspace, context))


@login_required
@require_GET
def figures_table(request: HttpRequest) -> HttpResponseBase:
    """Return the days of the page's period as CSV."""
    workspace, now = chosen_workspace(request), clock.now()
    period = _asked(request, today_of(workspace, now=now)).period
    return figures_sheet(report_of(workspace, period.first, period.last, now=now))


def _asked(request: HttpRequest, today: date) -> Asked:
    given = {name: request.GET.get(name, "") for name in ENDS}
    errors: dict[str, list[str]] = {}
    first, last = period_of(None, None, today=today)
    try:
        first, last = period_of(_day(given, "from"), _day(given, "to"), today=today)
    except InvalidError as error:
        told = error.errors or {}
        errors = {name: [str(one) for one in sentences] for name, sentences in told.items()}
    # A browser's field of a day takes nothing but a day.
    shown = {name: (_read(given[name]) or default).isoformat()
             for name, default in (("from", first), ("to", last))}  # fmt: skip
    return Asked(Span(first, last), request.GET.get("compare") != APART, shown, errors)


def _day(given: dict[str, str], name: str) -> date | None:
    """Return a day of the address, None when none is given; raises InvalidError."""
    day = _read(given[name])
    if given[name] and day is None:
        raise InvalidError(errors={name: [_("This is not a day.")]})
    return day


def _read(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


def _choices(asked: Asked, today: date) -> dict[str, Any]:
    """Return the periods that one click chooses, and the switch of the comparison."""
    month = month_of(today)
    offered = [
        (ngettext("%(days)s day", "%(days)s days", days) % {"days": days},
         Span(today - timedelta(days=days - 1), today))
        for days in SPANS
    ]  # fmt: skip
    offered.append((_("This month"), Span(month.first, today)))
    offered.append((_("Last month"), month_of(month.first - timedelta(days=1))))
    # Of two that are the same days, on the 30th of a month, one is chosen.
    chosen = next((name for name, period in offered if period == asked.period), "")
    earlier = asked.query(asked.period, compare=not asked.compare)
    return {
        "periods": [
            {"name": name, "query": asked.query(period, compare=asked.compare),
             "chosen": name == chosen}
            for name, period in offered
        ],
        "compare_query": earlier,
    }  # fmt: skip


def _beginning(workspace: Workspace) -> dict[str, Any]:
    """Return whether nothing ever happened here, and whether an account is connected."""
    new = not has_figures(workspace)
    connected = new and SocialAccount.objects.filter(workspace=workspace).exists()
    return {"new": new, "connected": connected}
