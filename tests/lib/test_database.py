"""What our connections to PostgreSQL are told of silence, and tasks that find no database."""

import time
from typing import Any

import pytest
from celery.fixups.django import DjangoWorkerFixup  # type: ignore[attr-defined] # stubs of another version
from django.db import OperationalError, connection

from flowia import database, handing
from flowia.celery import app

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
