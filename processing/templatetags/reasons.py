"""Reason codes and people's names in templates."""

from typing import Any
from uuid import UUID

from django import template
from django.utils.translation import gettext as _

from processing.models import Contact
from processing.reasons import sentence
from processing.threads import NAMELESS
from social.providers.registry import PROVIDERS

register = template.Library()


@register.filter
def in_words(reason: str, data: dict[str, Any] | None = None) -> str:
    """Return the sentence of a reason code, with its numbers, in the active language."""
    return sentence(reason, data)


@register.filter
def called(contact: Contact) -> str:
    """Return the contact's name, or handle; without both, the end of their id on the network."""
    if contact.name or contact.handle:
        return contact.name or f"@{contact.handle}"
    if contact.external_id.startswith(NAMELESS):
        return _("Somebody the network does not name")
    return _("Contact …%(end)s") % {"end": contact.external_id[-4:]}


@register.filter
def handle(contact: Contact) -> str:
    """Return the contact's handle as networks write it, where their name says something else."""
    known = {"", contact.handle, f"@{contact.handle}"}
    return f"@{contact.handle}" if contact.handle and contact.name not in known else ""


@register.filter
def named(names: dict[UUID, str], uid: UUID | None) -> str:
    """Return the name that belongs to an id; "" for nobody, and for who has left."""
    return names.get(uid, "") if uid else ""


@register.filter
def network(kind: str) -> str:
    """Return what people call the network of an account of this kind."""
    for provider in PROVIDERS.values():
        if kind in provider.capabilities:
            return provider.label if len(provider.capabilities) == 1 else kind.capitalize()
    return kind.capitalize()
