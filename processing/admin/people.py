"""Contacts, conversations with their trace, and leads."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from flowia.lib import clock, hidden
from flowia.lib.admin import HasError, WordyRows
from processing.admin.large import LargeRows
from processing.admin.links import own_trace
from processing.admin.trace import page_of, trace_of
from processing.admin.verdict import verdict_on
from processing.intents import called
from processing.models import Contact, Conversation, Lead, Message

LONGEST_NUMBER = 18
LOST = (Message.Status.FAILED, Message.Status.REFUSED, Message.Status.UNCONFIRMED)


@admin.register(Contact)
class Contacts(LargeRows):
    """People outside."""

    list_display = ("name", "external_id", "social_account", "workspace", "opted_out_at")
    list_filter = ("social_account__kind", ("opted_out_at", admin.EmptyFieldListFilter))
    list_select_related = ("social_account", "workspace")
    search_fields = ("name", "external_id", "workspace__name", "workspace__uid", "uid")


@admin.register(Conversation)
class Conversations(LargeRows):
    """Threads; each leads to its trace."""

    person = "contact"
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
        asked = _asked(request, conversation)
        page = page_of(conversation, asked, _number(request.GET.get("page", "")))
        shown = hidden.was_asked(request.session, pk) and hidden.is_shown(
            request.session, pk, now=clock.now().timestamp()
        )
        trace = trace_of(conversation, page=page, shown=shown)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Trace of a conversation"),
            "conversation": conversation,
            "zone": ZoneInfo(conversation.workspace.timezone),
            "verdict": verdict_on(trace, conversation, asked),
            "trace": trace,
            "shown": shown,
            "opts": self.opts,
        }
        return render(request, "admin/processing/conversation/trace.html", context)


def _asked(request: HttpRequest, conversation: Conversation) -> Message | None:
    """Return the conversation's message that the address names, if it does."""
    number = _number(request.GET.get("message", ""))
    return conversation.messages.filter(pk=number).first() if number else None


def _number(text: str) -> int:
    digits = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if digits else 0


@admin.register(Lead)
class Leads(LargeRows, WordyRows):
    """Interest of contacts; their words and phones are covered."""

    person = "contact"
    hidden = ("evidence", "phone", "summary")
    change_form_template = "admin/processing/lead/change_form.html"
    list_display = ("contact", "level", "has_phone", "wants", "workspace", "updated_at")
    list_filter = ("level",)
    list_select_related = ("contact", "workspace")
    search_fields = ("contact__name", "contact__external_id", "workspace__name", "uid")

    @admin.display(description=_("intent"), ordering="intent")
    def wants(self, lead: Lead) -> str:
        """What the contact asks for."""
        return called(lead.intent) if lead.intent else "-"

    @admin.display(description=_("phone"), boolean=True)
    def has_phone(self, lead: Lead) -> bool:
        """Whether a phone number is known."""
        return bool(lead.phone)

    def conversation_of(self, row: Lead) -> int | None:
        """Return the contact's latest conversation."""
        found = Conversation.objects.filter(contact=row.contact_id).order_by("-pk")
        return found.values_list("pk", flat=True).first()
