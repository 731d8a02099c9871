"""The page of the time machine: asking for a replay, watching it, its results side by side."""

from datetime import timedelta
from decimal import ROUND_UP, Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import owned
from accounts.forms import tell
from accounts.models import Workspace
from accounts.views.frame import by_person
from flowia.lib import clock
from flowia.lib.errors import FlowError, NotFoundError
from flowia.lib.wake import wake
from processing import publishing, replays, scenarios
from processing.models import Replay, Scenario
from processing.replay_reading import OUTCOMES, compared, figures_of
from processing.scenario_forms import MICROS, ReplayForm
from processing.scenario_reading import changes_between
from processing.tasks import replay as replay_task
from processing.views.frame import in_frame, page_of
from processing.views.scenarios import DRAFTS, find_scenario
from social.models import SocialAccount

ROWS_PER_PAGE = 25
USUAL = timedelta(days=29)
PAGE = "processing/replay.html"
FRAGMENT = "processing/_replay.html"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def scenario_replay(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show the scenario's latest replay, or `?replay=`; owners start and steer.

    A POST's `do` is `estimate`, `start`, `cancel`, `continue`, `publish` or `forget` (the unsaved
    words). With the header `X-Fragment` only the part that changes is answered.
    """
    workspace, mine = page_of(request)
    run = _chosen(request, workspace, uid)
    scenario = run.scenario if run is not None else find_scenario(workspace, uid)
    scenario.workspace = workspace
    if request.method != "POST":
        return _show(request, scenario, _usual(workspace), run, owns=mine)
    owned(workspace, request.user)
    deed = request.POST.get("do", "")
    if deed in {"estimate", "start"}:
        return _asked(request, scenario, run, begin=deed == "start")
    if deed == "forget":
        request.session.pop(DRAFTS, None)
        return redirect("scenario-replay", uid=uid)
    return _steer(request, scenario, run, deed)


def _show(
    request: HttpRequest,
    scenario: Scenario,
    form: ReplayForm,
    run: Replay | None,
    *,
    owns: bool = True,
) -> HttpResponse:
    workspace = scenario.workspace
    context: dict[str, Any] = {
        "scenario": scenario,
        "form": form,
        "owns": owns,
        "estimate": _estimate(workspace, form),
        "draft": _draft_changes(request, scenario),
        "run": run,
        "currency": MICROS,
    }
    if run is not None:
        changed = request.GET.get("changed") == "1"
        outcome = request.GET.get("outcome", "")
        outcome = outcome if outcome in OUTCOMES else ""
        rows = replays.results_of(run, changed=changed, outcome=outcome)
        figures = figures_of(run)
        pages = Paginator(rows, ROWS_PER_PAGE)
        pages.count = figures.totals.number(changed=changed, outcome=outcome)
        page = pages.get_page(request.GET.get("page"))
        content = {name: one for name, one in run.content.items() if name != "version"}
        content = scenarios.complete(content)
        context["in_force"] = content == scenarios.content_of(scenario)
        context["published"] = context["in_force"] and scenario.version > run.content["version"]
        context["last_day"] = run.ends_at - timedelta(microseconds=1)
        context |= {"page": page, "lines": compared(page), "changed": changed, "figures": figures}
        context["outcome"] = outcome
        context["outcomes"] = [(str(one), str(one.label)) for one in OUTCOMES]
    template = FRAGMENT if "X-Fragment" in request.headers else PAGE
    return render(request, template, in_frame(request, workspace, context))


def _asked(
    request: HttpRequest, scenario: Scenario, run: Replay | None, *, begin: bool
) -> HttpResponse:
    form, workspace = ReplayForm(request.POST), scenario.workspace
    if not form.is_valid() or not begin:
        return _show(request, scenario, form, run)
    starts_at, ends_at = form.period(ZoneInfo(workspace.timezone))
    content = _draft(request, scenario)
    try:
        begun = replays.start(
            scenario,
            starts_at=starts_at,
            ends_at=ends_at,
            cost_limit=form.cost_limit,
            by=by_person(request),
            changes={name: content[name] for name in scenarios.FIELDS if name in content},
            accounts=scenarios.accounts_in(workspace, content) if content else None,
        )
    except FlowError as error:
        tell(form, error)
        return _show(request, scenario, form, run)
    wake(replay_task, begun.pk)
    return redirect("scenario-replay", uid=scenario.uid)


def _steer(request: HttpRequest, scenario: Scenario, run: Replay | None, deed: str) -> HttpResponse:
    if run is None:
        raise NotFoundError
    try:
        if deed == "cancel":
            replays.cancel(run)
        elif deed == "continue":
            replays.carry_on(run, cost_limit=_more(request, run))
            wake(replay_task, run.pk)
        elif deed == "publish":
            publishing.publish_replayed(run, by=by_person(request))
            request.session.pop(DRAFTS, None)
            messages.success(request, _("The draft is the scenario's version in force."))
            return redirect("scenario", uid=scenario.uid)
    except FlowError as error:
        sentences = [str(one) for found in (error.errors or {}).values() for one in found]
        messages.error(request, " ".join(sentences) or str(error.detail))
    return redirect("scenario-replay", uid=scenario.uid)


def _more(request: HttpRequest, run: Replay) -> int:
    """Return the new limit; what is no number leaves it as it was."""
    text = request.POST.get("dollars", "").strip().replace(",", ".")
    try:
        value = ReplayForm.base_fields["dollars"].clean(text)
    except ValidationError:
        value = None
    return run.cost_limit if value is None else int(value * MICROS)


def _chosen(request: HttpRequest, workspace: Workspace, scenario: UUID) -> Replay | None:
    """Return the replay that is named, else the scenario's latest; None when there is none.

    Of a scenario in use, which comes with it.
    """
    rows = replays.replays_of(workspace).filter(
        scenario__uid=scenario, scenario__archived_at=None, scenario__workspace=workspace
    )
    named = request.POST.get("replay") or request.GET.get("replay")
    if not named:
        return rows.first()
    try:
        found = rows.filter(uid=UUID(named)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFoundError
    return found


def _usual(workspace: Workspace) -> ReplayForm:
    today = clock.now().astimezone(ZoneInfo(workspace.timezone)).date()
    return ReplayForm(initial={"first": today - USUAL, "last": today})


def _estimate(workspace: Workspace, form: ReplayForm) -> replays.Estimate | None:
    if form.is_bound:
        if not form.is_valid():
            return None
        chosen = form
    else:
        chosen = ReplayForm(form.initial)
        chosen.is_valid()
    try:
        found = replays.estimate(workspace, *chosen.period(ZoneInfo(workspace.timezone)))
    except FlowError as error:
        tell(form, error)
        return None
    if not form.is_bound:
        enough = Decimal(found.cost + found.cost_per_message) / MICROS
        form.initial["dollars"] = enough.quantize(Decimal("0.01"), ROUND_UP)
    return found


def _draft(request: HttpRequest, scenario: Scenario) -> dict[str, Any]:
    found: dict[str, Any] = request.session.get(DRAFTS, {}).get(str(scenario.uid), {})
    return found


def _draft_changes(request: HttpRequest, scenario: Scenario) -> list[Any]:
    """Return what the unsaved words would change."""
    content = _draft(request, scenario)
    if not content:
        return []
    accounts = SocialAccount.objects.filter(workspace=scenario.workspace_id)
    called = {str(one.uid): one.name for one in accounts}
    return changes_between(scenarios.content_of(scenario), content, called)
