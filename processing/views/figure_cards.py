"""The figures at the head of the page, and how they changed."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from processing.analytics import Report
from processing.charts.spans import Span
from processing.overview import Overview
from processing.templatetags.figures import money, percent, whole
from processing.views.figure_words import (
    Change,
    against,
    before_name,
    change_of,
    median_words,
    points_of,
    way_of,
)


@dataclass(frozen=True)
class Card:
    """One figure; `change` is None when there is nothing to compare it with."""

    name: str
    value: str
    change: Change | None


def in_time_share(report: Report) -> float | None:
    """Return which part of the first answers left in time, 0 to 1; None without answers."""
    count = report.first_answer.count
    return report.first_answer.in_time / count if count else None


def cards_of(overview: Overview) -> list[Card]:
    """Return the eight figures that people ask for first."""
    now, then = overview.report, overview.earlier
    before = before_name(Span(then.first, then.last)) if then else ""
    names = [_("Messages received"), _("Answers sent"), _("New leads"), _("Leads that became hot")]
    was = _counts(then) if then else [None] * len(names)
    counted = [
        Card(name, whole(value), None if old is None else change_of(value, old, before))
        for name, value, old in zip(names, _counts(now), was, strict=True)
    ]
    return [*counted[:2], *_quickness(now, then, before), *counted[2:], *_worth(now, then, before)]


def _counts(report: Report) -> list[int]:
    leads = report.leads
    new, hot = sum(leads.new.values()), leads.reached["hot"]
    return [report.received, report.answered.total, new, hot]


def _quickness(now: Report, then: Report | None, before: str) -> list[Card]:
    share, first = in_time_share(now), now.first_answer
    change = points_of(share, in_time_share(then), before) if then else None
    median = None
    if then and then.first_answer.count and first.count:
        way = way_of(first.median_seconds, then.first_answer.median_seconds)
        median = against(median_words(then.first_answer), way, before)
    return [
        Card(_("Of the first answers, in time"), percent(share), change),
        Card(_("Time to first answer (median)"), median_words(first), median),
    ]


def _worth(now: Report, then: Report | None, before: str) -> list[Card]:
    unedited, cost = now.drafts.share_unedited, now.model.cost_per_hot_lead
    drafts = points_of(unedited, then.drafts.share_unedited, before) if then else None
    was = then.model.cost_per_hot_lead if then else None
    dearer = against(money(was), way_of(cost, was), before) if was is not None else None
    return [
        Card(_("Model cost per hot lead"), money(cost), dearer),
        Card(_("Drafts approved unedited"), percent(unedited), drafts),
    ]
