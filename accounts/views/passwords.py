"""A forgotten password: asking for the letter, and what its link opens."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import doors, limits
from accounts.forms import ForgottenForm, ResetForm
from accounts.links import DeadLinkError, read_reset
from accounts.views.doors import welcome
from accounts.views.frame import framed, refused
from flowia.lib.address import client_address
from flowia.lib.errors import FlowError

FORGOTTEN, RESET = "accounts/forgotten.html", "accounts/reset.html"


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Write the letter with the link; the answer is the same for every address."""
    form = ForgottenForm(request.POST or None)
    if not form.is_valid():
        return render(request, FORGOTTEN, framed(request, {"form": form}))
    try:
        limits.knock(request, "reset", email=form.cleaned_data["email"])
        doors.ask_for_reset(form.cleaned_data["email"])
    except FlowError as error:
        return refused(request, FORGOTTEN, {}, form=form, error=error)
    return redirect("password-asked")


@require_http_methods(["GET", "HEAD"])
def asked(request: HttpRequest) -> HttpResponse:
    """Say that a letter is on its way, if the address has an account."""
    return render(request, "accounts/forgotten_asked.html", framed(request, {}))


@never_cache
@sensitive_post_parameters()
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a new password: every other sign-in ends, this browser is signed in."""
    try:
        limits.knock(request, "link")
        user = read_reset(token)
    except DeadLinkError as error:
        context = framed(request, {"detail": error.detail, "to": "password-forgotten"})
        return render(request, "accounts/dead_link.html", context, status=error.status)
    form = ResetForm(request.POST or None)
    context = {"form": form, "person": user}
    if not form.is_valid():
        return render(request, RESET, framed(request, context))
    try:
        new = form.cleaned_data["password"]
        user = doors.reset_password(token, new, address=client_address(request))
    except FlowError as error:
        return refused(request, RESET, context, form=form, error=error)
    doors.enter_browser(request, user)
    messages.success(request, _("Your new password is set; you are signed out everywhere else."))
    return welcome(request, user, "/")
