"""Settings: where the person is signed in."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import doors, signins
from accounts.access import person
from accounts.devices import device_in_words, short_address
from accounts.models import SignIn
from accounts.views.doors import sign_in_at
from accounts.views.frame import by_person, framed
from flowia.lib.errors import NotFoundError

MOST = 200


@login_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """List the places, this one marked."""
    here = sign_in_at(request)
    places = [
        {
            "row": row,
            "device": device_in_words(row.device),
            "address": short_address(row.address),
            "here": row == here,
        }
        for row in signins.living_of(person(request.user))[:MOST]
    ]
    places.sort(key=lambda place: not place["here"])
    return render(request, "accounts/settings/sessions.html", framed(request, {"places": places}))


@login_required
@require_POST
def end(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Sign one of the person's places out."""
    rows = signins.living_of(person(request.user)).select_related("user")
    found = rows.filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    doors.end_sign_in(found, SignIn.End.SIGNED_OUT_ELSEWHERE, by_person(request))
    messages.success(request, _("Signed out there."))
    return redirect("settings-api" if request.POST.get("from") == "api" else "settings-sessions")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end_others(request: HttpRequest) -> HttpResponse:
    """Ask once, then sign every place out but this one."""
    if request.method != "POST":
        return render(request, "accounts/settings/end_others.html", framed(request, {}))
    doors.end_other_sign_ins(person(request.user), sign_in_at(request), by_person(request))
    messages.success(request, _("Signed out everywhere else."))
    return redirect("settings-sessions")
