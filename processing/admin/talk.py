"""Messages and deliveries. Texts of people stand in no list, and on a page once asked for."""

from django.contrib import admin
from django.db.models import Q

from flowia.lib.admin import HasError, WordyRows
from processing.admin.large import LargeRows
from processing.admin.links import trace
from processing.admin.people import LOST
from processing.models import Delivery, Message


@admin.register(Message)
class Messages(LargeRows, WordyRows):
    """Utterances."""

    person = "conversation__contact"
    hidden = ("text", "drafted", "payload", "attachments", "marks", "reactions")
    error = Q(status__in=LOST)
    list_display = (
        "sent_at",
        trace,
        "workspace",
        "social_account",
        "direction",
        "author",
        "status",
        "outcome",
        "reason",
        "attempts",
        "next_at",
    )
    list_filter = ("direction", "status", "outcome", HasError, "author")
    list_select_related = ("workspace", "social_account")
    search_fields = (
        "external_id",
        "conversation__contact__name",
        "conversation__contact__external_id",
        "workspace__name",
        "uid",
        "request_id",
    )


@admin.register(Delivery)
class Deliveries(LargeRows):
    """Handing over to the networks, with attempts and errors."""

    person = "message__conversation__contact"
    also = (Message, "message")
    error = ~Q(error_code="") | Q(status__in=LOST)
    list_display = (
        "created_at",
        trace,
        "workspace",
        "status",
        "attempts",
        "error_code",
        "duration_ms",
        "next_at",
        "finished_at",
    )
    list_filter = ("status", HasError)
    list_select_related = ("workspace", "message")
    search_fields = (
        "message__external_id",
        "message__uid",
        "message__request_id",
        "message__conversation__contact__name",
        "message__conversation__contact__external_id",
        "workspace__name",
        "uid",
    )
