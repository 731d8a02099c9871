"""A worker's turn at a tool: batches, patience, back-off, and people who change rows there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import Settings

from integrations import actions, leases
from integrations.contracts import ConnectorError, NotWritten
from integrations.models import Integration, SyncedRow, SyncRun
from integrations.outcomes import BACKOFF_SECONDS, Pushed
from integrations.records import record_from
from tests.integrations.tool import (
    RECORD,
    Clock,
    Tool,
    connected,
    push,
    queued,
    row_of,
    run_of,
    statuses,
)

pytestmark = pytest.mark.django_db
LATER = ConnectorError("unreachable", retryable=True)
Meets = Callable[[str], NotWritten | None]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Clock:
    settings.SYNC_SETTLE_SECONDS = 0
    return Clock(monkeypatch)


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Tool:
    return Tool(monkeypatch)


@pytest.fixture
def there(now: Clock) -> Integration:
    return connected()


def failing(error: ConnectorError, *leads: str) -> Meets:
    """What `Tool.meets` does when `leads` (or all) meet an error."""

    def meets(lead_uid: str) -> NotWritten | None:
        if not leads or lead_uid in leads:
            raise error
        return None

    return meets


def refusing(code: str, *leads: str) -> Meets:
    return lambda lead_uid: NotWritten(lead_uid, code) if lead_uid in leads else None


def test_what_is_due_is_written_in_batches_with_a_receipt_each(
    tool: Tool, there: Integration, now: Clock
) -> None:
    leads = queued(there, 7)
    told: list[Pushed] = []

    assert actions.turn(there.pk, tell=told.append) is False
    assert [len(batch) for batch in tool.batches] == [3, 3, 1]
    assert statuses() == {"done": 7}
    assert [one.lead_uid for one in told if one.ok] == leads
    row = row_of(leads[0])
    assert (row.external_id, row.url) == ("row-1", "https://tool.example/row-1")
    assert (row.state, row.written_at) == ("present", now.now)
    there.refresh_from_db()
    assert (there.busy_until, there.written_at) == (None, now.now)


def test_what_is_equal_is_not_written_again(tool: Tool, there: Integration) -> None:
    (lead,) = queued(there)
    actions.turn(there.pk)
    push(there, lead)
    actions.turn(there.pk)
    assert (tool.calls, statuses()) == (1, {"done": 1, "unchanged": 1})

    push(there, lead, level="hot")
    actions.turn(there.pk)
    assert (tool.calls, tool.rows["row-1"].level) == (2, "hot")


@pytest.mark.parametrize(
    "change", [{"target": {"t": 2}}, {"field_map": {"name": "N", "phone": "P"}}]
)
def test_another_table_or_other_columns_make_everything_differ(
    tool: Tool, there: Integration, change: dict[str, dict[str, str]]
) -> None:
    (lead,) = queued(there)
    actions.turn(there.pk)
    Integration.objects.update(**change)
    push(there, lead)
    actions.turn(there.pk)
    assert (tool.calls, statuses()) == (2, {"done": 2})


def test_a_lead_settles_and_its_newest_values_keep_its_place(
    tool: Tool, there: Integration, now: Clock, settings: Settings
) -> None:
    settings.SYNC_SETTLE_SECONDS = 5
    first, second = queued(there, 2)
    now.move(seconds=4)
    push(there, first, level="hot")
    assert actions.turn(there.pk) is False
    assert tool.calls == 0

    now.move(seconds=1)
    actions.turn(there.pk)
    assert tool.batches == [[first, second]]
    assert tool.rows["row-1"].level == "hot"


def test_a_change_goes_before_a_members_order(tool: Tool, there: Integration, now: Clock) -> None:
    ordered = queued(there, 4)
    order = actions.place(there, "full", now=now.now)
    SyncRun.objects.update(order=order)
    (changed,) = queued(there)
    actions.turn(there.pk)
    assert tool.batches[0] == [changed, *ordered[:2]]


def test_patience_is_no_failure(tool: Tool, there: Integration, now: Clock) -> None:
    first, second, third = queued(there, 3)
    throttled = ConnectorError("rate_limited", retryable=True, retry_after=90, throttled=True)
    tool.meets = failing(throttled, second)

    assert actions.turn(there.pk) is False
    there.refresh_from_db()
    assert there.held_until == now.now + timedelta(seconds=90)
    assert [run_of(lead).status for lead in (first, second, third)] == ["done", "queued", "queued"]
    assert {run_of(lead).attempts for lead in (second, third)} == {0}
    assert not actions.tools_due(now.now).exists()
    assert actions.turn(there.pk) is False
    assert tool.calls == 1

    tool.meets = lambda _lead: None
    now.move(seconds=90)
    assert [one.pk for one in actions.tools_due(now.now)] == [there.pk]
    actions.turn(there.pk)
    assert statuses() == {"done": 3}


def test_a_lead_that_fails_waits_longer_each_time_and_is_buried_after_four(
    tool: Tool, there: Integration, now: Clock
) -> None:
    bad, *good = queued(there, 5)
    tool.meets = failing(LATER, bad)
    told: list[Pushed] = []
    for pause in BACKOFF_SECONDS:
        actions.turn(there.pk, tell=told.append)
        assert run_of(bad).next_at == now.now + timedelta(seconds=pause)
        now.move(seconds=pause)
    actions.turn(there.pk, tell=told.append)

    assert (run_of(bad).status, run_of(bad).attempts) == ("failed", 4)
    assert [run_of(lead).status for lead in good] == ["done"] * 4
    assert [(one.lead_uid, one.code) for one in told if one.buried] == [(bad, "unreachable")]


def test_a_tool_that_only_fails_is_left_alone_for_a_while(
    tool: Tool, there: Integration, now: Clock
) -> None:
    queued(there, 30)
    tool.meets = failing(LATER)
    assert actions.turn(there.pk) is False
    there.refresh_from_db()
    assert (tool.calls, there.held_until) == (3, now.now + timedelta(seconds=BACKOFF_SECONDS[0]))
    assert sum(SyncRun.objects.values_list("attempts", flat=True)) == 3


NEEDS = ["needs_login", "needs_attention", "needs_mapping"]


@pytest.mark.parametrize("needs", NEEDS)
def test_pushes_wait_for_a_tool_that_has_to_be_mended(
    tool: Tool, there: Integration, now: Clock, needs: str
) -> None:
    (lead,) = queued(there)
    tool.meets = failing(ConnectorError("unauthorized", needs=needs))
    told: list[Pushed] = []
    actions.turn(there.pk, tell=told.append)
    there.refresh_from_db()
    assert (there.status, there.status_reason) == (needs, "unauthorized")
    assert (run_of(lead).status, run_of(lead).attempts) == ("queued", 0)
    assert [(one.ok, one.buried) for one in told] == [(False, False)]

    more = queued(there, 2)
    tool.meets = lambda _lead: None
    assert actions.turn(there.pk) is False
    assert tool.calls == 1
    actions.resume(there, now=now.now)
    actions.turn(there.pk)
    assert {run_of(one).status for one in (lead, *more)} == {"done"}


@pytest.mark.parametrize("status", ["paused", "setting_up"])
def test_nothing_is_queued_for_a_tool_that_is_paused_or_set_up(
    tool: Tool, there: Integration, status: str
) -> None:
    Integration.objects.update(status=status)
    queued(there)
    assert not SyncRun.objects.exists()


def test_a_tool_that_is_paused_in_mid_turn_is_left_at_once(tool: Tool, there: Integration) -> None:
    leads = queued(there, 6)

    def pause(lead_uid: str) -> None:
        if lead_uid == leads[0]:
            Integration.objects.update(status="paused")

    tool.meets = pause
    assert actions.turn(there.pk) is False
    assert statuses() == {"done": 3, "queued": 3}  # what had begun is finished


def test_a_row_that_people_took_away_is_left_alone_until_a_member_wants_it(
    tool: Tool, there: Integration, now: Clock
) -> None:
    (lead,) = queued(there)
    actions.turn(there.pk)
    tool.rows.clear()
    push(there, lead, level="hot")
    told: list[Pushed] = []
    actions.turn(there.pk, tell=told.append)
    assert (run_of(lead).status, run_of(lead).error_code) == ("failed", "row_missing")
    assert row_of(lead).state == "missing"
    assert [one.buried for one in told] == [False]

    push(there, lead, level="cold")
    assert SyncRun.objects.count() == 2

    record = next(iter(SyncRun.objects.filter(status="failed"))).payload
    actions.rewrite(row_of(lead), record_from(record), now=now.now, request_id="")
    actions.turn(there.pk)
    assert (row_of(lead).state, row_of(lead).external_id) == ("present", "row-2")


def test_a_lead_that_stands_twice_waits_until_people_mended_it(
    tool: Tool, there: Integration, now: Clock
) -> None:
    (lead,) = queued(there)
    actions.turn(there.pk)
    tool.rows["copy"] = tool.rows["row-1"]
    SyncedRow.objects.update(external_id="")
    push(there, lead, level="hot")
    actions.turn(there.pk)
    assert (run_of(lead).error_code, row_of(lead).state) == ("row_duplicated", "duplicated")
    push(there, lead, level="cold")
    assert run_of(lead).status == "failed"

    del tool.rows["copy"]
    assert actions.reopen_push(
        run_of(lead).pk, replace(RECORD, lead_uid=lead, level="cold"), now=now.now
    )
    actions.turn(there.pk)
    assert (run_of(lead).status, tool.rows["row-1"].level) == ("done", "cold")


def test_a_push_that_waited_while_its_row_went_is_not_written(
    tool: Tool, there: Integration
) -> None:
    (lead,) = queued(there)
    actions.turn(there.pk)
    push(there, lead, level="hot")
    SyncedRow.objects.update(state="missing")
    actions.turn(there.pk)
    assert (run_of(lead).status, run_of(lead).error_code) == ("failed", "row_missing")
    assert tool.calls == 1


def test_a_value_that_the_tool_refuses_is_buried_and_tried_with_the_next_change(
    tool: Tool, there: Integration
) -> None:
    bad, good = queued(there, 2)
    tool.meets = refusing("INVALID_VALUE_FOR_COLUMN", bad)
    told: list[Pushed] = []
    actions.turn(there.pk, tell=told.append)
    assert [(one.lead_uid, one.buried) for one in told] == [(bad, True), (good, False)]

    tool.meets = lambda _lead: None
    push(there, bad, phone="+33612345678")
    actions.turn(there.pk)
    assert run_of(bad).status == "done"


def test_a_batch_that_is_refused_as_a_whole_is_tried_lead_by_lead(
    tool: Tool, there: Integration, now: Clock
) -> None:
    first, bad, third = queued(there, 3)

    def refuse(_lead_uid: str) -> None:
        if bad in tool.batches[-1]:
            raise ConnectorError("http_413")

    tool.meets = refuse
    while actions.turn(there.pk):
        now.move(seconds=1)
    assert [run_of(lead).status for lead in (first, bad, third)] == ["done", "failed", "done"]


def test_what_kills_its_worker_takes_no_others_along(
    tool: Tool, there: Integration, now: Clock
) -> None:
    first, bad, third = queued(there, 3)

    def crash(lead_uid: str) -> None:
        if lead_uid == bad:
            raise MemoryError

    tool.meets = crash
    for _ in range(8):
        try:
            actions.turn(there.pk)
        except MemoryError:
            now.move(seconds=61)
            actions.overdue(now=now.now)
    assert [run_of(lead).status for lead in (first, bad, third)] == ["done", "failed", "done"]
    assert run_of(bad).error_code == "gave_up"


def test_who_lost_the_lease_stops_and_keeps_nothing(
    tool: Tool, there: Integration, now: Clock
) -> None:
    first, second, _third = queued(there, 3)
    other: list[leases.Lease | None] = []

    def oversleep(lead_uid: str) -> None:
        if lead_uid == first:
            now.move(seconds=61)
            other.append(leases.take(there.pk))

    tool.meets = oversleep
    actions.turn(there.pk)
    assert other[0] is not None
    assert tool.of(second) == []  # the next call asked for the lease first
    there.refresh_from_db()
    assert there.busy_until == other[0].until

    actions.overdue(now=now.now)
    assert run_of(second).status == "running"  # somebody works there: nothing is taken from them
    other[0].give_back()
    actions.overdue(now=now.now)
    tool.meets = lambda _lead: None
    actions.turn(there.pk)
    assert sorted(record.lead_uid for record in tool.rows.values()) == sorted(
        {str(run.lead_uid) for run in SyncRun.objects.all()}
    )


def test_a_plan_opens_the_first_tools_and_nothing_waits_for_the_others(
    tool: Tool, there: Integration
) -> None:
    second = connected(there.workspace, "airtable")
    queued(there)
    assert {run.integration_id for run in SyncRun.objects.all()} == {there.pk, second.pk}
    SyncRun.objects.all().delete()
    opened = actions.opened(there.workspace, 1)
    assert [one.pk for one in opened] == [there.pk]
    record = replace(RECORD, lead_uid=str(there.uid))
    found = actions.queue_push(
        there.workspace, record, now=there.created_at, request_id="", tools=1
    )
    assert found == [there.pk]


def test_an_old_failure_is_not_tried_again_over_newer_values(
    tool: Tool, there: Integration, now: Clock
) -> None:
    (lead,) = queued(there)
    tool.meets = refusing("INVALID_VALUE_FOR_COLUMN", lead)
    actions.turn(there.pk)
    old = run_of(lead)
    tool.meets = lambda _lead: None
    push(there, lead, level="hot")
    actions.turn(there.pk)

    assert not actions.reopen_push(old.pk, replace(RECORD, lead_uid=lead), now=now.now)
    assert tool.rows["row-1"].level == "hot"
