"""Operators' pages about plans and the day's use."""

from django.contrib import admin

from accounts.admin.trail import Trail
from billing.models import Quota, Subscription
from flowia.lib.admin import ReadOnlyRows, Rows


@admin.register(Subscription)
class Subscriptions(Trail, Rows):
    """Who is on which plan."""

    list_display = ("workspace", "plan", "created_at")
    list_filter = ("plan",)
    list_select_related = ("workspace",)
    search_fields = ("workspace__name", "workspace__uid", "uid")
    raw_id_fields = ("workspace",)


@admin.register(Quota)
class Quotas(ReadOnlyRows):
    """What each workspace used, day by day."""

    list_display = ("workspace", "day", "used", "reserved")
    list_select_related = ("workspace",)
    search_fields = ("workspace__name", "workspace__uid")
    ordering = ("-day", "-id")
