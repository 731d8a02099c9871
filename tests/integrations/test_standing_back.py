"""Who keeps away from a tool: after a refusal, while it rests, beyond the plan, for an erasure."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from flowia.lib import clock
from integrations import actions, orders, presence, removals
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import Connection, ConnectorError, NotWritten
from integrations.models import Integration, Removal, SyncOrder, SyncRun
from processing import dispatch, ordering, pipeline
from tests.factories import make_workspace
from tests.integrations.tool import Clock, Tool, connected, push, queued, run_of

pytestmark = pytest.mark.django_db
LEAD = "0189abcd-0000-7000-8000-000000000001"
PACED = ConnectorError("paced", retryable=True, throttled=True, retry_after=0.2)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Clock:
    settings.SYNC_SETTLE_SECONDS = 0
    return Clock(monkeypatch)


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Tool:
    return Tool(monkeypatch)


def new_key(there: Integration) -> None:
    fresh = Integration.objects.get(pk=there.pk)
    fresh.seal({"token": "nouveau"})
    fresh.save()


def new_columns(there: Integration) -> None:
    Integration.objects.filter(pk=there.pk).update(field_map={"name": "M"})


def new_table(there: Integration) -> None:
    Integration.objects.filter(pk=there.pk).update(target={"t": 2})


@pytest.mark.parametrize("mend", [new_key, new_columns, new_table])
@pytest.mark.parametrize("look", [False, True])
def test_a_refusal_of_what_was_replaced_meanwhile_counts_no_more(
    tool: Tool, now: Clock, mend: Any, look: bool
) -> None:
    there = connected()
    queued(there)

    def meets(_lead_uid: str) -> NotWritten | None:
        mend(there)
        raise ConnectorError("unauthorized", needs="needs_login")

    tool.meets = meets
    if look:
        with pytest.raises(ConnectorError):
            presence.look(there)
    else:
        actions.turn(there.pk)
    there.refresh_from_db()
    assert there.status == "active"


def test_tools_beyond_their_plan_do_not_crowd_out_the_others(
    tool: Tool, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "BATCH", 1)
    workspace = make_workspace()
    first = connected(workspace, "airtable")
    beyond = connected(workspace, "notion")
    push(beyond, LEAD)
    SyncRun.objects.filter(integration=first).delete()
    now.move(seconds=5)
    other = connected(make_workspace())
    [lead_uid] = queued(other)
    for _ in range(5):
        for wake, _at in list(dispatch._found(now.now)):
            if wake.step == "sync":
                pipeline.sync(wake.row_id)
        now.move(seconds=11)
    assert run_of(lead_uid).status == "done"
    assert run_of(LEAD).status == "queued"
    # It is not lost: once the plan opens the tool, it is written within the hour.
    first.delete()
    now.move(seconds=3600)
    pipeline.sync(beyond.pk)
    assert run_of(LEAD).status == "done"


def test_an_order_leaves_a_tool_alone_that_asked_for_patience(tool: Tool, now: Clock) -> None:
    there = connected()
    Integration.objects.filter(pk=there.pk).update(held_until=now.now + timedelta(hours=1))
    asked: list[str] = []

    def meets(lead_uid: str) -> NotWritten | None:
        asked.append(lead_uid)
        return None

    tool.meets = meets
    order = orders.place(there, SyncOrder.Kind.FULL, now=now.now)
    ordering.order(order.pk)
    assert asked == []
    now.move(hours=1)
    ordering.order(order.pk)
    assert asked == ["present"]


def test_a_short_wait_ends_no_longer_one(tool: Tool, now: Clock) -> None:
    there = connected()
    until = now.now + timedelta(hours=1)
    Integration.objects.filter(pk=there.pk).update(held_until=until)

    def meets(_lead_uid: str) -> NotWritten | None:
        raise PACED

    tool.meets = meets
    with pytest.raises(ConnectorError):
        presence.look(there)
    there.refresh_from_db()
    assert there.held_until == until


def erasing(
    monkeypatch: pytest.MonkeyPatch, there: Integration, erase: Any, lead_uid: str = LEAD
) -> Removal:
    """Let `erase` take the place of the tool's, and return a removal that is due."""
    monkeypatch.setitem(CONNECTORS, "notion", replace(CONNECTORS["notion"], erase=erase))
    return Removal.objects.create(
        workspace=there.workspace, integration=there, lead_uid=lead_uid, next_at=clock.now()
    )


@pytest.mark.parametrize("asked", [30, None])
def test_a_removal_that_the_tool_throttles_lets_the_tool_rest(
    tool: Tool, now: Clock, monkeypatch: pytest.MonkeyPatch, asked: float | None
) -> None:
    there = connected()

    def throttled(*_rest: object) -> None:
        raise ConnectorError("slow_down", retryable=True, throttled=True, retry_after=asked)

    removals.remove(erasing(monkeypatch, there, throttled).pk)
    there.refresh_from_db()
    assert there.held_until == now.now + timedelta(seconds=30)


def test_a_turn_ends_for_an_erasure(
    tool: Tool, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = connected()
    queued(there, 8)
    gone: list[str] = []

    def erase(_connection: Connection, lead_uid: str, _row_id: str) -> None:
        gone.append(lead_uid)

    def meets(_lead_uid: str) -> NotWritten | None:
        # Somebody is erased while the first batch is written; the tool is busy.
        if not Removal.objects.exists():
            removals.remove(erasing(monkeypatch, there, erase).pk)
        return None

    tool.meets = meets
    assert not actions.turn(there.pk)
    assert (tool.calls, gone) == (1, [])
    # Who comes before the removal leaves the tool to it.
    assert not actions.turn(there.pk)
    now.move(seconds=3)
    assert not actions.turn(there.pk)
    assert tool.calls == 1
    removals.remove(Removal.objects.get().pk)
    assert gone == [LEAD]
    actions.turn(there.pk)
    assert SyncRun.objects.filter(status="done").count() == 8


def test_a_removal_that_was_given_up_keeps_nobody_away(
    tool: Tool, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = connected()
    [lead_uid] = queued(there)
    erasing(monkeypatch, there, lambda *_rest: None)
    Removal.objects.update(status="failed", next_at=None)
    actions.turn(there.pk)
    assert run_of(lead_uid).status == "done"
