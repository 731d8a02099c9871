"""Beginning with a trade's scenarios, and letting them write drafts."""

from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import Workspace
from accounts.workspaces import change_workspace
from processing import beginnings
from processing.models import Scenario
from processing.publishing import publish
from processing.replays import candidate_of, draft_content
from processing.scenario_reading import scenarios_of
from processing.scenarios import Incoming, choose
from processing.trades import trade_called

Autonomy = Scenario.Autonomy


def take_up(workspace: Workspace, trade: str, *, by: audit.By) -> list[Scenario]:
    """Write the scenarios of `trade`, switched off, and return those that are new.

    One of the same name that is there already stays as it is, so that a second click writes none.
    """
    found = trade_called(trade, workspace.language)
    if found is None:
        return []
    with transaction.atomic():
        Workspace.objects.select_for_update().get(pk=workspace.pk)
        beginnings.note(workspace, trade=trade)
        known = set(scenarios_of(workspace).values_list("name", flat=True))
        fresh: list[dict[str, Any]] = [one for one in found.scenarios if one["name"] not in known]
        off = {"autonomy": Autonomy.OFF.value}
        return [publish(Scenario(workspace=workspace), {**one, **off}, by=by) for one in fresh]


def go_live(workspace: Workspace, *, by: audit.By, as_it_is: bool = False) -> list[Scenario]:
    """Switch the assistant on, in drafts; return the scenarios that were changed for it.

    What sends by itself writes drafts from now on, and so do those that are off. Where one is on
    already, the others are off because somebody wants that: they stay so. `as_it_is` changes none.
    """
    with transaction.atomic():
        Workspace.objects.select_for_update().get(pk=workspace.pk)
        turned = [] if as_it_is else _to_drafts(workspace)
        change_workspace(workspace, {"assistant_on": True}, by=by)
        return [publish(one, {"autonomy": Autonomy.DRAFT.value}, by=by) for one in turned]


def _to_drafts(workspace: Workspace) -> list[Scenario]:
    rows = answering(workspace)
    off = [one for one in rows if one.autonomy == Autonomy.OFF]
    by_itself = scenarios_of(workspace).filter(autonomy=Autonomy.AUTO)
    return [*by_itself, *(off if len(off) == len(rows) else [])]


def answering(workspace: Workspace) -> list[Scenario]:
    """Return the scenarios that answer messages, or would if they were on, in their order."""
    rows = scenarios_of(workspace).exclude(kind=Scenario.Kind.FOLLOW_UP)
    return list(rows.select_related("workspace"))


def scenario_to_try(workspace: Workspace, text: str) -> Scenario | None:
    """Return which scenario would answer `text`; the last one if none fits, None without any.

    As long as none is on, all count as if they were.
    """
    rows = answering(workspace)
    rows = [one for one in rows if one.autonomy != Autonomy.OFF] or rows
    drafts = [candidate_of(one, draft_content(one, {}, None)) for one in rows]
    account = next((min(one.accounts) for one in drafts if one.accounts), 0)
    incoming = Incoming(text=text, account_id=account, channel="direct", first=True)
    found = choose(drafts, incoming)
    by_key = {one.pk: one for one in rows}
    return by_key[found.pk] if found is not None else next(iter(reversed(rows)), None)
