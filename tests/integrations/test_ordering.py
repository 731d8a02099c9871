"""Orders to write many leads: slice by slice, resumed, cancelled, honest about how far they are."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts import audit
from accounts.models import Workspace
from integrations import actions, orders
from integrations.contracts import ConnectorError
from integrations.models import Integration, SyncedRow, SyncOrder, SyncRun
from processing import ordering, pipeline, pushing
from processing.models import InteractionEvent, Lead
from processing.privacy import erasing
from processing.wakes import Wake
from tests.factories import make_account, make_contact, make_lead, make_workspace
from tests.integrations.tool import Clock, Tool, connected, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Clock:
    settings.SYNC_SETTLE_SECONDS = 0
    monkeypatch.setattr(ordering, "SLICE", 4)
    return Clock(monkeypatch)


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Tool:
    return Tool(monkeypatch, batch=10)


@pytest.fixture
def workspace(now: Clock) -> Workspace:
    return make_workspace()


@pytest.fixture
def there(workspace: Workspace) -> Integration:
    return connected(workspace)


@pytest.fixture
def leads(workspace: Workspace) -> list[Lead]:
    account = make_account(workspace)
    return [make_lead(make_contact(account, f"Personne {number}")) for number in range(10)]


def place(there: Integration, now: Clock, kind: str = "full", **which: Any) -> SyncOrder:
    return actions.place(there, kind, now=now.now, **which)


def work(*wakes: Wake) -> int:
    """Run steps and all that they wake; returns how many there were."""
    steps: dict[str, Callable[[int], list[Wake]]] = {
        "order": pipeline.order,
        "sync": pipeline.sync,
    }
    waiting, number = list(wakes), 0
    while waiting:
        one = waiting.pop(0)
        waiting += steps[one.step](one.row_id)
        number += 1
    return number


def progress(order: SyncOrder) -> tuple[str, dict[str, int]]:
    order.refresh_from_db()
    found = asdict(actions.progress_of(order))
    return order.status, {name: number for name, number in found.items() if number}


def test_a_full_order_writes_every_lead_and_the_second_one_nothing(
    tool: Tool, there: Integration, leads: list[Lead], now: Clock
) -> None:
    first = place(there, now)
    work(Wake("order", first.pk))
    assert progress(first) == ("done", {"total": 10, "written": 10})
    assert first.finished_at == now.now
    assert sorted(one.lead_uid for one in tool.rows.values()) == sorted(
        str(lead.uid) for lead in leads
    )

    calls, second = tool.calls, place(there, now)
    work(Wake("order", second.pk))
    assert progress(second) == ("done", {"total": 10, "unchanged": 10})
    assert tool.calls == calls


def test_chosen_and_changed_leads_alone(
    tool: Tool, there: Integration, leads: list[Lead], now: Clock
) -> None:
    chosen = place(there, now, "chosen", leads=[str(lead.uid) for lead in leads[:3]])
    work(Wake("order", chosen.pk))
    assert progress(chosen) == ("done", {"total": 3, "written": 3})

    Lead.objects.filter(pk=leads[9].pk).update(updated_at=now.now + timedelta(days=2))
    changed = place(there, now, "since", since=now.now + timedelta(days=1))
    work(Wake("order", changed.pk))
    assert progress(changed) == ("done", {"total": 1, "written": 1})


def test_an_order_without_leads_is_done_at_once(tool: Tool, there: Integration, now: Clock) -> None:
    order = place(there, now)
    work(Wake("order", order.pk))
    assert progress(order) == ("done", {})


def test_who_vanishes_between_slices_is_followed_by_one_that_goes_on(
    tool: Tool, there: Integration, leads: list[Lead], now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = place(there, now)
    pipeline.order(order.pk)
    assert progress(order) == ("running", {"total": 10, "waiting": 10})
    assert SyncRun.objects.count() == 4

    def die(*_given: object, **_named: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(orders, "queue", die)
        with pytest.raises(MemoryError):
            pipeline.order(order.pk)
    assert SyncRun.objects.count() == 4
    assert pipeline.order(order.pk) == []  # somebody may still be at it
    now.move(minutes=11)
    work(Wake("order", order.pk))
    assert progress(order) == ("done", {"total": 10, "written": 10})
    assert len(tool.rows) == 10


def test_pushes_that_waited_already_become_the_orders(
    tool: Tool, there: Integration, leads: list[Lead], now: Clock, settings: Settings
) -> None:
    settings.SYNC_SETTLE_SECONDS = 30
    pushing.tell_lead(leads[0], "lead_corrected", now=now.now)
    order = place(there, now)
    work(Wake("order", order.pk))
    assert progress(order) == ("done", {"total": 10, "written": 10})
    assert SyncRun.objects.count() == 10


def test_cancelling_leaves_what_changed_and_drops_what_only_the_order_asked_for(
    tool: Tool, there: Integration, leads: list[Lead], now: Clock
) -> None:
    pushing.tell_lead(leads[0], "lead_corrected", now=now.now)
    order = place(there, now)
    pipeline.order(order.pk)
    actions.cancel(order)
    actions.cancel(order)
    assert progress(order)[0] == "cancelled"
    assert work(Wake("order", order.pk), Wake("sync", there.pk)) == 2
    assert [one.lead_uid for one in tool.rows.values()] == [str(leads[0].uid)]
    assert place(there, now).pk != order.pk


def test_one_order_at_a_time_and_only_into_a_tool_that_works(
    tool: Tool, there: Integration, now: Clock
) -> None:
    place(there, now)
    with pytest.raises(orders.OrderOpenError):
        place(there, now)
    SyncOrder.objects.all().delete()
    for status in ("setting_up", "paused", "needs_login"):
        there.status = status
        with pytest.raises(orders.NotConnectedError):
            place(there, now)


def test_a_full_order_sees_what_people_took_away_and_does_not_make_it_anew(
    tool: Tool, there: Integration, leads: list[Lead], now: Clock
) -> None:
    work(Wake("order", place(there, now).pk))
    gone, twice, young = (str(lead.uid) for lead in leads[:3])
    (row,) = tool.of(gone)
    record = tool.rows.pop(row)
    tool.rows["copy"] = tool.rows[tool.of(twice)[0]]
    now.move(hours=1)
    SyncedRow.objects.filter(lead_uid=young).update(written_at=now.now)
    # The tool's list may lag behind what was written a moment ago.
    hidden = {name: tool.rows.pop(name) for name in tool.of(young)}
    order = place(there, now)
    pipeline.order(order.pk)
    tool.rows |= hidden
    work(Wake("order", order.pk), Wake("sync", there.pk))

    assert progress(order) == ("done", {"total": 10, "unchanged": 8, "failed": 2})
    states = dict(SyncedRow.objects.exclude(state="present").values_list("lead_uid", "state"))
    assert {str(uid): state for uid, state in states.items()} == {
        gone: "missing",
        twice: "duplicated",
    }
    assert tool.of(gone) == []

    tool.rows["brought back"] = record
    del tool.rows["copy"]
    now.move(hours=1)
    again = place(there, now)
    work(Wake("order", again.pk))
    assert progress(again) == ("done", {"total": 10, "written": 2, "unchanged": 8})
    assert SyncedRow.objects.get(lead_uid=gone).external_id == "brought back"


def test_an_order_waits_for_a_tool_that_cannot_be_read(
    tool: Tool, there: Integration, leads: list[Lead], now: Clock
) -> None:
    order = place(there, now)

    def refuse(_what: str) -> None:
        raise ConnectorError("unauthorized", needs="needs_login")

    tool.meets = refuse
    assert pipeline.order(order.pk) == []
    there.refresh_from_db()
    assert (there.status, SyncRun.objects.count()) == ("needs_login", 0)
    now.move(minutes=2)
    assert pipeline.order(order.pk) == []

    tool.meets = lambda _lead: None
    actions.resume(there, now=now.now)
    now.move(minutes=2)
    work(Wake("order", order.pk))
    assert progress(order) == ("done", {"total": 10, "written": 10})


def test_a_tool_beyond_the_plan_waits_and_goes_on_when_the_plan_opens_it(
    tool: Tool, workspace: Workspace, leads: list[Lead], now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = connected(workspace, "airtable")
    Integration.objects.filter(pk=first.pk).update(status="paused")
    second = connected(workspace)
    order = place(second, now)
    assert pipeline.order(order.pk) == []
    pushing.tell_lead(leads[0], "lead_corrected", now=now.now)
    assert not SyncRun.objects.filter(integration=second).exists()

    monkeypatch.setattr(pushing, "tools_of", lambda _workspace: 3)
    now.move(minutes=2)
    work(Wake("order", order.pk))
    assert statuses() == {"done": 10}


def test_the_ledger_tells_of_each_lead_that_was_written_and_not_of_equal_ones(
    tool: Tool, there: Integration, leads: list[Lead], now: Clock
) -> None:
    for _ in range(2):
        work(Wake("order", place(there, now).pk))
    assert InteractionEvent.objects.filter(reason="synced").count() == 10


def test_a_lead_that_is_erased_between_slices_is_not_written(
    tool: Tool, there: Integration, leads: list[Lead], now: Clock
) -> None:
    order = place(there, now)
    pipeline.order(order.pk)
    for lead in (leads[0], leads[9]):
        erasing.ask(lead.workspace, lead.contact.uid, by=audit.SYSTEM)
    work(Wake("order", order.pk), Wake("sync", there.pk))
    assert progress(order)[0] == "done"
    assert len(tool.rows) == 8
    assert not SyncRun.objects.filter(lead_uid__in=[leads[0].uid, leads[9].uid]).exists()
