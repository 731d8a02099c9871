"""The page of figures: a period, and what the ledger sums up for it, as tables."""

from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import chosen_workspace
from flowia.lib import clock
from flowia.lib.errors import InvalidError
from processing.analytics import Report, period_of, report_of
from processing.counting import LONGER
from processing.figures import today_of
from processing.templatetags.figures import dollars, duration
from processing.views.frame import in_frame

SPANS = (7, 30, 90, 365)


@login_required
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show the figures of `?from=` to `?to=`, local days; the last 30 when they are not given."""
    workspace = chosen_workspace(request)
    today = today_of(workspace)
    given = {name: request.GET.get(name, "") for name in ("from", "to")}
    errors: dict[str, list[str]] = {}
    first, last = period_of(None, None, today=today)
    try:
        first, last = period_of(_day(given, "from"), _day(given, "to"), today=today)
    except InvalidError as error:
        told = error.errors or {}
        errors = {name: [str(one) for one in sentences] for name, sentences in told.items()}
    report = report_of(workspace, first, last, now=clock.now())
    context = {
        "report": report,
        "cards": _cards(report),
        "waits": [
            (_("Waited"), report.waited),
            (_("Held for approval"), report.held),
            (_("Handed to a human"), report.handed_over),
            (_("Left without an answer"), report.silent),
        ],
        "errors": errors,
        # A browser's field of a day takes nothing but a day.
        "given": {name: (_read(given[name]) or default).isoformat()
                  for name, default in (("from", first), ("to", last))},
        "spans": [
            {"days": days, "from": (today - timedelta(days=days - 1)).isoformat(),
             "to": today.isoformat(), "chosen": (last, (last - first).days) == (today, days - 1)}
            for days in SPANS
        ],
    }  # fmt: skip
    return render(request, "processing/figures.html", in_frame(request, workspace, context))


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


def _cards(report: Report) -> list[tuple[str, str | int]]:
    share, first = report.drafts.share_unedited, report.first_answer
    open_ended = first.median_band == LONGER
    median = _("an hour or more") if open_ended else duration(first.median_seconds)
    percent = "–" if share is None else _("%(number)s%%") % {"number": round(100 * share)}
    return [
        (_("Messages received"), report.received),
        (_("Answers sent"), report.answered.total),
        (_("Time to first answer (median)"), median),
        (_("Drafts approved unedited"), percent),
        (_("New leads"), sum(report.leads.new.values())),
        (_("Model cost per lead"), dollars(report.model.cost_per_lead)),
    ]
