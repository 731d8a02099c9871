"""Reason codes and people's names in templates."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from processing.models import Contact
from processing.reasons import sentence

register = template.Library()


@register.filter
def in_words(reason: str, data: dict[str, Any] | None = None) -> str:
    """Return the sentence of a reason code, with its numbers, in the active language."""
    return sentence(reason, data)


@register.filter
def called(contact: Contact) -> str:
    """Return the contact's name; without one, the end of the id the network knows them by."""
    return contact.name or _("Contact …%(end)s") % {"end": contact.external_id[-4:]}
