"""Operators' pages about outside tools and what was written into them."""

from django.contrib import admin
from django.db.models import Q

from accounts.admin.trail import Trail
from flowia.lib.admin import HasError, ReadOnlyRows, SealedRows
from integrations.models import Integration, Removal, SyncedRow, SyncRun


@admin.register(Integration)
class Integrations(Trail, SealedRows):
    """Links to outside tools; their credentials are never shown."""

    error = ~Q(status=Integration.Status.ACTIVE)
    list_display = ("workspace", "kind", "status", "status_reason", "created_at")
    list_filter = ("kind", "status", HasError)
    list_select_related = ("workspace",)
    search_fields = ("workspace__name", "workspace__uid", "uid")
    raw_id_fields = ("workspace",)


@admin.register(SyncRun)
class SyncRuns(ReadOnlyRows):
    """Pushes of leads, with their attempts and errors."""

    error = ~Q(error_code="") | Q(status=SyncRun.Status.FAILED)
    list_display = (
        "created_at",
        "workspace",
        "integration",
        "lead_uid",
        "status",
        "attempts",
        "error_code",
        "finished_at",
    )
    list_filter = ("status", HasError, "integration__kind")
    list_select_related = ("workspace", "integration")
    search_fields = ("workspace__name", "lead_uid", "uid", "request_id")


@admin.register(SyncedRow)
class SyncedRows(ReadOnlyRows):
    """Where each lead stands in the outside tool."""

    list_display = ("external_id", "workspace", "integration", "lead_uid")
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
