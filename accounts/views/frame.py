"""What the pages of accounts share: the header's workspaces, who acts, refusals in forms."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import chosen_workspace, membership_in, workspaces_of
from accounts.forms import tell
from accounts.models import Membership, User
from flowia.lib.address import client_address
from flowia.lib.errors import FlowError, NotFoundError, TooManyRequestsError


def framed(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return `context` with the person's workspaces, the chosen one and the sections they see.

    People without a workspace have their own sections only.
    """
    if not isinstance(request.user, User):
        return context
    sections = [("settings-me", _("Me"))]
    frame: dict[str, Any] = {"workspaces": workspaces_of(request.user), "owns": False}
    try:
        workspace = chosen_workspace(request)
    except NotFoundError:
        sections.append(("settings-sessions", _("Sign-ins")))
    else:
        role = membership_in(workspace, request.user).role
        frame |= {"workspace": workspace, "owns": role == Membership.Role.OWNER}
        sections += [("settings-workspace", _("Workspace")), ("settings-members", _("Members"))]
        sections.append(("plan", _("Plan")))
        sections.append(("settings-sessions", _("Sign-ins")))
        if frame["owns"]:
            sections.append(("settings-activity", _("Activity")))
    sections.append(("settings-data", _("Data")))
    return {**frame, "sections": sections, **context}


def by_person(request: HttpRequest) -> audit.By:
    """Return who acts on a page, for the audit log."""
    return audit.by(request.user, client_address(request))


def refused(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    form: forms.BaseForm,
    error: FlowError,
) -> HttpResponse:
    """Show the page again with what the action refused; 429 says when to come back.

    The form's other values are kept, passwords never are.
    """
    tell(form, error)
    slow_down = isinstance(error, TooManyRequestsError)
    status = error.status if slow_down else 200
    response = render(request, template, framed(request, {**context, "form": form}), status=status)
    for name, value in error.headers.items() if slow_down else ():
        response[name] = value
    return response
