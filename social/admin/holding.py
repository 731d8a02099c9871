"""Operators' pages about what keeps messages from leaving: paused networks and breakers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Field
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.admin.trail import ADDED, CHANGED, DELETED, Deed, Trail, write_down
from flowia.lib import clock
from flowia.lib.admin import Rows
from social import pauses
from social.models import Breaker, ProviderPause
from social.providers.registry import PROVIDERS

BACK = {"sessions": "admin:social_browsersession_changelist"}
HERE = "admin:social_providerpause_changelist"


@dataclass(frozen=True)
class Switch:
    """A network and its one button: stop everything there, or let it go on."""

    provider: str
    label: str
    pause: ProviderPause | None


def switches(names: Iterator[str] | list[str]) -> list[Switch]:
    """Return the networks with their pauses, as `admin/social/switches.html` shows them."""
    now = clock.now()
    return [Switch(name, PROVIDERS[name].label, pauses.pause_of(name, now=now)) for name in names]


@admin.register(ProviderPause)
class ProviderPauses(Trail, Rows):
    """Networks through which nothing leaves for a while: add one to pause it, delete to resume."""

    list_display = ("provider", "until", "reason", "created_at")
    search_fields = ("provider", "reason", "uid")
    change_list_template = "admin/social/switches.html"

    def get_urls(self) -> list[Any]:
        """Add the switch of a network."""
        view = self.admin_site.admin_view(self.switch)
        return [path("switch/", view, name="network-switch"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show each network with its button above the pauses."""
        shown = {"switches": switches(list(PROVIDERS)), "may_switch": may_switch(request)}
        return super().changelist_view(request, {**(extra_context or {}), **shown})

    def formfield_for_dbfield(
        self, db_field: "Field[Any, Any]", request: Any, **kwargs: Any
    ) -> Any:
        """Offer the networks that there are: a mistyped name would pause nothing."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name != "provider":
            return field
        known = [(name, one.label) for name, one in PROVIDERS.items()]
        return forms.ChoiceField(choices=known, label=db_field.verbose_name)

    def switch(self, request: HttpRequest) -> HttpResponse:
        """Stop everything on a network at once, or let it go on; a browser stops in seconds."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        name = request.POST.get("provider", "")
        if name not in PROVIDERS:
            raise Http404
        if not may_switch(request):
            raise PermissionDenied
        words = {"network": PROVIDERS[name].label}
        with transaction.atomic():
            if "go_on" in request.POST:
                _resume(request, name)
                messages.success(request, _("Everything on %(network)s goes on.") % words)
            else:
                row, new = pauses.pause(name, request.POST.get("reason", ""))
                write_down(request, [Deed(ADDED if new else CHANGED, row)])
                messages.warning(
                    request, _("Nothing runs on %(network)s until you let it go on.") % words
                )
        return redirect(BACK.get(request.POST.get("back", ""), HERE))


def may_switch(request: HttpRequest) -> bool:
    """Return whether the operator may pause networks and end their pauses."""
    rights = ("social.add_providerpause", "social.delete_providerpause")
    return request.user.has_perms(rights)


def _resume(request: HttpRequest, provider: str) -> None:
    for row in ProviderPause.objects.select_for_update().filter(provider=provider):
        write_down(request, [Deed(DELETED, row)])
        row.delete()


@admin.register(Breaker)
class Breakers(Trail, Rows):
    """Breakers of accounts and networks: delete one to let everything through at once."""

    list_display = ("name", "since", "good", "bad", "opens", "opened_until", "trickle_at")
    search_fields = ("name", "uid")
