"""Settings: the members of the workspace and the invitations that are open."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits
from accounts import members as doing
from accounts.access import chosen_workspace, membership_in, owned, person
from accounts.forms import InviteForm
from accounts.models import Invitation, Membership, Workspace
from accounts.views.frame import by_person, framed, refused
from flowia.lib.errors import FlowError, NotFoundError

PAGE = "accounts/settings/members.html"


@login_required
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """List the members; owners see the open invitations and may invite."""
    workspace = chosen_workspace(request)
    context = {"form": InviteForm(), **_rows(request, workspace)}
    return render(request, PAGE, framed(request, context))


@login_required
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Send an invitation by e-mail. For owners."""
    workspace = owned(chosen_workspace(request), request.user)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return render(request, PAGE, framed(request, {"form": form, **_rows(request, workspace)}))
    try:
        _invite(request, workspace, **form.cleaned_data)
    except FlowError as error:
        return refused(request, PAGE, _rows(request, workspace), form=form, error=error)
    return redirect("settings-members")


@login_required
@require_POST
def invitation(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Withdraw an open invitation (`do=withdraw`) or send it again (`do=again`). For owners."""
    workspace = chosen_workspace(request)
    found = _find_invitation(workspace, uid)
    owned(workspace, request.user)
    if request.POST.get("do") == "withdraw":
        doing.withdraw(found, by=by_person(request))
        messages.success(request, _("The invitation is withdrawn; its link is dead."))
    elif request.POST.get("do") == "again":
        try:
            _invite(request, workspace, found.email, found.role)
        except FlowError as error:
            messages.error(request, str(error.detail))
    return redirect("settings-members")


@login_required
@require_POST
def role(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Give a member another role. For owners."""
    workspace = chosen_workspace(request)
    found = _find_member(workspace, uid)
    owned(workspace, request.user)
    asked = request.POST.get("role", "")
    if asked in Membership.Role.values:
        try:
            doing.change_role(found, asked, by=by_person(request))
            messages.success(request, _("The role is changed."))
        except FlowError as error:
            messages.error(request, str(error.detail))
    return redirect("settings-members")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask once, then take a member out. For owners; everybody may leave."""
    workspace = chosen_workspace(request)
    found = _find_member(workspace, uid)
    leaves = found.user == person(request.user)
    if not leaves:
        owned(workspace, request.user)
    if request.method != "POST":
        context = framed(request, {"member": found, "leaves": leaves})
        return render(request, "accounts/settings/remove_member.html", context)
    try:
        doing.remove(found, by=by_person(request))
    except FlowError as error:
        messages.error(request, str(error.detail))
        return redirect("settings-members")
    messages.success(request, _("You left.") if leaves else _("The member is removed."))
    return redirect("home" if leaves else "settings-members")


def _invite(request: HttpRequest, workspace: Workspace, email: str, role: str) -> None:
    limits.knock(request, "invitation", email=email)
    doing.invite(workspace, email, role, user=person(request.user), by=by_person(request))
    messages.success(request, _("The invitation is on its way."))


def _rows(request: HttpRequest, workspace: Workspace) -> dict[str, object]:
    mine = membership_in(workspace, request.user)
    rows = workspace.memberships.select_related("user").order_by("pk")
    asked = doing.open_invitations(workspace) if mine.role == Membership.Role.OWNER else None
    return {"members": rows, "mine": mine, "asked": asked, "roles": Membership.Role.choices}


def _find_member(workspace: Workspace, uid: UUID) -> Membership:
    found = workspace.memberships.select_related("user", "workspace").filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found


def _find_invitation(workspace: Workspace, uid: UUID) -> Invitation:
    found = doing.open_invitations(workspace).select_related("workspace").filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found
