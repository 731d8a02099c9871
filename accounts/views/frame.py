"""What the pages of accounts share: the header's workspaces, who acts, refusals in forms."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import chosen_workspace, owns, workspaces_to_switch
from accounts.forms import tell
from accounts.models import User
from flowia.lib.address import client_address
from flowia.lib.errors import FlowError, NotFoundError, TooManyRequestsError

Sections = list[tuple[str, list[tuple[str, str]]]]


def framed(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return `context` with the person's workspaces, the chosen one and the sections they see.

    People without a workspace have their own sections only.
    """
    if not isinstance(request.user, User):
        return context
    try:
        workspace = chosen_workspace(request)
    except NotFoundError:
        frame = {"workspaces": workspaces_to_switch(request), "owns": False}
        return {**frame, "sections": _sections(works=False, owns=False), **context}
    mine = owns(workspace)
    frame = {
        "workspaces": workspaces_to_switch(request),
        "owns": mine,
        "workspace": workspace,
        "sections": _sections(works=True, owns=mine),
    }
    return {**frame, **context}


def _sections(*, works: bool, owns: bool) -> Sections:
    """Return the pages of the settings in groups: the person's own, the workspace's, data."""
    mine = [("settings-me", _("Me"))]
    if works:
        mine.append(("settings-notifications", _("E-mails")))
    mine += [("settings-sessions", _("Sign-ins")), ("settings-api", _("API"))]
    data = [("settings-data", _("Data"))]
    if not works:
        return [(_("You"), mine), (_("Data"), data)]
    ours = [
        ("settings-workspace", _("Business and facts")),
        ("settings-members", _("Members")),
        ("plan", _("Plan")),
        ("webhooks", _("Outgoing webhooks")),
    ]
    if owns:
        data += [("settings-compliance", _("Compliance")), ("settings-activity", _("Activity"))]
    return [(_("You"), mine), (_("Workspace"), ours), (_("Data"), data)]


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
