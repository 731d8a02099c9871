"""Settings: which e-mails a member gets, and the page behind the link that stops one kind."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import limits, notifications
from accounts.access import chosen_workspace, person
from accounts.links import DeadLinkError
from accounts.models import Membership
from accounts.notification_forms import LETTERS, NotificationsForm
from accounts.views.frame import framed
from flowia.lib.address import client_address

PAGE, STOP = "accounts/settings/notifications.html", "accounts/stop_letters.html"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Show the letters of the chosen workspace with their boxes, and the quiet hours."""
    workspace = chosen_workspace(request)
    member = notifications.member_behind(workspace.pk, person(request.user).pk)
    # A form without a single box ticked is an answer, too.
    form = NotificationsForm(member, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, PAGE, framed(request, {"form": form, "by_link": _by_link(member)}))
    notifications.choose(member, form.wanted, form.quiet)
    messages.success(request, _("Saved."))
    back = reverse("settings-notifications")
    return HttpResponseRedirect(f"{back}?workspace={workspace.uid}")


# A mail program that posts for its reader (RFC 8058) has no cookie of ours: the signed link alone
# says who asks, and for what.
@csrf_exempt
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether one kind of letter shall stop; a POST stops it.

    What the page then offers brings it back, for some minutes (`again`). Reading the page changes
    nothing: programs that look at mail open every link.
    """
    try:
        limits.knock(request, "stop")
        found = notifications.read_stop(token)
    except DeadLinkError as error:
        return _private(render(request, STOP, {"over": error.detail}, status=error.status))
    told = _told(found) | (_do(request, found) if request.method == "POST" else {})
    return _private(render(request, STOP, told))


def _do(request: HttpRequest, found: notifications.Stopping) -> dict[str, Any]:
    """Do what was pressed; return what the page says of it."""
    address, proof = client_address(request), request.POST.get("again")
    if proof is None:
        return {"done": "stopped", "again": notifications.stop_by_link(found, address=address)}
    if notifications.take_back(found, proof, address=address):
        return {"done": "again"}
    return {"over": notifications.DEAD_STOP}


def _told(found: notifications.Stopping) -> dict[str, Any]:
    member: Membership = found.member
    return {
        "letter": LETTERS[found.kind].words,
        "workspace": member.workspace,
        "wanted": found.wanted,
    }


def _by_link(member: Membership) -> list[tuple[Any, datetime]]:
    """Return what a link of a letter stopped, and when."""
    stopped = notifications.stopped_by_link(member).items()
    return [(LETTERS[kind].words, at) for kind, at in stopped]


def _private(page: HttpResponse) -> HttpResponse:
    page["X-Robots-Tag"] = "noindex, nofollow"
    return page
