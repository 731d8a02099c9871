"""Operators' pages about outside tools and what was written into them."""

from functools import partial

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.trail import Trail, replay
from flowia.lib import clock
from flowia.lib.admin import HasError, ReadOnlyRows, SealedRows, WordyRows, batch_of
from flowia.lib.capped import SeenLately
from integrations.hooks.replaying import reopen
from integrations.models import Hook, HookCall, Integration, Removal, SyncedRow


@admin.register(Integration)
class Integrations(Trail, SealedRows):
    """Links to outside tools; their credentials are never shown."""

    error = ~Q(status=Integration.Status.ACTIVE)
    list_display = (
        "workspace",
        "kind",
        "status",
        "status_reason",
        "held_until",
        "busy_until",
        "written_at",
        "created_at",
    )
    list_filter = ("kind", "status", HasError)
    list_select_related = ("workspace",)
    search_fields = ("workspace__name", "workspace__uid", "uid")
    raw_id_fields = ("workspace",)


@admin.register(SyncedRow)
class SyncedRows(ReadOnlyRows):
    """Where each lead stands in the outside tool."""

    error = ~Q(state=SyncedRow.State.PRESENT)
    list_display = ("external_id", "workspace", "integration", "lead_uid", "state", "written_at")
    list_filter = ("state", HasError)
    list_select_related = ("workspace", "integration")
    search_fields = ("external_id", "lead_uid", "workspace__name", "uid")


@admin.register(Removal)
class Removals(ReadOnlyRows):
    """Rows of erased people that are taken out of the tools, with attempts and errors."""

    error = ~Q(error_code="") | Q(status=Removal.Status.FAILED)
    list_display = ("created_at", "workspace", "integration", "status", "attempts", "error_code")
    list_filter = ("status", HasError)
    list_select_related = ("workspace", "integration")
    search_fields = ("workspace__name", "workspace__uid", "uid", "external_id", "lead_uid")


@admin.register(Hook)
class Hooks(ReadOnlyRows):
    """Addresses that are told of leads; their secrets are never shown."""

    error = ~Q(status=Hook.Status.ACTIVE) | Q(failing_since__isnull=False)
    list_display = ("name", "workspace", "status", "status_reason", "failing_since", "called_at")
    list_filter = ("status", HasError)
    list_select_related = ("workspace",)
    search_fields = ("workspace__name", "workspace__uid", "uid", "name", "url")


@admin.register(HookCall)
class HookCalls(WordyRows):
    """What was sent to those addresses, with attempts and answers; finished ones can be resent."""

    hidden = ("payload",)
    error = ~Q(error_code="") | Q(status=HookCall.Status.FAILED)
    list_display = (
        "created_at",
        "workspace",
        "hook",
        "event",
        "status",
        "attempts",
        "http_status",
        "error_code",
        "next_at",
    )
    list_filter = ("status", HasError, ("event", SeenLately))
    list_select_related = ("workspace", "hook")
    search_fields = ("workspace__name", "workspace__uid", "uid", "hook__uid", "lead_uid")
    actions = ("replay",)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Who may change calls may have them sent again."""
        return request.user.has_perm("integrations.change_hookcall")

    @admin.action(description=_("Send the finished ones again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[HookCall]) -> None:
        """Make the finished calls among the selected due again, each under its own id."""
        again = partial(reopen, now=clock.now())
        number = sum(replay(request, call, again) for call in batch_of(request, queryset))
        sentence = ngettext(
            "%(count)s call is sent again.", "%(count)s calls are sent again.", number
        )
        self.message_user(request, sentence % {"count": number})
