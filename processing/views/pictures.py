"""The charts of the page of figures: what each shows, says in words, and holds as a table."""

from collections.abc import Callable
from dataclasses import replace

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from processing.analytics import Day, Report, Tally
from processing.charts.bars import Measure, bars_of
from processing.charts.columns import Stack, columns_of, largest_of
from processing.charts.lines import Known, line_of
from processing.charts.scales import Scale, Tick, scale_of, ticks_of
from processing.charts.spans import Span
from processing.counting import IN_TIME
from processing.overview import Overview
from processing.templatetags.figures import money, percent, whole
from processing.views.figure_cards import in_time_share
from processing.views.figure_words import (
    band_labels,
    band_names,
    before_name,
    label_of,
    median_words,
    name_of,
    unit_name,
)
from processing.views.picture import Picture, Series, Table

MILLION = 1_000_000
FEW = 7
"""So many columns leave room for the day of the week."""


def answers_picture(overview: Overview) -> Picture:
    """Draw what became of people's messages."""
    series = (
        Series(_("Answered in time"), "fast"),
        Series(_("Answered late"), "late"),
        Series(_("To a human"), "human"),
        Series(_("Waited"), "waited"),
        Series(_("Silent"), "silent"),
    )
    said = Picture(
        name="answers",
        title=_("What became of the messages"),
        finding=_answers_finding(overview.report),
        note=_(
            "In time: the first answer left within 5 minutes of the first message it answers. "
            "Each day counts what happened on it: a message that waited, then was answered, "
            "counts in both."
        ),
        series=series,
    )
    return _stacked(said, overview, _became)


def leads_picture(overview: Overview) -> Picture:
    """Draw the new leads by the level they began at."""
    series = (
        Series(pgettext("plural", "hot"), "hot"),
        Series(pgettext("plural", "warm"), "warm"),
        Series(pgettext("plural", "cold"), "cold"),
    )
    new, hot = overview.report.leads.new, overview.report.leads.reached["hot"]
    total = sum(new.values())
    finding = _("No new lead in this period.")
    if total:
        begun = ngettext("%(number)s new lead", "%(number)s new leads", total)
        became = ngettext("%(number)s became hot", "%(number)s became hot", hot)
        told = {"new": begun % {"number": whole(total)}, "hot": became % {"number": whole(hot)}}
        finding = _("%(new)s in this period; %(hot)s.") % told
    said = Picture(
        name="leads",
        title=_("New leads by level"),
        finding=finding,
        note=_("By the level a lead began at; it may have moved since."),
        series=series,
    )
    return _stacked(said, overview, _began)


def quickness_picture(overview: Overview) -> Picture:
    """Draw how long people waited for the first answer."""
    now, then = overview.report.first_answer, overview.earlier and overview.earlier.first_answer
    labels, names = band_labels(), band_names()
    stacks = [
        Stack(
            labels[band],
            (count, 0) if band in IN_TIME else (0, count),
            then.bands[band] if then else None,
        )
        for band, count in now.bands.items()
    ]
    before = _before(overview)
    heads = (_("Time to first answer"), _("Answers"), _("Share"), *([before] if before else []))
    rows = [
        (names[band], whole(count), percent(count / now.count if now.count else None),
         *([whole(then.bands[band])] if then else []))
        for band, count in now.bands.items()
    ]  # fmt: skip
    scale = scale_of(largest_of(stacks))
    return Picture(
        name="quickness",
        title=_("Time to first answer"),
        finding=_quickness_finding(overview.report),
        note=_("Counted from the first message that nobody had answered yet."),
        series=(Series(_("In time"), "fast"), Series(_("Late"), "late")),
        ticks=ticks_of(scale, whole),
        columns=columns_of(stacks, scale) if largest_of(stacks) else None,
        before=before,
        table=Table(heads, tuple(rows)),
    )


def reasons_picture(
    overview: Overview, name: str, title: str, tally: Callable[[Report], Tally]
) -> Picture:
    """Draw how often something happened, by reason, the most frequent first."""
    now = tally(overview.report)
    then = {one.reason: one.count for one in tally(overview.earlier).reasons} if (
        overview.earlier) else None  # fmt: skip
    before = _before(overview)
    bars = bars_of(
        [
            Measure(one.sentence, one.count, None if then is None else then.get(one.reason, 0))
            for one in now.reasons
        ]
    )
    heads = (_("Reason"), _("Count"), _("Share"), *([before] if before else []))
    rows = [
        (one.label, whole(one.value), percent(one.share),
         *([] if one.before is None else [whole(one.before)]))
        for one in bars
    ]  # fmt: skip
    finding = _("Nothing in this period.")
    if bars:
        told = {"total": whole(now.total), "share": percent(bars[0].share), "why": bars[0].label}
        finding = ngettext(
            "%(total)s time. Most often (%(share)s): %(why)s",
            "%(total)s times. Most often (%(share)s): %(why)s",
            now.total,
        )
        finding %= told
    table = Table(heads, tuple(rows))
    return Picture(name, title, finding, table, bars=bars, before=before if bars else "")


