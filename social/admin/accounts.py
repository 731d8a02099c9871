"""Operators' pages about connected accounts, and what is kept of those that are gone."""

from django.contrib import admin
from django.db.models import Q

from accounts.admin.trail import Trail
from flowia.lib.admin import HasError, ReadOnlyRows, SealedRows
from social.models import Connecting, ForgettingKey, Forgotten, SocialAccount


@admin.register(SocialAccount)
class SocialAccounts(Trail, SealedRows):
    """Connected accounts; their credentials are never shown."""

    error = Q(status=SocialAccount.Status.NEEDS_LOGIN) | ~Q(check_error="")
    list_display = (
        "name",
        "kind",
        "external_id",
        "workspace",
        "status",
        "status_reason",
        "last_webhook_at",
    )
    list_filter = ("kind", "status", "login", HasError)
    list_select_related = ("workspace",)
    search_fields = ("name", "handle", "external_id", "workspace__name", "workspace__uid", "uid")
    raw_id_fields = ("workspace",)
    # What the product alone knows: an operator who typed here would only be overwritten.
    readonly_fields = (
        "scopes",
        "webhook_fields",
        "facts",
        "lacks",
        "granted_by",
        "automation_agreed_at",
        "automation_agreed_by",
        "connected_at",
        "token_issued_at",
        "token_expires_at",
        "refresh_expires_at",
        "refresh_attempts",
        "checked_at",
        "check_error",
        "unannounced",
        "unannounced_at",
        "told_state",
        "last_webhook_at",
        "last_poll_at",
    )


@admin.register(Connecting)
class ChoicesToMake(ReadOnlyRows):
    """Lists that somebody has to choose from; what is in them is sealed."""

    list_display = ("created_at", "workspace", "user", "provider", "login", "expires_at")
    list_filter = ("provider",)
    list_select_related = ("workspace", "user")
    search_fields = ("workspace__name", "workspace__uid", "uid")
    exclude = ("sealed", "return_to")


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
