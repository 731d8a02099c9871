"""The lean system of the benchmark goes its whole way, and is measured."""

from pathlib import Path

import pytest

from benchmarks.throughput.costs import trees
from benchmarks.throughput.measuring import whole_way
from benchmarks.throughput.services import running
from benchmarks.throughput.systems import known, prepared, started

MESSAGES = 5


@pytest.mark.slow
def test_five_messages_are_answered_and_their_leads_written(tmp_path: Path) -> None:
    with running(tmp_path) as services, services.server.database() as database:
        system = known(services, tmp_path, settle=0)["limit"]
        prepared(system, database, tmp_path / "prepare.log")
        with started(system, database, tmp_path) as one:
            told, counts = whole_way(one, services, 0, MESSAGES, 2)
            cost = trees(one.pids, memory=True)
    assert len(told["taken"]) == MESSAGES
    assert counts["calls"] == {"model": MESSAGES, "send": MESSAGES, "upsert": MESSAGES}
    assert (counts["answered"], counts["leads"], counts["again"]) == (MESSAGES, MESSAGES, [])
    # A main process with its children: two of gunicorn's, five and three of Celery's.
    assert {name: len(tree.pids) for name, tree in cost.items()} == {
        "web": 3,
        "worker-incoming": 6,
        "worker-reply": 4,
    }
    assert all(tree.seconds > 0 and tree.megabytes > 0 for tree in cost.values())
