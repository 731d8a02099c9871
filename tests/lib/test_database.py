"""What our connections to PostgreSQL are told of silence, and tasks that find no database."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from celery.fixups.django import DjangoWorkerFixup  # type: ignore[attr-defined] # stubs of another version
from django.db import OperationalError, connection

from flowia import database, handing
from flowia.celery import app
from flowia.lib import stale

SHOWN = {"60s": "1min", "20s": "20000"}
"""As the server says them: the second is read back from the connection's own socket."""


def test_both_ends_are_told_when_to_give_the_other_up() -> None:
    told = database.options({}, pooled=False)
    assert told["tcp_user_timeout"] == 15_000
    assert "-c idle_in_transaction_session_timeout=60s" in told["options"]


def test_a_pooled_connection_says_nothing_for_its_session() -> None:
    assert "options" not in database.options({}, pooled=True)


def test_what_the_address_says_counts_more() -> None:
    told = database.options({"connect_timeout": 9, "options": "-c jit=off"}, pooled=False)
    assert (told["connect_timeout"], told["options"]) == (9, "-c jit=off")


@pytest.mark.django_db
@pytest.mark.skipif("sqlite" in str(connection.settings_dict["ENGINE"]), reason="of a server")
@pytest.mark.parametrize(("name", "value"), sorted(database.THEIRS.items()))
def test_the_server_knows_it(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        found = str(cursor.fetchone()[0])
    assert found == SHOWN.get(value, value)


def test_a_task_without_a_database_goes_back_into_its_queue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    back: list[Any] = []
    rested: list[float] = []

    def away() -> None:
        raise OperationalError

    @app.task(name="tests.never_run")
    def never_run(row_id: int) -> None:
        pytest.fail(f"it ran for {row_id}")

    monkeypatch.setattr(connection, "ensure_connection", away)
    monkeypatch.setattr("flowia.handing.time.sleep", rested.append)
    monkeypatch.setattr(never_run, "apply_async", lambda *asked, **_more: back.append(asked))
    never_run.push_request(called_directly=False)
    try:
        never_run(7)
    finally:
        never_run.pop_request()
        app.tasks.pop("tests.never_run")
    assert (back, rested) == ([((7,), {})], [handing.REST_SECONDS])


@pytest.mark.django_db(transaction=True)
def test_a_task_works_with_the_connection_of_the_one_before_while_it_is_good() -> None:
    around = DjangoWorkerFixup(app)
    used: list[Any] = []

    @app.task(name="tests.ask")
    def ask(_row_id: int) -> None:
        used.append(connection.connection)

    def run() -> None:
        ask.push_request(called_directly=False, is_eager=False)
        try:
            around.on_task_prerun(ask)
            ask(7)
            around.on_task_postrun(ask)
        finally:
            ask.pop_request()

    try:
        run()
        run()
        assert used[0] is used[1] is not None
        connection.close_at = time.monotonic() - 1
        run()
        assert used[2] is not used[1]
    finally:
        app.tasks.pop("tests.ask")


def test_only_workers_prepare_their_statements() -> None:
    assert "prepare_threshold" not in database.options({}, pooled=False)
    assert "server_side_binding" not in database.options({}, pooled=False)


def address() -> dict[str, Any]:
    """Return where the tests' database is, for a connection of its own."""
    names = {
        "NAME": "dbname",
        "USER": "user",
        "PASSWORD": "password",
        "HOST": "host",
        "PORT": "port",
    }
    told = connection.settings_dict
    return {name: told[one] for one, name in names.items() if told[one]}


@pytest.mark.parametrize(
    ("vendor", "pooled", "prepares"),
    [("postgresql", False, True), ("postgresql", True, False), ("sqlite", False, False)],
)
def test_behind_a_pooler_nothing_is_prepared(
    monkeypatch: pytest.MonkeyPatch, vendor: str, pooled: bool, prepares: bool
) -> None:
    options: dict[str, Any] = {}
    told = {"DISABLE_SERVER_SIDE_CURSORS": pooled, "OPTIONS": options}
    one = SimpleNamespace(vendor=vendor, settings_dict=told, execute_wrappers=[])
    monkeypatch.setattr(database, "connection", one)
    database.prepare_statements()
    assert (options == database.PREPARED, one.execute_wrappers) == (
        prepares,
        [stale.telling] * prepares,
    )


@pytest.fixture
def table() -> Iterator[str]:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite prepares nothing for a connection")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE widened (word varchar(5))")
        cursor.execute("INSERT INTO widened VALUES ('short')")
    yield "widened"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE widened")


@pytest.mark.django_db(transaction=True)
def test_a_task_that_meets_a_widened_column_is_done_anew(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    back: list[Any] = []
    read: list[str] = []

    @app.task(name="tests.read_widened")
    def read_widened(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT word FROM {table} WHERE %s > 0", [number])
            read.append(cursor.fetchone()[0])

    monkeypatch.setattr(read_widened, "apply_async", lambda *asked, **_more: back.append(asked))
    with connection.execute_wrapper(stale.telling):
        for _ in range(database.PREPARED["prepare_threshold"] + 2):
            read_widened(1)
        with psycopg.connect(**address(), autocommit=True) as other:
            other.execute(f"ALTER TABLE {table} ALTER COLUMN word TYPE varchar(50)".encode())
        done = len(read)

        read_widened(1)
    assert (len(read), len(back)) == (done, 1)
    read_widened(1)
    assert (len(read), len(back)) == (done + 1, 1)
