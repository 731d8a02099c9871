"""The one gate to a workspace's rows: every query of a page or of the API starts here."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import User, Workspace
from flowia.lib.errors import NotFoundError

SESSION_KEY = "workspace"


def workspace_of(request: Request) -> Workspace:
    """Return the workspace an API caller works in: their only one, or `X-Workspace: <uid>`.

    Raises NotFoundError when it is not theirs, does not exist, or is not named among several.
    """
    mine = workspaces_of(request.user)
    named = request.headers.get("X-Workspace")
    if named:
        return _named(mine, named)
    found = list(mine[:2])
    if len(found) != 1:
        raise NotFoundError
    return found[0]


def chosen_workspace(request: HttpRequest) -> Workspace:
    """Return the workspace a page shows: `?workspace=<uid>`, the one chosen last, or the first.

    Raises NotFoundError when the named one is not theirs, or when they have none.
    """
    mine = workspaces_of(request.user)
    named = request.GET.get("workspace")
    if named:
        workspace = _named(mine, named)
        request.session[SESSION_KEY] = str(workspace.uid)
        return workspace
    kept = request.session.get(SESSION_KEY)
    workspaces = list(mine)
    for workspace in workspaces:
        if str(workspace.uid) == kept:
            return workspace
    if not workspaces:
        raise NotFoundError
    return workspaces[0]


def member_name(user: object) -> str:
    """Return the id under which the ledger keeps what a member did; raises NotFoundError."""
    if not isinstance(user, User):
        raise NotFoundError
    return str(user.uid)


def workspaces_of(user: object) -> QuerySet[Workspace]:
    """Return the person's workspaces, the oldest membership first; raises NotFoundError."""
    if not isinstance(user, User):
        raise NotFoundError
    return Workspace.objects.filter(memberships__user=user).order_by("memberships__id")


def _named(mine: QuerySet[Workspace], named: str) -> Workspace:
    try:
        return mine.get(uid=UUID(named))
    except (ValueError, Workspace.DoesNotExist):
        raise NotFoundError from None
