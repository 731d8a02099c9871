"""The project's quota: what every call cost, by Pacific day; one account for all channels.

Source: "Quota calculator" of YouTube Data API v3: lists cost 1, writes 50, and the day turns at
midnight in California. What a refused write costs is unpublished ("at least one"); here it costs
its full price, so that a caller who counts less is found out.
"""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Sum

from sandbox.youtube import options
from sandbox.youtube.models import Usage

PACIFIC = ZoneInfo("America/Los_Angeles")
READ, WRITE = 1, 50
SET_BY_HAND = "set"


def today() -> date:
    """Return the Pacific day that it is now."""
    return options.now().astimezone(PACIFIC).date()


def spend(channel_id: str, operation: str, units: int) -> bool:
    """Take `units` from today's quota; False, and none is taken, when too few are left."""
    day = today()
    with transaction.atomic():
        allowed: bool = used(day) + units <= options.value("daily_units")
        row, _made = Usage.objects.get_or_create(
            day=day, channel_id=channel_id, operation=operation
        )
        mine = Usage.objects.filter(pk=row.pk)
        if allowed:
            mine.update(calls=F("calls") + 1, units=F("units") + units)
        else:
            mine.update(refused=F("refused") + 1)
    return allowed


def used(day: date) -> int:
    """Return the units that were spent on `day`."""
    return Usage.objects.filter(day=day).aggregate(all=Sum("units"))["all"] or 0


def set_used(units: int) -> None:
    """Make today's total `units`: what was counted today is forgotten."""
    with transaction.atomic():
        Usage.objects.filter(day=today()).delete()
        Usage.objects.create(day=today(), operation=SET_BY_HAND, units=units)


def forget() -> None:
    """Forget what was spent, on every day."""
    Usage.objects.all().delete()


def report() -> dict[str, Any]:
    """Return today's total and limit, and for each day its units by channel and operation."""
    days: dict[str, dict[str, Any]] = {}
    for row in Usage.objects.all():
        empty = {"units": 0, "calls": 0, "refused": 0, "channels": {}, "operations": {}}
        told = days.setdefault(row.day.isoformat(), empty)
        for name in ("units", "calls", "refused"):
            told[name] += getattr(row, name)
        for name, key in (("channels", row.channel_id), ("operations", row.operation)):
            told[name][key] = told[name].get(key, 0) + row.units
    day, limit = today(), options.value("daily_units")
    return {"day": day.isoformat(), "limit": limit, "used": used(day), "days": days}
