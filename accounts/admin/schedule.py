"""Operators' pages about beat's schedule: the library's, with their trail in the audit log."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_beat import admin as library
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from accounts.admin.trail import CHANGED, RAN, Deed, Trail, write_down

ACTIONS = {
    "enable_tasks": (CHANGED, ("enabled",)),
    "disable_tasks": (CHANGED, ("enabled",)),
    "toggle_tasks": (CHANGED, ("enabled",)),
    "run_tasks": (RAN, ()),
}
"""The library's actions, and what the audit log says of each chosen task."""
Act = Callable[..., Any]


class Tasks(Trail, library.PeriodicTaskAdmin):  # type: ignore[misc] # the library has no types
    """What beat runs, and when."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return the actions; those that change or run something are told."""
        found: dict[str, Any] = dict(super().get_actions(request))
        for name in ACTIONS.keys() & found.keys():
            act, *rest = found[name]
            found[name] = (_told(act, name), *rest)
        return found


class Times(Trail, library.ScheduleAdmin):  # type: ignore[misc] # the library has no types
    """When something runs."""


class Crontabs(Trail, library.CrontabScheduleAdmin):  # type: ignore[misc] # the library has no types
    """When something runs, by the calendar."""


class Clocks(Trail, library.ClockedScheduleAdmin):  # type: ignore[misc] # the library has no types
    """When something runs, once."""


def _told(act: Act, name: str) -> Act:
    """Return the library's action, which is written down in the transaction of what it does."""
    action, fields = ACTIONS[name]

    def told(page: Any, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        with transaction.atomic():
            write_down(request, [Deed(action, row, fields) for row in queryset])
            return act(page, request, queryset)

    return told


PAGES: dict[Any, Any] = {
    PeriodicTask: Tasks,
    IntervalSchedule: Times,
    SolarSchedule: Times,
    CrontabSchedule: Crontabs,
    ClockedSchedule: Clocks,
}
for _model, _page in PAGES.items():
    admin.site.unregister(_model)
    admin.site.register(_model, _page)
