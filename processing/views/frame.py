"""What the mind's pages share."""

from typing import Any

from django.http import HttpRequest

from accounts.access import chosen_workspace, owns, workspaces_to_switch
from accounts.models import Workspace


def page_of(request: HttpRequest) -> tuple[Workspace, bool]:
    """Return the chosen workspace, and whether the person owns it."""
    workspace = chosen_workspace(request)
    return workspace, owns(workspace)


def in_frame(request: HttpRequest, workspace: Workspace, context: dict[str, Any]) -> dict[str, Any]:
    """Return `context` with what the header shows."""
    return {**context, "workspace": workspace, "workspaces": workspaces_to_switch(request)}
