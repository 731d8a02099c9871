"""The one gate to a workspace's rows: every query of a page or of the API starts here."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from accounts.models import Membership, User, Workspace
from flowia.lib.errors import ForbiddenError, InvalidError, NotFoundError

SESSION_KEY = "workspace"
FRAGMENT = "X-Fragment"
"""The header with which an open page asks for its own changing part: nobody has chosen anything."""
MINE = "flowia_workspaces"
"""Where the person's workspaces wait on the request, so that a page asks for them once."""


class WorkspaceNeededError(InvalidError):
    """The caller has several workspaces and named none."""

    code = "workspace_needed"
    detail = _("You belong to several workspaces: name one in the header X-Workspace.")


def workspace_of(request: Request) -> Workspace:
    """Return the workspace an API caller works in: their only one, or `X-Workspace: <uid>`.

    Raises NotFoundError when it is not theirs or does not exist, WorkspaceNeededError when they
    have several and named none.
    """
    mine = workspaces_of(request.user)
    named = request.headers.get("X-Workspace")
    if named:
        return _named(mine, named)
    found = list(mine[:2])
    if len(found) > 1:
        raise WorkspaceNeededError
    if not found:
        raise NotFoundError(_("You belong to no workspace. Open one, or ask for an invitation."))
    return found[0]


def chosen_workspace(request: HttpRequest) -> Workspace:
    """Return the workspace a page shows: `?workspace=<uid>`, the one chosen last, or the first.

    A form that names the workspace it was made for is about that one, whatever another tab chose,
    and so is the page that follows.
    A page that keeps itself fresh chooses none, and stays about the one it names with
    `X-Workspace: <uid>`.

    Raises NotFoundError when the named one is not theirs, or when they have none.
    """
    workspaces = workspaces_to_switch(request)
    meant = request.POST.get("workspace")
    if meant:
        return _choose(request, _among(workspaces, meant))
    if FRAGMENT in request.headers and request.headers.get("X-Workspace"):
        return _among(workspaces, request.headers["X-Workspace"])
    named = request.GET.get("workspace")
    if named:
        workspace = _among(workspaces, named)
        return workspace if FRAGMENT in request.headers else _choose(request, workspace)
    kept = request.session.get(SESSION_KEY)
    for workspace in workspaces:
        if str(workspace.uid) == kept:
            return workspace
    if not workspaces:
        raise NotFoundError
    return workspaces[0]


def workspaces_to_switch(request: HttpRequest) -> list[Workspace]:
    """Return the person's workspaces for the page's head, as `chosen_workspace` found them.

    They are read once for a page that is looked at; what a form changed is read anew.
    """
    found: list[Workspace] | None = getattr(request, MINE, None)
    if found is None or request.method == "POST":
        found = list(workspaces_of(request.user))
        setattr(request, MINE, found)
    return found


def membership_in(workspace: Workspace, user: object) -> Membership:
    """Return the person's role in `workspace`; raises NotFoundError when they have none."""
    if isinstance(user, User):
        found = workspace.memberships.filter(user=user).first()
        if found is not None:
            return found
    raise NotFoundError


def owned_workspace_of(request: Request) -> Workspace:
    """Return the workspace an API caller works in, if they own it.

    Raises NotFoundError like `workspace_of`, and ForbiddenError for members who do not own it.
    """
    return owned(workspace_of(request), request.user)


def owned(workspace: Workspace, user: object) -> Workspace:
    """Return `workspace` if `user` owns it; raises ForbiddenError, or NotFoundError for others.

    A workspace that `workspaces_of` gave to this person tells it without a query.
    """
    told = isinstance(user, User) and getattr(workspace, "member_id", None) == user.pk
    if not (owns(workspace) if told else _is_owner(workspace, user)):
        raise ForbiddenError
    return workspace


def person(user: object) -> User:
    """Return the signed-in person; raises NotFoundError for anybody else."""
    if not isinstance(user, User):
        raise NotFoundError
    return user


def member_name(user: object) -> str:
    """Return the id under which the ledger keeps what a member did; raises NotFoundError."""
    if not isinstance(user, User):
        raise NotFoundError
    return str(user.uid)


def workspaces_of(user: object) -> QuerySet[Workspace]:
    """Return the person's workspaces, the oldest membership first; raises NotFoundError.

    Each carries the person's `role`, and as `member_id` whose role it is.
    """
    if not isinstance(user, User):
        raise NotFoundError
    mine = Workspace.objects.filter(memberships__user=user).order_by("memberships__id")
    return mine.annotate(role=F("memberships__role"), member_id=F("memberships__user_id"))


def owns(workspace: Workspace) -> bool:
    """Return whether the person to whom `workspaces_of` gave this workspace owns it."""
    return getattr(workspace, "role", "") == Membership.Role.OWNER


def _is_owner(workspace: Workspace, user: object) -> bool:
    return membership_in(workspace, user).role == Membership.Role.OWNER


def _choose(request: HttpRequest, workspace: Workspace) -> Workspace:
    """Let the pages that follow show `workspace`."""
    uid = str(workspace.uid)
    if request.session.get(SESSION_KEY) != uid:
        request.session[SESSION_KEY] = uid
    return workspace


def _named(mine: QuerySet[Workspace], named: str) -> Workspace:
    try:
        return mine.get(uid=UUID(named))
    except (ValueError, Workspace.DoesNotExist):
        raise NotFoundError from None


def _among(workspaces: Iterable[Workspace], named: str) -> Workspace:
    try:
        uid = UUID(named)
    except ValueError:
        raise NotFoundError from None
    found = next((one for one in workspaces if one.uid == uid), None)
    if found is None:
        raise NotFoundError
    return found
