"""Intents in templates."""

from django import template

from processing.intents import called

register = template.Library()


@register.filter
def intent(code: str) -> str:
    """Return what the intent is called in the active language; an old one as it is."""
    return called(code)
