"""Operators' page about connected accounts. Webhook events stand with the mind, which replays."""

from django.contrib import admin
from django.db.models import Q

from accounts.admin.trail import Trail
from flowia.lib.admin import HasError, ReadOnlyRows, Rows, SealedRows
from social.models import (
    Breaker,
    Connecting,
    ForgettingKey,
    Forgotten,
    Poll,
    ProviderPause,
    SocialAccount,
    UnitDay,
    UnitTotal,
)


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


@admin.register(Connecting)
class ChoicesToMake(ReadOnlyRows):
    """Lists that somebody has to choose from; what is in them is sealed."""

    list_display = ("created_at", "workspace", "user", "provider", "login", "expires_at")
    list_filter = ("provider",)
    list_select_related = ("workspace", "user")
    search_fields = ("workspace__name", "workspace__uid", "uid")
    exclude = ("sealed", "return_to")


@admin.register(Poll)
class Polls(ReadOnlyRows):
    """Streams that are read by asking, and when they are read next."""

    error = ~Q(error_code="")
    list_display = (
        "social_account",
        "stream",
        "workspace",
        "seconds",
        "next_at",
        "last_at",
        "found_at",
        "attempts",
        "error_code",
    )
    list_filter = ("stream", HasError)
    list_select_related = ("workspace", "social_account")
    search_fields = ("social_account__name", "workspace__name", "workspace__uid", "uid")


@admin.register(Breaker)
class Breakers(Trail, Rows):
    """Breakers of accounts and networks: delete one to let everything through at once."""

    list_display = ("name", "since", "good", "bad", "opens", "opened_until", "trickle_at")
    search_fields = ("name", "uid")


@admin.register(UnitDay)
class UnitDays(ReadOnlyRows):
    """What each account used of its network's shared units, by day."""

    list_display = ("day", "provider", "social_account", "workspace", "polled", "replied")
    list_filter = ("provider", "day")
    list_select_related = ("workspace", "social_account")
    search_fields = ("social_account__name", "workspace__name", "workspace__uid", "uid")


@admin.register(UnitTotal)
class UnitTotals(Trail, Rows):
    """What all accounts used together; an operator may set how many units the day has."""

    list_display = ("day", "provider", "used", "replied", "most")
    list_filter = ("provider",)
    search_fields = ("provider", "uid")
    readonly_fields = ("provider", "day", "used", "replied")
