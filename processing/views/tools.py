"""The pages of connected tools: all of them, and one from its key to its columns."""

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from accounts.access import chosen_workspace, owned, owns
from accounts.views.frame import by_person, framed
from billing.plans import check_plan_limits, plan_of
from flowia.lib.errors import FlowError, NotFoundError
from integrations import setting_up
from integrations.models import Hook, Integration
from processing import tooling
from processing.models import Lead
from processing.tasks import relay_after_commit
from processing.tool_reading import Told, pushes_of, told_of, tools_of, working_of
from processing.tools import cancel_open
from processing.views.tool_forms import asked_step, chosen_in, form_of, new_in, search_in

ROWS_PER_PAGE = 20


@login_required
@require_safe
def tools(request: HttpRequest) -> HttpResponse:
    """List the tools with their state, and the outgoing webhooks."""
    workspace = chosen_workspace(request)
    found = tools_of(workspace)
    used = sum(told.row is not None for told in found)
    hooks, plan = Hook.objects.filter(workspace=workspace).count(), plan_of(workspace)
    context = {
        "tools": found,
        "room": check_plan_limits(workspace, "tools", used=used, plan=plan),
        "hooks": hooks,
        "hooks_shut": plan.webhooks is not None and hooks > plan.webhooks,
    }
    return render(request, "integrations/tools.html", framed(request, context))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tool(request: HttpRequest, kind: str) -> HttpResponse:
    """Show one tool: its state, or the next step of setting it up. Its deeds are for owners.

    With the header `X-Fragment` only what may change by itself is answered.
    """
    workspace = chosen_workspace(request)
    setting_up.connector_of(kind)
    if request.method == "POST":
        owned(workspace, request.user)
        limits.knock(request, "connect")
        failed = _do(request, kind)
        if failed is None:
            return redirect("tool", kind=kind)
        return _page(request, kind, failed)
    if "X-Fragment" in request.headers:
        return _live(request, kind)
    return _page(request, kind, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tool_disconnect(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask once, then disconnect a tool. For owners.

    Rows of erased people are taken away first; what cannot be is said, and asked once more.
    """
    workspace = owned(chosen_workspace(request), request.user)
    found = setting_up.connected_tool(workspace, kind)
    name = setting_up.connector_of(kind).name
    context: dict[str, Any] = {"tool": found, "name": name}
    if request.method == "POST":
        anyway = request.POST.get("anyway") == "1"
        try:
            tooling.disconnect(found, anyway=anyway, by=by_person(request))
        except tooling.RemovalsWaitError as error:
            context["error"] = error
        else:
            messages.success(request, _("%(tool)s is disconnected.") % {"tool": name})
            return redirect("tools")
    context["left"] = tooling.removals_left(found)
    return render(request, "integrations/disconnect.html", framed(request, context))


def _live(request: HttpRequest, kind: str) -> HttpResponse:
    told = told_of(chosen_workspace(request), kind)
    if told.row is None:
        raise NotFoundError
    context = _state(request, told, told.row)
    return render(request, "integrations/_state.html", framed(request, context))


def _page(request: HttpRequest, kind: str, failed: FlowError | None) -> HttpResponse:
    workspace = chosen_workspace(request)
    told = told_of(workspace, kind)
    row = told.row
    context: dict[str, Any] = {"tool": told, "row": row, "error": failed}
    if owns(workspace):
        context |= form_of(request, row, failed)
    # What was asked for by name takes the page for itself.
    shown = row is not None and row.status != Integration.Status.SETTING_UP
    if row is not None and shown and not (failed or asked_step(request, row)):
        context |= {"shown": True, **_state(request, told, row)}
    return render(request, "integrations/tool.html", framed(request, context))


def _state(request: HttpRequest, told: Told, row: Integration) -> dict[str, Any]:
    """Return what the part of the page shows that may change by itself."""
    working = working_of(row)
    pages = Paginator(pushes_of(row), ROWS_PER_PAGE)
    pages.count = working.pushes
    page = pages.get_page(request.GET.get("page"))
    return {
        "tool": told,
        "row": row,
        "working": working,
        "page": page,
        "turned": "page" in request.GET,
        "version": _version(told, working, page),
    }


def _version(told: Told, working: Any, page: Page[Any]) -> str:
    """Return what is another text when something is told that was not before."""
    row, order = told.row, working.order
    parts = (
        (told.state, told.sentence, told.rows, told.waiting),
        row and (row.account_name, row.secret_hint, row.target.get("name"), row.checked_at),
        order and (order.pk, order.status, working.progress),
        [(one.lead.pk, one.code) for one in working.troubles],
        (page.number, page.paginator.count, [(one.pk, one.status, one.error_code) for one in page]),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _do(request: HttpRequest, kind: str) -> FlowError | None:
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        return None
    try:
        said = deed(request, kind)
    except FlowError as error:
        if request.POST.get("do") in FORMS:
            return error
        messages.error(request, str(error.detail))
        return None
    if said:
        messages.success(request, said)
    return None


def _row(request: HttpRequest, kind: str) -> Integration:
    return setting_up.connected_tool(chosen_workspace(request), kind)


def _connect(request: HttpRequest, kind: str) -> str:
    given = {name: request.POST.get(name, "") for name in ("token", "service_account")}
    given["spreadsheet"] = request.POST.get("spreadsheet", "")
    row = tooling.connect(chosen_workspace(request), kind, given, by=by_person(request))
    return _("The key works: %(account)s.") % {"account": row.account_name}


def _table(request: HttpRequest, kind: str) -> str:
    wanted, row = request.POST.get("target", ""), _row(request, kind)
    anyway = request.POST.get("anyway") == "1"
    tooling.choose_table(row, wanted, search_in(request), anyway=anyway, by=by_person(request))
    return ""


def _keep_columns(request: HttpRequest, kind: str) -> str:
    row = _row(request, kind)
    chosen, new = chosen_in(request), new_in(request)
    relay_after_commit(*tooling.set_columns(row, chosen, new, by=by_person(request)))
    if row.status == Integration.Status.PAUSED:
        return _("The columns are kept.")
    if told_of(row.workspace, kind).state == "beyond_plan":
        return _("The columns are kept. Your leads are written once your plan opens this tool.")
    return _("Ready: your leads are being written, and each change from now on.")


def _test(request: HttpRequest, kind: str) -> str:
    fit = setting_up.test_tool(_row(request, kind))
    if fit is not None and not fit.ready:
        raise ColumnsChangedError
    return _("It works: the key, the table and the columns are as they should be.")


def _pause(request: HttpRequest, kind: str) -> str:
    tooling.set_paused(_row(request, kind), paused=True, by=by_person(request))
    return _("Paused: leads are not written there until you resume.")


def _resume(request: HttpRequest, kind: str) -> str:
    row = _row(request, kind)
    relay_after_commit(*tooling.set_paused(row, paused=False, by=by_person(request)))
    return _("Resumed: what changed meanwhile is being written.")


def _sync(request: HttpRequest, kind: str) -> str:
    relay_after_commit(*tooling.order_all(_row(request, kind), by=by_person(request)))
    return _("Every lead is being compared and written where it differs.")


def _cancel(request: HttpRequest, kind: str) -> str:
    if not cancel_open(_row(request, kind)):
        return _("There was nothing left to cancel.")
    return _("Cancelled: what is on its way arrives, the rest is not begun.")


def _rewrite(request: HttpRequest, kind: str) -> str:
    row = _row(request, kind)
    try:
        uid = UUID(request.POST.get("lead", ""))
    except ValueError:
        raise NotFoundError from None
    leads = Lead.objects.filter(workspace=row.workspace_id, uid=uid)
    lead = leads.select_related("contact__social_account", "workspace").first()
    if lead is None:
        raise NotFoundError
    relay_after_commit(*tooling.write_again(row, lead))
    return _("The lead is being written again.")


def _retry(request: HttpRequest, kind: str) -> str:
    relay_after_commit(*tooling.retry_all(_row(request, kind), by=by_person(request)))
    return _("What failed is being tried again.")


class ColumnsChangedError(FlowError):
    """A column that was chosen is gone, or holds something else now."""

    code = "columns_changed"
    status = 409
    detail = gettext_lazy("The table changed: choose its columns again.")


DEEDS: dict[str, Callable[[HttpRequest, str], str]] = {
    "connect": _connect,
    "table": _table,
    "columns": _keep_columns,
    "test": _test,
    "pause": _pause,
    "resume": _resume,
    "sync": _sync,
    "cancel": _cancel,
    "rewrite": _rewrite,
    "retry": _retry,
}
FORMS = {"connect", "table", "columns"}
"""Deeds whose refusal is shown beside what was typed."""
