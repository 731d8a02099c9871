"""Proving an e-mail address: the letter's link, and asking for another letter."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import doors, limits
from accounts.access import person
from accounts.links import DeadLinkError, read_verification
from accounts.views.doors import local_address
from accounts.views.frame import framed
from flowia.lib.address import client_address
from flowia.lib.errors import TooManyRequestsError


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for one click, then note that the address is proven; twice is harmless.

    Reading the page changes nothing: programs that look at mail open every link.
    """
    try:
        limits.knock(request, "link")
        user = read_verification(token)
    except DeadLinkError as error:
        context = framed(request, {"detail": error.detail, "to": "home"})
        return render(request, "accounts/dead_link.html", context, status=error.status)
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if user != request.user:
        other = doors.OtherAddressError()
        context = framed(request, {"detail": other.detail, "to": "home"})
        return render(request, "accounts/dead_link.html", context, status=other.status)
    if request.method != "POST":
        return render(request, "accounts/verify.html", framed(request, {"person": user}))
    doors.verify_address(token, user, address=client_address(request))
    messages.success(request, _("Your e-mail address is confirmed."))
    return redirect("home")


@login_required
@require_POST
def ask_again(request: HttpRequest) -> HttpResponse:
    """Write the letter once more and go back to where the person was."""
    user = person(request.user)
    try:
        limits.knock(request, "letter", email=user.email)
        doors.ask_for_verification(user)
    except TooManyRequestsError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, _("An e-mail to confirm your address is on its way."))
    return HttpResponseRedirect(local_address(request, reverse("home")))
