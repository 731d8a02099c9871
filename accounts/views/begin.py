"""Where a signed-in person begins, and opening one more workspace."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import doors
from accounts.access import SESSION_KEY, chosen_workspace, person
from accounts.forms import OpenWorkspaceForm
from accounts.models import User
from accounts.views.frame import framed
from flowia.lib.address import client_address
from flowia.lib.errors import NotFoundError


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send a member to the inbox and an operator without a workspace to the admin."""
    try:
        chosen_workspace(request)
    except NotFoundError:
        if isinstance(request.user, User) and request.user.is_staff:
            return redirect("admin:index")
        return render(request, "accounts/no_workspace.html")
    return redirect("inbox")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_workspace(request: HttpRequest) -> HttpResponse:
    """Open a workspace that the person owns, and go there."""
    beginning = {"language": translation.get_language(), "timezone": "Europe/Paris"}
    form = OpenWorkspaceForm(request.POST or None, initial=beginning)
    if form.is_valid():
        user = person(request.user)
        asked = doors.NewPerson(
            email=user.email,
            password="",
            workspace_name=form.cleaned_data["name"],
            language=form.cleaned_data["language"],
            timezone=form.cleaned_data["timezone"],
        )
        made = doors.open_workspace(user, asked, address=client_address(request))
        request.session[SESSION_KEY] = str(made.uid)
        messages.success(request, _("The workspace %(name)s is open.") % {"name": made.name})
        return redirect("inbox")
    return render(request, "accounts/new_workspace.html", framed(request, {"form": form}))
