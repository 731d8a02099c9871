"""How the page of figures words spans, bands of time and what changed since the period before."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from processing.analytics import FirstAnswer
from processing.charts.spans import Span, is_month
from processing.counting import BANDS, LONGER
from processing.templatetags.figures import duration, percent


@dataclass(frozen=True)
class Change:
    """What changed since the period before: "up", "down" or "same", and the sentence."""

    way: str
    sentence: str


def band_names() -> dict[str, str]:
    """Return what people call each band of a time to first answer, the quickest first."""
    words = [_("under 10 seconds"), _("10 to 30 seconds"), _("30 to 60 seconds")]
    words += [_("1 to 5 minutes"), _("5 to 60 minutes"), _("an hour or more")]
    return dict(zip([*(name for name, _seconds in BANDS), LONGER], words, strict=True))


def band_labels() -> dict[str, str]:
    """Return the same, as short as a column on a phone is narrow."""
    words = [_("< 10 s"), _("< 30 s"), _("< 1 min"), _("< 5 min"), _("< 1 h"), _("≥ 1 h")]
    return dict(zip(band_names(), words, strict=True))


def median_words(first: FirstAnswer) -> str:
    """Return the median of a time to first answer."""
    return _("an hour or more") if first.median_band == LONGER else duration(first.median_seconds)


def label_of(span: Span, unit: str, *, few: bool) -> str:
    """Return what stands below a column; `few` when there is room for the day of the week."""
    if unit == "month":
        return date_format(span.first, "m/Y")
    return date_format(span.first, "D j" if few else "j N")


def name_of(span: Span, unit: str) -> str:
    """Return what a span is called in a table."""
    if unit == "month" and is_month(span):
        return date_format(span.first, "F Y")
    if span.days == 1:
        return date_format(span.first, "D j N")
    ends = {"first": date_format(span.first, "j N"), "last": date_format(span.last, "j N")}
    return _("%(first)s to %(last)s") % ends


def unit_name(unit: str) -> str:
    """Return what the first column of a table of spans is called."""
    return {"day": _("Day"), "week": _("Week"), "month": _("Month")}[unit]


def before_name(earlier: Span) -> str:
    """Return what the period before is called, to stand after "than"."""
    if is_month(earlier):
        return _("the month before")
    if earlier.days == 1:
        return _("the day before")
    return ngettext(
        "the %(days)s day before", "the %(days)s days before", earlier.days
    ) % {"days": earlier.days}  # fmt: skip


def change_of(now: float, then: float, before: str) -> Change:
    """Return how a count changed."""
    if now == then:
        return Change("same", _("as many as %(before)s") % {"before": before})
    if not then:
        return Change("up", _("none during %(before)s") % {"before": before})
    told = {"percent": percent(abs(now - then) / then), "before": before}
    if now > then:
        return Change("up", _("%(percent)s more than %(before)s") % told)
    return Change("down", _("%(percent)s less than %(before)s") % told)


def points_of(now: float | None, then: float | None, before: str) -> Change | None:
    """Return how a share (0 to 1) changed, in points; None where one of both is not known."""
    if now is None or then is None:
        return None
    points = round(100 * now) - round(100 * then)
    told = {"points": abs(points), "before": before}
    if not points:
        return Change("same", _("the same as %(before)s") % told)
    if points > 0:
        more = ngettext(
            "%(points)s point more than %(before)s",
            "%(points)s points more than %(before)s",
            points,
        )
        return Change("up", more % told)
    less = ngettext(
        "%(points)s point less than %(before)s",
        "%(points)s points less than %(before)s",
        -points,
    )
    return Change("down", less % told)


def against(then: str, way: str, before: str) -> Change:
    """Return what a value was before, for values that no per cent describes."""
    told = {"value": then, "before": before}
    return Change(way, pgettext("figure", "%(value)s during %(before)s") % told)


def way_of(now: float | None, then: float | None) -> str:
    """Return which way a value went."""
    if now is None or then is None or now == then:
        return "same"
    return "up" if now > then else "down"
