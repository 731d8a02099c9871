"""Operators' pages about what networks are asked for, and what that costs."""

from django.contrib import admin
from django.db.models import Q

from accounts.admin.trail import Trail
from flowia.lib.admin import HasError, ReadOnlyRows, Rows
from social.models import Poll, UnitDay, UnitTotal


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
