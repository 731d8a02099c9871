"""What members did with many leads at once, and what became of each lead."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from flowia.lib.admin import HasError, ReadOnlyRows
from processing.acts import RUNNING, progress_of
from processing.models import LeadAct, LeadActRow


@admin.register(LeadAct)
class LeadActs(ReadOnlyRows):
    """Acts on many leads, and how far they have come."""

    error = Q(status__in=RUNNING)
    list_display = (
        "created_at",
        "workspace",
        "kind",
        "value",
        "status",
        "asked_by",
        "next_at",
        "finished_at",
    )
    list_filter = ("status", HasError, "kind")
    list_select_related = ("workspace",)
    search_fields = ("workspace__name", "workspace__uid", "uid")
    readonly_fields = ("progress",)

    @admin.display(description=_("progress"))
    def progress(self, act: LeadAct) -> str:
        """How many of its leads are in which state."""
        found = progress_of(act)
        numbers = ((state, getattr(found, state.value)) for state in LeadActRow.State)
        return " · ".join(f"{state.label} {number}" for state, number in numbers if number)


@admin.register(LeadActRow)
class LeadActRows(ReadOnlyRows):
    """Each lead of an act: what it was before, and what became of it."""

    error = Q(state=LeadActRow.State.FAILED)
    list_display = ("created_at", "workspace", "act", "lead", "state", "attempts")
    list_filter = ("state", HasError, "act__kind")
    list_select_related = ("workspace", "act", "lead__contact")
    search_fields = ("workspace__name", "uid", "act__uid", "lead__uid")
