"""A tool that is disconnected while somebody sets it up, pauses it or resumes it."""

import time
from dataclasses import replace
from typing import Any

import pytest

from accounts import audit
from flowia.lib import clock
from flowia.lib.errors import FlowError
from flowia.lib.ids import uuid7
from integrations import actions, leases, setting_up
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import Account, Column, Connection, ConnectorError
from integrations.models import Integration, Removal
from processing import tooling
from tests.integrations.tool import connected

pytestmark = pytest.mark.django_db
COLUMNS = [Column(name, name, "text", frozenset({form})) for name, form in
           (("N", "title"), ("I", "text"))]  # fmt: skip


def test_a_tool_that_is_gone_is_neither_paused_nor_resumed() -> None:
    there = connected()
    Integration.objects.filter(pk=there.pk).delete()
    for paused in (True, False):
        with pytest.raises(setting_up.NotConnectedError):
            setting_up.set_paused(there, paused=paused, by=audit.SYSTEM)
    actions.resume(there, now=clock.now())
    assert not Integration.objects.exists()


def test_columns_of_a_tool_that_is_gone_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    there = connected()

    def columns(_connection: Connection) -> list[Column]:
        Integration.objects.filter(pk=there.pk).delete()
        return COLUMNS

    answering(monkeypatch, columns=columns)
    with pytest.raises(setting_up.NotConnectedError):
        setting_up.set_columns(there, {"name": "N", "lead_id": "I"}, [], by=audit.SYSTEM)


def test_a_test_of_the_old_key_says_nothing_of_the_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = connected()

    def check(_connection: Connection) -> Account:
        fresh = Integration.objects.get(pk=there.pk)
        fresh.seal({"token": "nouveau"})
        fresh.save()
        raise ConnectorError("unauthorized", needs="needs_login")

    answering(monkeypatch, check=check)
    with pytest.raises(FlowError):
        setting_up.test_tool(there)
    there.refresh_from_db()
    assert there.status == "active"


def test_erased_people_leave_when_the_worker_that_has_the_tool_is_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = connected()
    removal = Removal.objects.create(
        workspace=there.workspace, integration=there, lead_uid=uuid7(), next_at=clock.now()
    )
    lease = leases.take(there.pk)
    assert lease is not None
    erased: list[str] = []
    answering(monkeypatch, erase=lambda _connection, lead_uid, _row_id: erased.append(lead_uid))
    monkeypatch.setattr(time, "sleep", lambda _seconds: lease.give_back())
    tooling.disconnect(there, anyway=False, by=audit.SYSTEM)
    assert erased == [str(removal.lead_uid)]
    assert not Integration.objects.exists()


def answering(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> None:
    """Let the connector do this instead."""
    monkeypatch.setitem(CONNECTORS, "notion", replace(CONNECTORS["notion"], **changed))
