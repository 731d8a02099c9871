"""Drafts with their unsupported words marked, and costs as money."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

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


@register.filter
def dollars(micros: int) -> str:
    """Return millionths of a dollar as "0,0123 $", four digits after the point."""
    return f"{number_format(Decimal(micros) / MICROS, 4)} $"
