"""The pages of acts on many leads: which, are you sure, how far, and take it back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import chosen_workspace, member_name
from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.errors import FlowError, NotFoundError, first_sentence
from flowia.lib.ids import uuid7
from integrations.connectors.registry import CONNECTORS
from integrations.models import Integration
from processing import acts
from processing.leadsheet import sheet_of
from processing.models import Lead, LeadAct
from processing.pipeline import act as one_slice
from processing.tasks import relay_after_commit
from processing.views import lead_filters as filters
from processing.views.frame import in_frame
from processing.wakes import Wake
from social.models import SocialAccount

SAMPLE = 5
Kind = LeadAct.Kind


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponseBase:
    """Do with many leads what `do` says: `csv`, or ask about `level`, `stage`, `rewrite`.

    `lead` names them one by one, `all=1` means every one that fits `query`, the list's question.
    With `value`, and the `number` and `which` that the question named, it is done: once for its
    `token`. Loaded again without its form, it leads to the list.
    """
    if request.method != "POST":
        return redirect("leads")
    workspace = chosen_workspace(request)
    rows, query = _meant(request, workspace)
    count = rows.count()
    deed = request.POST.get("do", "")
    if not count:
        messages.error(request, _("Choose at least one lead."))
        return redirect(_list(query))
    if deed == "csv":
        return sheet_of(workspace, rows)
    if deed not in Kind.values:
        raise NotFoundError
    # Those that were named one by one are the same where none of them is gone.
    whole = request.POST.get("all") == "1"
    which = acts.which_of(rows) if whole and count <= acts.MOST else ""
    same = (request.POST.get("number"), request.POST.get("which", "")) == (str(count), which)
    if "value" in request.POST and same:
        return _begin(request, workspace, rows, query)
    context = {
        "deed": deed,
        "count": count,
        "most": acts.MOST,
        "sample": list(rows[:SAMPLE]),
        "rest": max(0, count - SAMPLE),
        "choices": _choices(workspace, deed),
        "whole": whole,
        "which": which,
        "named": request.POST.getlist("lead"),
        "query": query,
        "changed": "value" in request.POST,
        "value": request.POST.get("value", ""),
        "token": uuid7(),
    }
    return render(request, "processing/lead_act_ask.html", in_frame(request, workspace, context))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show how far an act has come; a POST's `do` is `cancel` or `undo`.

    With the header `X-Fragment` only the part that changes is answered.
    """
    workspace, now = chosen_workspace(request), clock.now()
    found = acts.acts_of(workspace).filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    query = filters.read(request.GET, _accounts(workspace)).query()
    if request.method == "POST":
        if request.POST.get("do") == "undo":
            return _undo(request, found, query)
        if request.POST.get("do") == "cancel":
            acts.cancel(found, now=now)
        return redirect(_act(found, query))
    context = {**_told(found, now=now), "query": query}
    template = "_lead_act.html" if "X-Fragment" in request.headers else "lead_act.html"
    return render(request, f"processing/{template}", in_frame(request, workspace, context))


def told_of(workspace: Workspace, uid: str, *, now: datetime) -> dict[str, Any]:
    """Return what the list tells of the act `uid`, and of the latest one beside it."""
    named = filters.uid_of(uid)
    found = acts.acts_of(workspace).filter(uid=named).first() if named else None
    latest = acts.latest_of(workspace, now=now, besides=found)
    lately = {"act": latest, "value": _words(latest)} if latest else None
    return {"lately": lately, **(_told(found, now=now) if found else {})}


def _told(found: LeadAct, *, now: datetime) -> dict[str, Any]:
    return {
        "act": found,
        "value": _words(found),
        "progress": acts.progress_of(found),
        "runs": found.status in acts.RUNNING,
        "can_undo": acts.can_undo(found, now=now),
    }


def _words(found: LeadAct) -> Any:
    words: dict[str, Any] = {**dict(Lead.Level.choices), **dict(Lead.Stage.choices)}
    words |= {kind: tool.name for kind, tool in CONNECTORS.items()}
    return words.get(found.value, found.value)


def _begin(
    request: HttpRequest, workspace: Workspace, rows: QuerySet[Lead], query: str
) -> HttpResponse:
    deed, value = request.POST["do"], request.POST["value"]
    try:
        by, token = member_name(request.user), filters.uid_of(request.POST.get("token", ""))
        placed = acts.place(workspace, rows, deed, value, by=by, now=clock.now(), uid=token)
    except FlowError as error:
        messages.error(request, first_sentence(error))
        return redirect(_list(query))
    return _run(placed, query)


def _undo(request: HttpRequest, found: LeadAct, query: str) -> HttpResponse:
    try:
        acts.undo(found, now=clock.now())
    except acts.NotUndoneError as error:
        messages.error(request, str(error.detail))
        return redirect(_act(found, query))
    return _run(found, query)


def _run(found: LeadAct, query: str) -> HttpResponse:
    """Do what is little at once; what is more is done while the page tells how far it has come."""
    if found.rows.count() > acts.AT_ONCE:
        relay_after_commit(Wake("act", found.pk))
        return redirect(_act(found, query))
    relay_after_commit(*one_slice(found.pk))
    found.refresh_from_db(fields=["status"])
    # What takes longer is told by the page that follows it.
    slow = found.status in acts.RUNNING
    return redirect(_act(found, query) if slow else _list(query, act=str(found.uid)))


def _meant(request: HttpRequest, workspace: Workspace) -> tuple[QuerySet[Lead], str]:
    """Return the leads that the form means, and the question of the list it stood on."""
    accounts = _accounts(workspace)
    asked = filters.read_hidden(request.POST.get("query", ""), accounts)
    if request.POST.get("all") == "1":
        rows = filters.chosen(workspace, asked, accounts, now=clock.now())
    else:
        wanted = request.POST.getlist("lead")[: max(filters.SIZES)]
        rows = filters.named(workspace, wanted).order_by(asked.order, "-id")
    return rows, asked.query()


def _choices(workspace: Workspace, deed: str) -> list[tuple[str, Any]]:
    if deed == Kind.LEVEL:
        return list(Lead.Level.choices)
    if deed == Kind.STAGE:
        return list(Lead.Stage.choices)
    tools = Integration.objects.filter(workspace=workspace).exclude(
        status__in=[Integration.Status.SETTING_UP, Integration.Status.PAUSED]
    )
    kinds = tools.order_by("pk").values_list("kind", flat=True)
    return [(kind, CONNECTORS[kind].name) for kind in kinds if kind in CONNECTORS]


def _accounts(workspace: Workspace) -> list[SocialAccount]:
    return list(SocialAccount.objects.filter(workspace=workspace))


def _list(query: str, *, act: str = "") -> str:
    parts = [one for one in (query, f"act={act}" if act else "") if one]
    return reverse("leads") + (f"?{'&'.join(parts)}" if parts else "")


def _act(found: LeadAct, query: str) -> str:
    return reverse("lead-act", args=[found.uid]) + (f"?{query}" if query else "")
