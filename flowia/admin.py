"""The operators' site: stock Django admin under our name, with how everything is on its home."""

from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import factors
from accounts.models import User
from flowia.lib.admin import PAGES

GROUPS: dict[str, Promise] = {
    "people": _("People and workspaces"),
    "conversations": _("Conversations and the assistant"),
    "networks": _("Networks"),
    "money": _("Plans and payments"),
    "tools": _("Tools and webhooks"),
    "records": _("Records and schedules"),
}
APPS = {
    "accounts": "people",
    "auth": "people",
    "processing": "conversations",
    "social": "networks",
    "billing": "money",
    "integrations": "tools",
}
"""In which group an app's tables stand; all others are records."""
RECORDS = {
    *("AuditEntry", "AuditChain", "AuditKey", "Letter", "SignInAttempt"),
    *("InteractionEvent", "DeadLetter", "DailyFigure"),
}
"""Tables that tell what happened, whatever app keeps them."""


def _is_free(view: Any) -> bool:
    """Return whether a page asks for no second factor: the one that does, and the way out."""
    signs_out = getattr(view, "__func__", None) is AdminSite.logout
    return signs_out or getattr(view, "needs_no_factor", False)


def _may_pass(request: HttpRequest) -> bool:
    """Return whether the second factor is proved, or neither demanded nor set up by the person."""
    user = request.user
    if not isinstance(user, User):
        return not settings.OPERATOR_SECOND_FACTOR
    if not settings.OPERATOR_SECOND_FACTOR and factors.factor_of(user) is None:
        return True
    return factors.is_fresh(request, user)


class OperatorSite(AdminSite):
    """The admin, for operators only."""

    site_header = _("Flow IA operations")
    site_title = _("Flow IA operations")
    index_title = _("What runs, and what went wrong")
    empty_value_display = "—"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Ask operators for their second factor before anything but that and signing out."""

        @wraps(view)
        def proved(request: HttpRequest, *arguments: Any, **named: Any) -> Any:
            if _is_free(view) or _may_pass(request):
                return view(request, *arguments, **named)
            back = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
            return redirect(f"{reverse('admin:second-factor')}?{back}")

        return super().admin_view(proved, cacheable)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Add the pages that belong to no table: of apps, of the queues, of the pauses."""
        # Known once every app is: the registry of tables is made before.
        from flowia.watching import queues, switches  # noqa: PLC0415

        mine: list[URLPattern | URLResolver] = [
            *(path(route, self.admin_view(view), name=name) for route, view, name in PAGES),
            path("queues/", self.admin_view(queues.page), name="queues"),
            path("queues/wake/", self.admin_view(queues.wake_now), name="queues-wake"),
            path("pauses/", self.admin_view(switches.page), name="pauses"),
        ]
        return [*mine, *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show how everything is above the tables."""
        from flowia.watching import lines, reading  # noqa: PLC0415

        health = reading.read()
        found = lines.lines(health)
        shown = {
            "health": health,
            "lines": found,
            "worst": lines.worst(found),
            "worst_word": lines.WORDS[lines.worst(found)],
            "troubled": sum(one.level != lines.GOOD for one in found),
        }
        return super().index(request, {**shown, **(extra_context or {})})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Say on every page which installation this is, and whether a second factor is asked."""
        production = settings.PRODUCTION and not settings.DEMO
        asked = settings.OPERATOR_SECOND_FACTOR
        return {**super().each_context(request), "production": production, "factor_asked": asked}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the tables by what they are about; of one app alone, as Django does."""
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        groups: dict[str, list[Any]] = {name: [] for name in GROUPS}
        for app in apps:
            for model in app["models"]:
                record = model["object_name"] in RECORDS
                groups["records" if record else APPS.get(app["app_label"], "records")].append(model)
        home = reverse("admin:index")
        return [
            {
                "name": GROUPS[name],
                "app_label": name,
                "app_url": f"{home}#{name}",
                "has_module_perms": True,
                "models": sorted(models, key=lambda one: str(one["name"]).lower()),
            }
            for name, models in groups.items()
            if models
        ]

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
