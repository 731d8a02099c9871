"""Opening one more workspace."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import doors
from accounts.access import SESSION_KEY, person
from accounts.forms import OpenWorkspaceForm
from accounts.views.frame import framed
from flowia.lib.address import client_address


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
        return redirect("home")
    return render(request, "accounts/new_workspace.html", framed(request, {"form": form}))
