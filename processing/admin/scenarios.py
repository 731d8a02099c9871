"""What the owners wrote."""

from django.contrib import admin

from flowia.lib.admin import Rows
from processing.models import Scenario


@admin.register(Scenario)
class Scenarios(Rows):
    """Scenarios."""

    list_display = ("name", "workspace", "autonomy", "priority", "version")
    list_filter = ("autonomy",)
    list_select_related = ("workspace",)
    search_fields = ("name", "workspace__name", "workspace__uid", "uid")
    raw_id_fields = ("workspace",)
