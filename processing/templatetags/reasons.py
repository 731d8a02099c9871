"""Reason codes in templates."""

from typing import Any

from django import template

from processing.reasons import sentence

register = template.Library()


@register.filter
def in_words(reason: str, data: dict[str, Any] | None = None) -> str:
    """Return the sentence of a reason code, with its numbers, in the active language."""
    return sentence(reason, data)
