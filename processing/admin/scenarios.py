"""What the owners wrote."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.admin.trail import Trail
from flowia.lib.admin import Rows
from processing.models import Scenario


@admin.register(Scenario)
class Scenarios(Trail, Rows):
    """Scenarios."""

    list_display = ("name", "workspace", "autonomy", "priority", "version")
    list_filter = ("autonomy",)
    list_select_related = ("workspace",)
    search_fields = ("name", "workspace__name", "workspace__uid", "uid")
    raw_id_fields = ("workspace",)
    readonly_fields = ("version",)

    def save_model(
        self, request: HttpRequest, obj: Scenario, form: "ModelForm[Scenario]", change: bool
    ) -> None:
        """Count a change as a new version: the ledger names the one that decided."""
        if change and form.changed_data:
            obj.version += 1
        super().save_model(request, obj, form, change)
