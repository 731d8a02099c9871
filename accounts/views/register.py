"""Registering by page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import doors, limits
from accounts.forms import RegisterForm
from accounts.views.doors import local_address, welcome
from accounts.views.frame import framed, refused
from flowia.lib.errors import FlowError

PAGE = "accounts/register.html"


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Make a person with a workspace of their own, sign them in, and go to `next` or home."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(local_address(request, reverse("home")))
    beginning = {"language": translation.get_language(), "timezone": "Europe/Paris"}
    form = RegisterForm(request.POST or None, initial=beginning)
    context = {"form": form, "next": local_address(request, "")}
    if not form.is_valid():
        return render(request, PAGE, framed(request, context))
    try:
        limits.knock(request, "register")
        user, _workspace = doors.register(request, doors.NewPerson(**form.cleaned_data))
    except FlowError as error:
        taken = isinstance(error, doors.AddressTakenError)
        return refused(request, PAGE, {**context, "taken": taken}, form=form, error=error)
    doors.enter_browser(request, user)
    messages.success(request, _("Welcome. An e-mail to confirm your address is on its way."))
    return welcome(request, user, local_address(request, "/"))
