"""The raw calls of the networks, which can be replayed, and the ledger, which is only read."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.trail import replay
from flowia.lib.admin import HasError, ReadOnlyRows
from processing.admin.links import trace
from processing.models import InteractionEvent
from processing.tasks import replay_event
from social.models import WebhookEvent

BAD_ENDS = ("send_failed", "send_refused", "send_unconfirmed", "sync_failed", "gave_up")


@admin.register(WebhookEvent)
class WebhookEvents(ReadOnlyRows):
    """Verified calls, as they came; a failed one can be handled again."""

    error = Q(status=WebhookEvent.Status.FAILED)
    list_display = (
        "created_at",
        "provider",
        "status",
        "reasons",
        "attempts",
        "next_at",
        "request_id",
    )
    list_filter = ("status", HasError, "provider")
    search_fields = (
        "uid",
        "request_id",
        "digest",
        "messages__external_id",
        "messages__workspace__name",
    )
    readonly_fields = ("payload",)
    actions = ("replay",)

    @admin.display(description=_("body"))
    def payload(self, event: WebhookEvent) -> str:
        """The body, indented when it is JSON."""
        try:
            return json.dumps(json.loads(bytes(event.body)), indent=2, ensure_ascii=False)
        except ValueError:
            return bytes(event.body).decode(errors="replace")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Who may change webhook events may have them handled again."""
        return request.user.has_perm("social.change_webhookevent")

    @admin.action(description=_("Handle the failed ones again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[WebhookEvent]) -> None:
        """Wake the failed calls among the selected; the others are left as they are."""
        replayed = sum(replay(request, event, replay_event) for event in queryset)
        tell_replayed(self, request, replayed=replayed, selected=queryset.count())


@admin.register(InteractionEvent)
class Ledger(ReadOnlyRows):
    """Everything that happened, or was deliberately not done."""

    error = Q(reason__in=BAD_ENDS) | Q(outcome="handoff")
    list_display = (
        "created_at",
        trace,
        "workspace",
        "kind",
        "outcome",
        "reason",
        "request_id",
    )
    list_filter = ("kind", HasError)
    list_select_related = ("workspace",)
    search_fields = (
        "workspace__name",
        "workspace__uid",
        "conversation__contact__name",
        "conversation__contact__external_id",
        "message__external_id",
        "request_id",
        "uid",
        "reason",
    )


def tell_replayed(page: Any, request: HttpRequest, *, replayed: int, selected: int) -> None:
    """Say how many rows are being handled again, and how many could not be."""
    if replayed:
        sentence = ngettext(
            "%(count)s row is being handled again.",
            "%(count)s rows are being handled again.",
            replayed,
        )
        page.message_user(request, sentence % {"count": replayed}, messages.SUCCESS)
    if selected > replayed:
        sentence = ngettext(
            "%(count)s row was left alone: it is not failed, or it may already have left.",
            "%(count)s rows were left alone: they are not failed, or may already have left.",
            selected - replayed,
        )
        page.message_user(request, sentence % {"count": selected - replayed}, messages.WARNING)
