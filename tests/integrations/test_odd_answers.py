"""What no column holds and no release expects: it harms its own lead at most."""

import pytest
from pytest_django import Settings

from integrations import actions, queueing
from integrations.contracts import Written
from integrations.models import SyncRun
from integrations.records import record_from
from tests.integrations.tool import RECORD, Clock, Tool, connected, queued, row_of, run_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Clock:
    settings.SYNC_SETTLE_SECONDS = 0
    return Clock(monkeypatch)


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Tool:
    return Tool(monkeypatch)


@pytest.mark.parametrize(("length", "kept"), [(500, True), (501, False)])
def test_an_address_that_is_too_long_is_none(
    tool: Tool, now: Clock, monkeypatch: pytest.MonkeyPatch, length: int, kept: bool
) -> None:
    there = connected()
    [lead_uid] = queued(there)
    url = "https://n/".ljust(length, "a")
    monkeypatch.setattr(tool, "_write", lambda item: Written(item.record.lead_uid, "row-1", url))
    actions.turn(there.pk)
    row = row_of(lead_uid)
    assert (row.external_id, row.url) == ("row-1", url if kept else "")


def test_a_row_whose_identifier_is_too_long_fails_alone(
    tool: Tool, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = connected()
    long, short = queued(there, 2)
    names = {long: "r" * 129, short: "r" * 128}
    monkeypatch.setattr(
        tool, "_write", lambda item: Written(item.record.lead_uid, names[item.record.lead_uid])
    )
    actions.turn(there.pk)
    assert (run_of(long).status, run_of(long).error_code) == ("failed", "row_id_too_long")
    assert (run_of(short).status, row_of(short).external_id) == ("done", "r" * 128)


def test_a_payload_of_another_release_keeps_no_other_lead_waiting(tool: Tool, now: Clock) -> None:
    there = connected()
    odd, good = queued(there, 2)
    run = run_of(odd)
    SyncRun.objects.filter(pk=run.pk).update(payload={**run.payload, "of_a_newer_release": 1})
    actions.turn(there.pk)
    now.move(seconds=61)
    queueing.overdue(now=now.now)
    assert [run_of(odd).status, run_of(good).status] == ["done", "done"]


def test_what_a_payload_does_not_name_is_empty() -> None:
    whole = {"name": "Zoé", "evidence": ["combien"], "of_a_newer_release": [1]}
    record = record_from(whole)
    assert (record.name, record.evidence, record.summary) == ("Zoé", ("combien",), ())
    assert (record.lead_uid, record.phone, record_from({}).evidence) == ("", "", ())
    assert type(record) is type(RECORD)
