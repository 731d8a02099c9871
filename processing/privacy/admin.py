"""Operators' pages about copies and erasures: what was asked, and how far it has come."""

from django.contrib import admin
from django.db.models import Q

from flowia.lib.admin import HasError, ReadOnlyRows
from processing.privacy.models import DeletionRequest, Erasure, Export


@admin.register(Export)
class Exports(ReadOnlyRows):
    """Copies of workspaces."""

    error = ~Q(error_code="")
    list_display = ("created_at", "workspace", "status", "done", "total", "size", "expires_at")
    list_filter = (HasError, "status")
    list_select_related = ("workspace",)
    search_fields = ("workspace__name", "workspace__uid", "uid")


@admin.register(Erasure)
class Erasures(ReadOnlyRows):
    """Erased contacts; "has error" shows those that are not finished."""

    error = ~Q(status=Erasure.Status.DONE)
    list_display = ("created_at", "workspace", "contact_uid", "status", "finished_at")
    list_filter = (HasError, "status")
    list_select_related = ("workspace",)
    search_fields = ("workspace__name", "workspace__uid", "uid", "contact_uid")
    exclude = ("sealed",)


@admin.register(DeletionRequest)
class DeletionRequests(ReadOnlyRows):
    """What networks passed on."""

    list_display = ("created_at", "provider", "kind", "code", "accounts", "finished_at")
    list_filter = ("provider", "kind")
    search_fields = ("uid", "code")
    exclude = ("key",)
