"""A tool in a dictionary, behind the connectors' contract: told what to refuse, killed at will."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.ids import uuid7
from integrations import actions
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import (
    Connection,
    Item,
    LeadRecord,
    NotWritten,
    Outcome,
    Written,
)
from integrations.models import Integration, SyncedRow, SyncRun
from tests.factories import make_workspace
from tests.processing.queueing import Clock

RECORD = LeadRecord(
    lead_uid="", name="Zoé", level="warm", phone="", network="instagram", evidence=("combien",),
    intent="price", updated_at="2026-11-20T12:00:00+00:00",
)  # fmt: skip


class Tool:
    """`rows` are what stands there: row id → record. `meets` is asked before each lead's call."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, batch: int = 3) -> None:
        self.rows: dict[str, LeadRecord] = {}
        self.batches: list[list[str]] = []
        self.meets: Callable[[str], NotWritten | None] = lambda _lead_uid: None
        self.numbers = count(1)
        self.erased: list[str] = []
        mine: dict[str, Any] = {"push": self._push, "erase": self._erase, "present": self._present}
        monkeypatch.setitem(
            CONNECTORS, "notion", replace(CONNECTORS["notion"], batch=batch, **mine)
        )

    def of(self, lead_uid: str) -> list[str]:
        """The rows in which the lead stands."""
        return [row for row, record in self.rows.items() if record.lead_uid == lead_uid]

    @property
    def calls(self) -> int:
        return len(self.batches)

    def _push(self, connection: Connection, items: Sequence[Item]) -> Iterator[Outcome]:
        self.batches.append([item.record.lead_uid for item in items])
        for item in items:
            connection.wait_turn([])
            yield self.meets(item.record.lead_uid) or self._write(item)

    def _write(self, item: Item) -> Outcome:
        lead_uid = item.record.lead_uid
        found = [item.row_id] if item.row_id else self.of(lead_uid)
        if len(found) > 1:
            return NotWritten(lead_uid, "row_duplicated")
        if found and found[0] not in self.rows:
            return NotWritten(lead_uid, "row_missing")
        row = found[0] if found else f"row-{next(self.numbers)}"
        self.rows[row] = item.record
        return Written(lead_uid, row, f"https://tool.example/{row}", created=not found)

    def _erase(self, _connection: Connection, lead_uid: str, _row_id: str) -> None:
        self.erased.append(lead_uid)

    def _present(self, _connection: Connection) -> Iterator[tuple[str, str]]:
        self.meets("present")
        for row, record in list(self.rows.items()):
            yield record.lead_uid, row


def connected(workspace: Workspace | None = None, kind: str = "notion") -> Integration:
    """Return a tool that is connected."""
    made = Integration(
        workspace=workspace or make_workspace(), kind=kind, target={"t": 1}, field_map={"name": "N"}
    )
    made.seal({"token": "invente"})
    made.save()
    return made


def queued(
    tool: Integration, number: int = 1, *, now: datetime | None = None, **changes: Any
) -> list[str]:
    """Queue the pushes of so many leads that are due now; returns the leads' ids."""
    leads = [str(uuid7()) for _ in range(number)]
    for lead_uid in leads:
        push(tool, lead_uid, now=now, **changes)
    return leads


def push(tool: Integration, lead_uid: str, *, now: datetime | None = None, **changes: Any) -> None:
    record = replace(RECORD, lead_uid=lead_uid, **changes)
    actions.queue_push(tool.workspace, record, now=now or clock.now(), request_id="r")


def run_of(lead_uid: str) -> SyncRun:
    """The lead's newest push."""
    found = SyncRun.objects.filter(lead_uid=UUID(lead_uid)).order_by("-pk").first()
    assert found is not None
    return found


def row_of(lead_uid: str) -> SyncedRow:
    return SyncedRow.objects.get(lead_uid=UUID(lead_uid))


def statuses() -> dict[str, int]:
    """Return how many pushes there are of each status."""
    found: dict[str, int] = {}
    for status in SyncRun.objects.values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found


__all__ = ["RECORD", "Clock", "Tool", "connected", "push", "queued", "row_of", "run_of", "statuses"]