def cost_picture(overview: Overview) -> Picture:
    """Draw what the model cost for each lead that became hot."""
    model, unit = overview.report.model, overview.unit
    values = [
        Known(_label(overview, span), day.cost / day.became_hot if day.became_hot else None)
        for span, day in overview.spans
    ]
    known = [one.value for one in values if one.value is not None]
    scale = scale_of(max([*known, model.cost_per_hot_lead or 0]), smallest_step=100)
    rows = tuple(
        (name_of(span, unit), money(day.cost), whole(day.became_hot), money(one.value))
        for (span, day), one in zip(overview.spans, values, strict=True)
    )
    finding, level = _("No lead became hot in this period."), None
    if model.cost_per_hot_lead is not None:
        mean = money(model.cost_per_hot_lead)
        finding = _("A hot lead cost %(cost)s of model on average.") % {"cost": mean}
        level = Tick(scale.y(model.cost_per_hot_lead), _("average %(cost)s") % {"cost": mean})
    return Picture(
        name="cost",
        title=_("Model cost per hot lead"),
        finding=finding,
        note=_("All that the model cost, divided by the leads that became hot."),
        ticks=ticks_of(scale, _dollars_of(scale)),
        line=line_of(values, scale) if known else None,
        level=level,
        table=Table((unit_name(unit), _("Cost"), _("Became hot"), _("Per hot lead")), rows),
    )


def pictures_of(overview: Overview) -> dict[str, Picture]:
    """Return every picture by its name."""
    reasons = (
        ("silent", _("Silences by reason"), lambda report: report.silent),
        ("handed", _("To a human, by reason"), lambda report: report.handed_over),
        ("waited", _("Waited, by reason"), lambda report: report.waited),
        ("held", _("Held for approval, by reason"), lambda report: report.held),
    )
    drawn = [
        answers_picture(overview),
        quickness_picture(overview),
        leads_picture(overview),
        cost_picture(overview),
        *(reasons_picture(overview, *one) for one in reasons),
    ]
    return {one.name: one for one in drawn}


def _became(day: Day) -> tuple[int, ...]:
    return (day.in_time, day.late, day.handed_over, day.waited, day.silent)


def _began(day: Day) -> tuple[int, ...]:
    return (day.new_by_level["hot"], day.new_by_level["warm"], day.new_by_level["cold"])


def _stacked(said: Picture, overview: Overview, parts: Callable[[Day], tuple[int, ...]]) -> Picture:
    stacks = [Stack(_label(overview, span), parts(day)) for span, day in overview.spans]
    scale = scale_of(largest_of(stacks))
    rows = tuple(
        (name_of(span, overview.unit), *(whole(one) for one in parts(day)))
        for span, day in overview.spans
    )
    return replace(
        said,
        ticks=ticks_of(scale, whole),
        columns=columns_of(stacks, scale) if largest_of(stacks) else None,
        table=Table((unit_name(overview.unit), *(one.name for one in said.series)), rows),
    )


def _label(overview: Overview, span: Span) -> str:
    return label_of(span, overview.unit, few=len(overview.spans) <= FEW)


def _before(overview: Overview) -> str:
    earlier = overview.earlier
    return before_name(Span(earlier.first, earlier.last)) if earlier else ""


def _answers_finding(report: Report) -> str:
    share, first = in_time_share(report), report.first_answer
    if share is None:
        return _("Nobody was answered for the first time in this period.")
    told = {"share": percent(share), "fast": whole(first.in_time), "all": whole(first.count)}
    return _("%(share)s of the first answers left in time: %(fast)s of %(all)s.") % told


def _quickness_finding(report: Report) -> str:
    first = report.first_answer
    if not first.count:
        return _("Nobody was answered for the first time in this period.")
    if first.median_band == "more":
        return _("Half of the people waited an hour or more.")
    return _("Half of the people had their answer within %(time)s.") % {"time": median_words(first)}


def _dollars_of(scale: Scale) -> Callable[[float], str]:
    """Return how a scale's values are written: all with as many decimals as a step needs."""
    step = scale.ticks[1] / MILLION
    decimals = next((n for n in range(5) if round(step, n) == step), 4)

    def words(cost: float) -> str:
        return f"{number_format(cost / MILLION, decimals, force_grouping=True)} $" if cost else "0"

    return words
