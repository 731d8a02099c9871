"""What the link of an invitation opens, for whoever holds it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import audit, doors, limits, members
from accounts.access import SESSION_KEY, person
from accounts.forms import InvitedForm, ProofForm
from accounts.links import DeadLinkError, read_invitation
from accounts.models import Invitation, User
from accounts.views.doors import welcome
from accounts.views.frame import by_person, framed, refused
from flowia.lib.address import client_address
from flowia.lib.errors import FlowError

PAGE = "accounts/invitation.html"


@never_cache
@sensitive_post_parameters()
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Say who invites where; a POST joins, after signing in or registering if needed."""
    try:
        limits.knock(request, "link")
        found = read_invitation(token)
    except DeadLinkError as error:
        context = framed(request, {"detail": error.detail, "to": "home"})
        return render(request, "accounts/dead_link.html", context, status=error.status)
    if request.user.is_authenticated:
        return _signed_in(request, found)
    if User.objects.filter(email=found.email).exists():
        return _with_account(request, found)
    return _newcomer(request, found)


def _signed_in(request: HttpRequest, found: Invitation) -> HttpResponse:
    user = person(request.user)
    if request.method == "POST":
        members.accept(found, user, by=by_person(request))
        return _joined(request, redirect("inbox"), found)
    state = "accept" if user.email == found.email else "other"
    return render(request, PAGE, framed(request, {"invitation": found, "state": state}))


def _with_account(request: HttpRequest, found: Invitation) -> HttpResponse:
    form = ProofForm(request.POST or None)
    context = {"invitation": found, "state": "sign_in", "form": form}
    if not form.is_valid():
        return render(request, PAGE, framed(request, context))
    try:
        limits.knock(request, "login")
        user = doors.person_with(request, found.email, form.cleaned_data["password"])
        members.accept(found, user, by=audit.by(user, client_address(request)))
    except FlowError as error:
        return refused(request, PAGE, context, form=form, error=error)
    return _entered(request, user, found)


def _newcomer(request: HttpRequest, found: Invitation) -> HttpResponse:
    form = InvitedForm(request.POST or None, initial={"language": translation.get_language()})
    context = {"invitation": found, "state": "register", "form": form}
    if not form.is_valid():
        return render(request, PAGE, framed(request, context))
    try:
        limits.knock(request, "register")
        user = doors.register_invited(request, found, **form.cleaned_data)
    except FlowError as error:
        return refused(request, PAGE, context, form=form, error=error)
    return _entered(request, user, found)


def _entered(request: HttpRequest, user: User, found: Invitation) -> HttpResponse:
    doors.enter_browser(request, user)
    return _joined(request, welcome(request, user, "/inbox"), found)


def _joined(
    request: HttpRequest, response: HttpResponseRedirect, found: Invitation
) -> HttpResponse:
    request.session[SESSION_KEY] = str(found.workspace.uid)
    words = {"name": found.workspace.name}
    messages.success(request, _("You are a member of %(name)s now.") % words)
    return response
