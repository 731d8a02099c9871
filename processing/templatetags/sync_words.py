"""What a tool's error code means, for templates."""

from django import template

from integrations.words import sentence_of

register = template.Library()


@register.filter
def sync_words(code: str, tool: str) -> str:
    """Return what happened and what to do, in the active language."""
    return sentence_of(code, tool) if code else ""
