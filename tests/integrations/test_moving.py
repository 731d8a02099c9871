"""A tool gets another table, also while a worker writes into the one before."""

import pytest
from pytest_django import Settings

from flowia.lib import clock
from integrations import actions, orders
from integrations.connecting import connection_of
from integrations.contracts import NotWritten
from integrations.digests import digest_of
from integrations.models import Integration, SyncedRow, SyncOrder, SyncRun
from tests.integrations.tool import RECORD, Clock, Tool, connected, queued, row_of, statuses

pytestmark = pytest.mark.django_db
ELSEWHERE = {"t": 2}


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Integration:
    settings.SYNC_SETTLE_SECONDS = 0
    Clock(monkeypatch)
    return connected()


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Tool:
    return Tool(monkeypatch)


def begin_anew(there: Integration) -> None:
    """Choose the columns of the table that was chosen."""
    there.refresh_from_db()
    there.field_map = {"name": "N"}
    there.save(update_fields=["field_map"])
    actions.resume(there, now=clock.now())


def test_nothing_stands_there_yet_and_nothing_waits(tool: Tool, there: Integration) -> None:
    queued(there, 2)
    actions.turn(there.pk)
    queued(there, 1)
    order = orders.place(there, SyncOrder.Kind.FULL, now=clock.now())

    actions.moved(there, ELSEWHERE)
    there.refresh_from_db()
    assert (there.status, there.target, there.field_map) == ("setting_up", ELSEWHERE, {})
    assert not SyncedRow.objects.exists()
    assert statuses() == {"done": 2}
    order.refresh_from_db()
    assert order.status == "cancelled"
    assert actions.turn(there.pk) is False


@pytest.mark.parametrize("again", [False, True])
def test_who_writes_at_that_moment_keeps_nothing_of_it(
    tool: Tool, there: Integration, again: bool
) -> None:
    leads = queued(there, 7)

    def moving(lead_uid: str) -> NotWritten | None:
        if lead_uid == leads[1]:
            actions.moved(there, ELSEWHERE)
            if again:
                begin_anew(there)
        return None

    tool.meets = moving
    actions.turn(there.pk)
    # The one that was on its way arrived in the table before: nobody notes it for the new one.
    assert tool.calls == 1
    assert not SyncedRow.objects.exists()
    assert not SyncRun.objects.exclude(status="done").exists()
    there.refresh_from_db()
    assert there.status == ("active" if again else "setting_up")


def test_the_tool_may_be_taken_at_once(tool: Tool, there: Integration) -> None:
    [lead] = queued(there)
    Integration.objects.update(busy_until=clock.now().replace(year=2030))
    actions.moved(there, ELSEWHERE)
    begin_anew(there)
    queued(there)
    actions.turn(there.pk)
    assert tool.calls == 1
    assert statuses() == {"done": 1}
    assert not SyncRun.objects.filter(lead_uid=lead).exists()


def test_what_people_call_the_table_changes_nothing_that_was_written(there: Integration) -> None:
    def digest(**words: str) -> str:
        there.target = {"t": 1, **words}
        return digest_of("notion", connection_of(there), RECORD)

    named = digest(key="k", name="Clients", url="https://a.example", spreadsheet="x")
    assert named == digest()
    assert named != digest(t="2")


def test_a_row_is_known_by_its_own_table_alone(tool: Tool, there: Integration) -> None:
    [lead] = queued(there)
    actions.turn(there.pk)
    assert row_of(lead).external_id
    actions.moved(there, ELSEWHERE)
    assert not SyncedRow.objects.filter(lead_uid=lead).exists()
