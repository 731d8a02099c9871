"""The pages of scenarios: the list with its order, one scenario with its versions and a try."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import owned
from accounts.forms import tell
from accounts.models import Workspace
from accounts.views.frame import by_person
from flowia.lib import clock
from flowia.lib.errors import FlowError, NotFoundError, TooManyRequestsError
from processing import publishing, replays, scenarios
from processing.ladder import ladders_of
from processing.models import Scenario
from processing.scenario_forms import ScenarioForm, TryForm, filled
from processing.scenario_reading import decided_lately, retired_of, scenarios_of, versions_of
from processing.starting_points import starting_point, starting_points
from processing.trades import language_of
from processing.trials import try_out
from processing.views.frame import in_frame, page_of

PAGE = "processing/scenario.html"
MOST_RETIRED = 50
DIGITS = 10
"""Fewer has every number of a version."""
DRAFTS = "scenario-drafts"
"""Where the session keeps unsaved words on their way to the time machine."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def scenario_list(request: HttpRequest) -> HttpResponse:
    """List the scenarios in their order, then those that are retired.

    Owners change the order with `do=up|down` and `scenario`, and `bring_back` one.
    """
    workspace, mine = page_of(request)
    if request.method == "POST":
        owned(workspace, request.user)
        wanted = _uid(request.POST.get("scenario", ""))
        if request.POST.get("do") == "bring_back":
            return _bring_back(request, workspace, wanted)
        found = find_scenario(workspace, wanted)
        if request.POST.get("do") in {"up", "down"}:
            publishing.move(found, up=request.POST["do"] == "up", by=by_person(request))
        return redirect("scenarios")
    lately = decided_lately(workspace, now=clock.now())
    ladders = ladders_of(workspace)
    rows = [
        (one, lately.get(str(one.uid), 0), ladders.get(one.uid, []))
        for one in scenarios_of(workspace)
    ]
    retired = retired_of(workspace)[:MOST_RETIRED]
    context = {"rows": rows, "retired": retired, "owns": mine, **_trades(workspace)}
    return render(request, "processing/scenarios.html", in_frame(request, workspace, context))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def scenario_new(request: HttpRequest) -> HttpResponse:
    """Write a scenario, from nothing or from `?start=` a starting point. For owners."""
    workspace, mine = page_of(request)
    owned(workspace, request.user)
    context: dict[str, Any] = {"owns": mine, **_trades(workspace), "try_form": TryForm()}
    if request.method != "POST":
        first = filled(starting_point(request.GET.get("start", ""), workspace.language))
        context["form"] = ScenarioForm(workspace, labels=[], initial=first)
        return render(request, PAGE, in_frame(request, workspace, context))
    form = ScenarioForm(workspace, request.POST, labels=[])
    if form.is_valid():
        try:
            made = publishing.publish(
                Scenario(workspace=workspace),
                form.content,
                by=by_person(request),
                accounts=form.chosen_accounts,
                steps=form.steps,
            )
        except FlowError as error:
            tell(form, error)
        else:
            messages.success(request, _("The scenario is written. Try it out below."))
            return redirect("scenario", uid=made.uid)
    return render(request, PAGE, in_frame(request, workspace, {**context, "form": form}))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def scenario_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show one scenario; `do=save|put_away|restore|replay` change it (owners), `do=try` tries."""
    workspace, mine = page_of(request)
    found = find_scenario(workspace, uid)
    deed = request.POST.get("do", "") if request.method == "POST" else ""
    if deed == "try":
        return _try(request, workspace, found, mine=mine)
    if request.method == "POST":
        owned(workspace, request.user)
        if deed == "put_away":
            return _put_away(request, found)
        if deed == "restore":
            return _restore(request, found)
        return _save(request, workspace, found, to_replay=deed == "replay")
    return _show(request, workspace, found, {"owns": mine})


def find_scenario(workspace: Workspace, uid: UUID | None) -> Scenario:
    """Return a scenario that is in use; raises NotFoundError when it is not the workspace's."""
    found = (
        scenarios_of(workspace).select_related("workspace").filter(uid=uid).first() if uid else None
    )
    if found is None:
        raise NotFoundError
    return found


