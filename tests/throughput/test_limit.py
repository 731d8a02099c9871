"""The lean system of the benchmark goes its whole way, and is measured."""

import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from benchmarks.throughput.costs import trees
from benchmarks.throughput.measuring import whole_way
from benchmarks.throughput.services import running
from benchmarks.throughput.systems import known, prepared, started
from benchmarks.throughput.world import WEBHOOK, signature, webhook
from sandbox import demo
from tests.faults.storm.limited import Limit
from tests.faults.storm.network import post
from tests.faults.storm.witness import outside
from tests.faults.storm.world import World
from tests.journeys.envelopes import envelope, message, new_contact, signed
from tests.postgres import has_binaries
from tests.stack import wait_until

MESSAGES = 5
CALLS = 40
COMMITS = b"SELECT pg_current_xact_id()::text::bigint"
"""Every transaction that writes takes the next number; the question takes one, too."""
ACCOUNTS = {
    demo.PAGE_ID: "page",
    demo.SECOND_PAGE_ID: "page",
    demo.THIRD_PAGE_ID: "page",
    demo.INSTAGRAM_ID: "instagram",
}


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


@pytest.mark.slow
def test_a_webhook_is_one_commit(tmp_path: Path) -> None:
    with running(tmp_path) as services, services.server.database() as database:
        system = known(services, tmp_path, settle=0)["limit"]
        prepared(system, database, tmp_path / "prepare.log")
        with started(system, database, tmp_path, only_web=True) as one:
            address = f"http://127.0.0.1:{one.port}{WEBHOOK}"
            before = _commits(database)
            for number in range(CALLS):
                body = webhook(number, time.time())
                assert post(address, body, {"X-Hub-Signature-256": signature(body)}) == 200
            single = _commits(database) - before
            together = [message(new_contact(), "Bonjour") for _ in range(CALLS)]
            body = envelope(*together)
            assert post(address, body, signed(body)) == 200
            several = _commits(database) - before - single
    # PostgreSQL's own care for its tables may commit something meanwhile.
    assert CALLS < single < CALLS * 1.25
    assert several < CALLS / 4


@pytest.mark.slow
@pytest.mark.skipif(not has_binaries(), reason="no PostgreSQL of our own")
def test_each_account_answers_with_its_own_token(tmp_path: Path) -> None:
    system = Limit(World(tmp_path / "storm"))
    people = {
        account: new_contact(16 if kind == "instagram" else 17)
        for account, kind in ACCOUNTS.items()
    }
    try:
        system.world.start()
        system.start()
        for account, contact in people.items():
            body = envelope(message(contact, "Bonjour", page=account), kind=ACCOUNTS[account])
            assert post(system.webhook, body, signed(body)) == 200
        wait_until(lambda: system.work().left == 0, 60)
        logs = outside(system.world.folder / "world" / "sandbox.sqlite3")
    finally:
        system.world.stop()
    assert Counter(one.contact for one in logs.accepted) == Counter(people.values())


def _commits(database: str) -> int:
    with psycopg.connect(database, autocommit=True) as connection:
        row = connection.execute(COMMITS).fetchone()
    return int(row[0]) if row else 0
