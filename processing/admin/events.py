"""The raw calls of the networks, which can be replayed, and the ledger, which is only read."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.trail import replay
from flowia.lib import clock, hidden
from flowia.lib.admin import HasError, batch_of, in_words
from flowia.lib.capped import SeenLately
from processing.admin.large import LargeRows
from processing.admin.links import trace
from processing.models import InteractionEvent, Message
from processing.tasks import replay_event
from social.models import WebhookEvent

BAD_ENDS = ("send_failed", "send_refused", "send_unconfirmed", "sync_failed", "gave_up")


@admin.register(WebhookEvent)
class WebhookEvents(LargeRows):
    """Verified calls, as they came; a failed one can be handled again."""

    also = (Message, "messages")
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
    list_filter = ("status", HasError, ("provider", SeenLately))
    search_fields = (
        "uid",
        "request_id",
        "digest",
        "messages__external_id",
        "messages__workspace__name",
    )
    readonly_fields = ("payload",)
    change_form_template = "admin/wordy_form.html"
    actions = ("replay",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEvent]:
        """Leave the bodies where they are: a list of large ones would be read for nothing."""
        rows: QuerySet[WebhookEvent] = super().get_queryset(request)
        return rows.defer("body", "error")

    @admin.display(description=_("body"))
    def payload(self, event: WebhookEvent) -> str:
        """The body, indented when it is JSON, without a word unless all of it was asked for."""
        try:
            body = json.loads(bytes(event.body))
        except ValueError:
            body = bytes(event.body).decode(errors="replace")
        return in_words(body, shown=getattr(event, "words_shown", False))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Bring along whether this operator asked for every conversation that the call holds."""
        event = super().get_object(request, object_id, from_field)
        if event is not None:
            held = [*event.messages.values_list("conversation_id", flat=True)]
            now = clock.now().timestamp()
            # A call may hold entries of people whom no message here names: it stays covered then.
            known = bool(held) and len(held) == len(event.reasons)
            event.words_shown = known and all(
                hidden.is_shown(request.session, one, now=now) for one in held
            )
            event.conversation_seen = held[0] if held else None
        return event

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Who may change webhook events may have them handled again."""
        return request.user.has_perm("social.change_webhookevent")

    @admin.action(description=_("Handle the failed ones again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[WebhookEvent]) -> None:
        """Wake the failed calls among the selected; the others are left as they are."""
        rows = batch_of(request, queryset, self.error)
        replayed = sum(replay(request, event, replay_event) for event in rows)
        tell_replayed(self, request, replayed=replayed, selected=len(rows))


@admin.register(InteractionEvent)
class Ledger(LargeRows):
    """Everything that happened, or was deliberately not done."""

    person = "conversation__contact"
    also = (Message, "message")
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
    list_filter = ("kind", ("reason", SeenLately), HasError)
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
