"""Figures in templates: times and money as people write them."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()
MINUTE, HOUR = 60, 3600
MILLION = 1_000_000
PRECISE_UNTIL = 10_000_000
"""Counts up to here are written out; a chart has no room for longer ones."""


@register.filter
def duration(seconds: float | None) -> str:
    """Return seconds, minutes or hours, rounded to what matters."""
    if seconds is None:
        return "–"
    if seconds < MINUTE:
        return _("%(number)s s") % {"number": round(seconds)}
    if seconds < HOUR:
        return _("%(number)s min") % {"number": round(seconds / MINUTE)}
    return _("%(number)s h") % {"number": round(seconds / HOUR)}


@register.filter
def dollars(cost: int | None) -> str:
    """Return millionths of a US dollar as dollars; "–" for none."""
    return "–" if cost is None else _("$%(number)s") % {"number": number_format(cost / MILLION, 4)}


@register.filter
def money(cost: float | None) -> str:
    """Return millionths of a US dollar as dollars with three digits that matter; "–" for none."""
    if cost is None:
        return "–"
    value = abs(cost) / MILLION
    decimals = next((n for limit, n in ((0.1, 4), (1, 3), (100, 2)) if value < limit), 0)
    digits = decimals if cost else 0
    return _("$%(number)s") % {"number": number_format(cost / MILLION, digits, force_grouping=True)}


@register.filter
def whole(number: float) -> str:
    """Return a count with its thousands apart, in millions where it is very large."""
    if number < PRECISE_UNTIL:
        return str(number_format(round(number), force_grouping=True))
    return _("%(number)s M") % {"number": number_format(number / MILLION, 1, force_grouping=True)}


@register.filter
def percent(share: float | None) -> str:
    """Return a share from 0 to 1 as per cent; "–" for none."""
    return "–" if share is None else _("%(number)s%%") % {"number": round(100 * share)}
