"""Operators' page about connected accounts. Webhook events stand with the mind, which replays."""

from django.contrib import admin
from django.db.models import Q

from accounts.admin.trail import Trail
from flowia.lib.admin import HasError, ReadOnlyRows, Rows, SealedRows
from social.models import ForgettingKey, Forgotten, ProviderPause, SocialAccount


@admin.register(SocialAccount)
class SocialAccounts(Trail, SealedRows):
    """Connected accounts; their credentials are never shown."""

    error = Q(status=SocialAccount.Status.NEEDS_LOGIN)
    list_display = (
        "name",
        "kind",
        "external_id",
        "workspace",
        "status",
        "status_reason",
        "last_webhook_at",
    )
    list_filter = ("kind", "status", HasError)
    list_select_related = ("workspace",)
    search_fields = ("name", "external_id", "workspace__name", "workspace__uid", "uid")
    raw_id_fields = ("workspace",)
    readonly_fields = ("last_webhook_at", "last_poll_at")


@admin.register(Forgotten)
class ForgottenThings(ReadOnlyRows):
    """Hashes of what was erased or purged: how many there are, and of which kind."""

    list_display = ("created_at", "workspace", "kind")
    list_filter = ("kind",)
    list_select_related = ("workspace",)
    search_fields = ("workspace__name", "workspace__uid", "uid")
    exclude = ("key",)


@admin.register(ForgettingKey)
class ForgettingKeys(ReadOnlyRows):
    """That the key exists, and since when."""

    list_display = ("created_at", "name")
    exclude = ("sealed",)


@admin.register(ProviderPause)
class ProviderPauses(Trail, Rows):
    """Networks through which nothing leaves for a while: add one to pause it, delete to resume."""

    list_display = ("provider", "until", "reason", "created_at")
    search_fields = ("provider", "reason", "uid")
