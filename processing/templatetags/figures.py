"""Figures in templates: times and money as people write them."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()
MINUTE, HOUR = 60, 3600


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
    return "–" if cost is None else f"{number_format(cost / 1_000_000, 4)} $"
