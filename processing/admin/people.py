"""Contacts, conversations with their trace, and leads."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from flowia.lib.admin import HasError, ReadOnlyRows
from processing.admin.links import own_trace
from processing.admin.trace import trace_of
from processing.models import Contact, Conversation, Lead, Message

LOST = (Message.Status.FAILED, Message.Status.REFUSED, Message.Status.UNCONFIRMED)


@admin.register(Contact)
class Contacts(ReadOnlyRows):
    """People outside."""

    list_display = ("name", "external_id", "social_account", "workspace", "opted_out_at")
    list_filter = ("social_account__kind", ("opted_out_at", admin.EmptyFieldListFilter))
    list_select_related = ("social_account", "workspace")
    search_fields = ("name", "external_id", "workspace__name", "workspace__uid", "uid")


@admin.register(Conversation)
class Conversations(ReadOnlyRows):
    """Threads; each leads to its trace."""

    error = Q(Exists(Message.objects.filter(conversation=OuterRef("pk"), status__in=LOST)))
    list_display = (
        "contact",
        own_trace,
        "workspace",
        "social_account",
        "handled_by",
        "handoff_reason",
        "last_message_at",
        "window_closes_at",
    )
    list_filter = (
        "handled_by",
        ("handoff_reason", admin.EmptyFieldListFilter),
        HasError,
        "kind",
        "category",
        "social_account__kind",
    )
    list_select_related = ("contact", "workspace", "social_account")
    search_fields = (
        "contact__name",
        "contact__external_id",
        "social_account__external_id",
        "workspace__name",
        "workspace__uid",
        "uid",
    )
    change_form_template = "admin/processing/conversation/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the trace."""
        view = self.admin_site.admin_view(self.trace)
        own = path("<int:pk>/trace/", view, name="conversation-trace")
        return [own, *super().get_urls()]

    def trace(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Tell everything that happened in one conversation, in the order of time."""
        rows = Conversation.objects.select_related("contact__lead", "workspace", "social_account")
        conversation = rows.filter(pk=pk).first()
        if conversation is None:
            raise Http404
        if not self.has_view_permission(request, conversation):
            raise PermissionDenied
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Trace of a conversation"),
            "conversation": conversation,
            "entries": trace_of(conversation),
            "opts": self.opts,
        }
        return render(request, "admin/processing/conversation/trace.html", context)


@admin.register(Lead)
class Leads(ReadOnlyRows):
    """Interest of contacts."""

    list_display = ("contact", "level", "phone", "intent", "workspace", "updated_at")
    list_filter = ("level",)
    list_select_related = ("contact", "workspace")
    search_fields = ("contact__name", "contact__external_id", "phone", "workspace__name", "uid")
