"""The operators' site: stock Django admin under our name."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class OperatorSite(AdminSite):
    """The admin, for operators only."""

    site_header = _("Flow IA operations")
    site_title = _("Flow IA operations")
    index_title = _("What runs, and what went wrong")
    empty_value_display = "—"
