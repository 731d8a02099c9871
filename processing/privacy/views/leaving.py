"""Settings: the end of an account, and of a workspace."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import doors, limits
from accounts.access import chosen_workspace, owned, person, workspaces_of
from accounts.forms import ProofForm
from accounts.models import User, Workspace
from accounts.proving import prove
from accounts.views.frame import by_person, framed, refused
from flowia.lib.errors import FlowError
from processing.privacy import leaving, retention, rights
from processing.privacy.forms import EraseWorkspaceForm

LEAVE, END = "privacy/leave.html", "privacy/erase_workspace.html"


@never_cache
@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays; a POST with the password erases the person."""
    user = person(request.user)
    form = ProofForm(request.POST or None)
    context = _told_to(user)
    if not form.is_valid() or not user.has_usable_password():
        return render(request, LEAVE, framed(request, {**context, "form": form}))
    try:
        limits.knock(request, "login")
        rights.erase_me(request, user, form.cleaned_data["password"])
    except FlowError as error:
        return refused(request, LEAVE, context, form=form, error=error)
    # Their sign-in went with them: only the browser's own session is left to end.
    doors.leave(request, None)
    messages.success(request, _("Your account is deleted. Goodbye, and thank you."))
    return redirect("login")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def erase_workspace(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays; a POST of the name and the password erases it. For owners."""
    workspace = owned(chosen_workspace(request), request.user)
    user = person(request.user)
    form = EraseWorkspaceForm(request.POST or None, has_password=user.has_usable_password())
    context = {"outside": leaving.left_outside(workspace), "days": retention.AUDIT.period.days}
    if not form.is_valid():
        return render(request, END, framed(request, {**context, "form": form}))
    try:
        confirm = form.cleaned_data["confirm"]
        prove(request, user, form.cleaned_data["password"])
        left = leaving.erase_workspace(workspace, confirm=confirm, by=by_person(request))
    except FlowError as error:
        return refused(request, END, context, form=form, error=error)
    _tell_end(request, workspace, left)
    return redirect("settings-data")


def _told_to(user: User) -> dict[str, object]:
    empty = leaving.left_empty_by(user)
    return {
        "needed": leaving.needed_in(user).order_by("name"),
        "empty": empty.order_by("name"),
        "shared": workspaces_of(user).exclude(pk__in=empty.values("pk")),
        "days": retention.AUDIT.period.days,
    }


def _tell_end(request: HttpRequest, workspace: Workspace, left: list[leaving.LeftOutside]) -> None:
    messages.success(request, _("The workspace “%(name)s” is deleted.") % {"name": workspace.name})
    for one in left:
        sentence = ngettext(
            "%(rows)s row stays in %(tool)s: delete it there if you no longer want it.",
            "%(rows)s rows stay in %(tool)s: delete them there if you no longer want them.",
            one.rows,
        )
        messages.warning(request, sentence % {"rows": one.rows, "tool": one.tool})
