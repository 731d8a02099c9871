"""The operators' site: stock Django admin under our name."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class OperatorSite(AdminSite):
    """The admin, for operators only."""

    site_header = _("Flow IA operations")
    site_title = _("Flow IA operations")
    index_title = _("What runs, and what went wrong")
    empty_value_display = "—"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:  # noqa: ARG002 - Django's signature
        """Send operators to the one door, with its limits and its log; others are refused."""
        if request.user.is_authenticated:
            raise PermissionDenied
        wanted = request.GET.get("next") or reverse("admin:index")
        response: HttpResponse = redirect_to_login(wanted)
        return response

    def password_change(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """Send operators to the page where everybody changes their password."""
        return redirect("settings-password")
