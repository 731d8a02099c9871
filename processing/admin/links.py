"""The column that leads from any row to the trace of its conversation."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from flowia.lib.admin import link


@admin.display(description=_("trace"))
def trace(row: Any) -> str:
    """Link to the trace of the row's conversation, if it has one."""
    conversation = getattr(row, "conversation_id", None)
    if conversation is None:
        conversation = getattr(getattr(row, "message", None), "conversation_id", None)
    return link("admin:conversation-trace", _("trace"), conversation) if conversation else ""


@admin.display(description=_("trace"))
def own_trace(conversation: Any) -> str:
    """Link to the conversation's trace."""
    return link("admin:conversation-trace", _("trace"), conversation.pk)
