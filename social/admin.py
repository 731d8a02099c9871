"""Operators' page about connected accounts. Webhook events stand with the mind, which replays."""

from django.contrib import admin
from django.db.models import Q

from flowia.lib.admin import HasError, Rows
from social.models import SocialAccount


@admin.register(SocialAccount)
class SocialAccounts(Rows):
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
