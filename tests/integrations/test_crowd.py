"""Twenty turns at once, and fifty workers that are killed: one at a time, and no row twice."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections
from pytest_django import Settings

from flowia.lib import clock
from integrations import actions
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import Connection, Item, Outcome, Written
from integrations.models import Integration, SyncedRow, SyncRun
from tests.integrations.tool import Tool, connected, queued, statuses

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = 50


def test_of_twenty_turns_at_once_one_has_the_tool(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.SYNC_SETTLE_SECONDS = 0
    tool, there = Tool(monkeypatch, batch=5), connected()
    queued(there, 40)
    inside: list[int] = []
    crowd: list[int] = []
    lock = threading.Lock()

    def meets(_lead_uid: str) -> None:
        with lock:
            inside.append(threading.get_ident())
            crowd.append(len(inside))
        time.sleep(0.002)
        with lock:
            inside.pop()

    tool.meets = meets

    def turns() -> None:
        try:
            while statuses() != {"done": 40}:
                actions.turn(there.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        for done in [pool.submit(turns) for _ in range(20)]:
            done.result()
    assert set(crowd) == {1}
    assert len(tool.rows) == 40
    assert SyncedRow.objects.count() == 40


class FileTool:
    """A tool whose rows are files, so that they outlive the worker that wrote them.

    `barrier` is told when a row stands there and its id is not saved yet; the worker then waits for
    its end.
    """

    def __init__(self, folder: Path, barrier: int | None = None) -> None:
        self.folder = folder
        self.barrier = barrier

    def push(self, connection: Connection, items: Sequence[Item]) -> Iterator[Outcome]:
        for item in items:
            connection.wait_turn([])
            found = item.row_id or next((path.name for path in self.of(item.record.lead_uid)), "")
            if not found:
                found = f"{item.record.lead_uid}.{time.monotonic_ns()}"
                (self.folder / found).write_text("")
                if self.barrier is not None:
                    os.write(self.barrier, b"x")
                    time.sleep(60)
            yield Written(item.record.lead_uid, found)

    def of(self, lead_uid: str) -> list[Path]:
        return list(self.folder.glob(f"{lead_uid}.*"))


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_fifty_workers_killed_before_the_row_is_known_leave_no_lead_twice(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    settings.SYNC_SETTLE_SECONDS = 0
    there = connected()
    leads = queued(there, KILLS + 10)
    use(monkeypatch, FileTool(tmp_path))
    for _ in range(KILLS):
        assert killed(monkeypatch, there, tmp_path)
        a_minute_passes()

    while SyncRun.objects.filter(status__in=["queued", "running"]).exists():
        actions.overdue(now=clock.now())
        actions.turn(there.pk)
    assert statuses() == {"done": len(leads)}
    rows = sorted(path.name.partition(".")[0] for path in tmp_path.iterdir())
    assert rows == sorted(leads)
    known = SyncedRow.objects.values_list("external_id", flat=True)
    assert sorted(known) == sorted(path.name for path in tmp_path.iterdir())


def use(monkeypatch: pytest.MonkeyPatch, tool: FileTool) -> None:
    monkeypatch.setitem(CONNECTORS, "notion", replace(CONNECTORS["notion"], push=tool.push))


def killed(monkeypatch: pytest.MonkeyPatch, there: Integration, folder: Path) -> bool:
    """Let a worker of its own take a turn, and kill it when it has written a row."""
    readable, writable = os.pipe()
    connections.close_all()
    child = os.fork()
    if not child:
        with suppress(BaseException):
            use(monkeypatch, FileTool(folder, writable))
            actions.overdue(now=clock.now())
            actions.turn(there.pk)
        os._exit(1)
    os.close(writable)
    reached = os.read(readable, 1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(readable)
    return bool(reached)


def a_minute_passes() -> None:
    """Let the leases of the one that was killed end."""
    over = clock.now() - timedelta(seconds=1)
    Integration.objects.update(busy_until=over)
    SyncRun.objects.filter(status="running").update(next_at=over)
