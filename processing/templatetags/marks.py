"""Drafts with their unsupported words marked, and costs as money."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()
MICROS = 1_000_000


@register.filter
def marked(text: str, marks: Iterable[Mapping[str, Any]]) -> SafeString:
    """Return `text` with what the marks mean between <mark> tags; everything is escaped."""
    parts: list[SafeString] = []
    end = 0
    for mark in sorted(marks, key=lambda one: int(one["start"])):
        start, stop = max(end, int(mark["start"])), int(mark["end"])
        if stop > start:
            parts.append(format_html("{}<mark>{}</mark>", text[end:start], text[start:stop]))
            end = stop
    return format_html_join("", "{}", ((part,) for part in (*parts, text[end:])))


@register.filter(expects_localtime=True)
def on_day(day: date, form: str) -> str:
    """Return a day as `form` ("j F" and the like) says it; the French say "1er" of the first."""
    words = date_format(day, form)
    first = day.day == 1 and (get_language() or "").startswith("fr")
    return f"1er{words[1:]}" if first else words


@register.filter
def dollars(micros: int) -> str:
    """Return millionths of a dollar as "$0.0123", four digits after the point."""
    return _("$%(number)s") % {"number": number_format(Decimal(micros) / MICROS, 4)}
