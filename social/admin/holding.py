"""Operators' pages about what keeps messages from leaving: paused networks and breakers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.admin.trail import LIFTED, STOPPED, Deed, Trail, by_operator, write_down
from flowia.lib import clock
from flowia.lib.admin import ReadOnlyRows, Rows
from social import pauses
from social.models import Breaker, ProviderPause, Stop
from social.providers.registry import PROVIDERS

BACK = {"sessions": "admin:social_browsersession_changelist"}
HERE = "admin:social_providerpause_changelist"


@dataclass(frozen=True)
class Switch:
    """A network and its one button: stop everything there, or let it go on."""

    provider: str
    label: str
    pause: pauses.Pause | None


def switches(names: Iterator[str] | list[str]) -> list[Switch]:
    """Return the networks with their pauses, as `admin/social/switches.html` shows them."""
    now = clock.now()
    return [
        Switch(name, PROVIDERS[name].label, pauses.network_pause(name, now=now)) for name in names
    ]


@admin.register(ProviderPause)
class ProviderPauses(ReadOnlyRows):
    """Networks through which nothing leaves for a while: made and ended by their buttons alone.

    Those write down who it was, and let what waited leave slowly.
    """

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
                reason, by = request.POST.get("reason", ""), by_operator(request).uid
                row = pauses.pause(name, reason, by_uid=by, now=clock.now())
                told = {"what": f"{pauses.NETWORK}:{name}", "until": None, "reason": reason}
                if row is not None:
                    write_down(request, [Deed(STOPPED, row, told=told)])
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
        write_down(request, [Deed(LIFTED, row, told={"what": f"{pauses.NETWORK}:{provider}"})])
        pauses.end(row, now=clock.now())


@admin.register(Stop)
class Stops(ReadOnlyRows):
    """What operators let rest beside networks: the page of pauses makes and ends these rows."""

    list_display = ("name", "reason", "created_at", "until", "by_uid")
    search_fields = ("name", "reason", "uid")


@admin.register(Breaker)
class Breakers(Trail, Rows):
    """Breakers of accounts and networks: delete one to let everything through at once."""

    list_display = ("name", "since", "good", "bad", "opens", "opened_until", "trickle_at")
    search_fields = ("name", "uid")