def _show(
    request: HttpRequest,
    workspace: Workspace,
    found: Scenario,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    form = context.get("form") or _form(workspace, found)
    whole = {
        "scenario": found,
        "form": form,
        "try_form": TryForm(),
        "seen": found.version,
        "versions": versions_of(found, form.account_rows),
        "ladder": ladders_of(workspace, found).get(found.uid, []),
        "needed": max(1, workspace.trust_after),
        "owns": True,
        **context,
    }
    return render(request, PAGE, in_frame(request, workspace, whole), status=status)


def _form(workspace: Workspace, found: Scenario, data: Any = None) -> ScenarioForm:
    labels = list(found.fact_labels)
    if data is not None:
        return ScenarioForm(workspace, data, labels=labels)
    initial = filled(scenarios.content_of(found))
    return ScenarioForm(workspace, labels=labels, initial=initial)


def _save(
    request: HttpRequest, workspace: Workspace, found: Scenario, *, to_replay: bool
) -> HttpResponse:
    form = _form(workspace, found, request.POST)
    seen, changed_since = _version_in(request.POST.get("seen", "")), None
    if form.is_valid():
        try:
            if to_replay:
                content = replays.draft_content(found, form.content, form.chosen_accounts)
                request.session[DRAFTS] = {str(found.uid): content}
                return redirect("scenario-replay", uid=found.uid)
            publishing.publish(
                found,
                form.content,
                by=by_person(request),
                accounts=form.chosen_accounts,
                steps=form.steps,
                seen=seen,
            )
        except publishing.ChangedMeanwhileError as error:
            tell(form, error)
            changed_since = seen
            # The next save is meant: its writer has read what changed.
            seen = Scenario.objects.values_list("version", flat=True).get(pk=found.pk)
        except FlowError as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("scenario", uid=found.uid)
    shown = {"form": form, "seen": "" if seen is None else seen}
    return _show(request, workspace, found, {**shown, "changed_since": changed_since})


def _try(
    request: HttpRequest, workspace: Workspace, found: Scenario, *, mine: bool
) -> HttpResponse:
    """Try a text out on the words as they stand in the form; members try what is stored."""
    try_form = TryForm(request.POST)
    typed = mine and "instruction" in request.POST
    form = _form(workspace, found, request.POST) if typed else _form(workspace, found)
    context = {"form": form, "try_form": try_form, "owns": mine}
    if typed:
        context["seen"] = request.POST.get("seen", "")
    status = 200
    if try_form.is_valid() & (not typed or form.is_valid()):
        changes, accounts = (form.content, form.chosen_accounts) if typed else ({}, None)
        try:
            content = replays.draft_content(found, changes, accounts)
            given = try_form.cleaned_data
            context["tried"] = try_out(found, given["text"], content=content, place=given["place"])
        except FlowError as error:
            tell(try_form, error)
            status = error.status if isinstance(error, TooManyRequestsError) else status
    return _show(request, workspace, found, context, status=status)


def _put_away(request: HttpRequest, found: Scenario) -> HttpResponse:
    publishing.put_away(found, by=by_person(request), now=clock.now())
    messages.success(request, _("The scenario is retired; it answers no more."))
    return redirect("scenarios")


def _bring_back(request: HttpRequest, workspace: Workspace, uid: UUID | None) -> HttpResponse:
    found = retired_of(workspace).filter(uid=uid).first() if uid else None
    if found is None:
        raise NotFoundError
    publishing.bring_back(found, by=by_person(request))
    messages.success(request, _("The scenario answers again."))
    return redirect("scenario", uid=found.uid)


def _restore(request: HttpRequest, found: Scenario) -> HttpResponse:
    whole = _version_in(request.POST.get("number", "")) or 0
    version = found.versions.filter(number=whole).first()
    if version is None:
        raise NotFoundError
    try:
        publishing.restore(found, version, by=by_person(request))
    except FlowError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, _("The old words are in force again, as a new version."))
    return redirect("scenario", uid=found.uid)


def _trades(workspace: Workspace) -> dict[str, Any]:
    """Return the wordings to begin with, and in which language they are."""
    language = workspace.language
    return {"trades": starting_points(language), "trades_language": language_of(language)}


def _version_in(text: str) -> int | None:
    """Return the number of a version that a form names; None where it names none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < DIGITS else None


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
