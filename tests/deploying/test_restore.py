"""A backup of real, busy processes, put back after they went on: nothing leaves twice."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import migrated, postgres
from tests.conftest import QUICK
from tests.journeys.driver import Driver, eventually
from tests.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
QUESTION = "Bonjour, c'est combien la lampe Aube ?"


@contextmanager
def asleep(stack: Stack, name: str) -> Iterator[None]:
    """Let a worker take nothing for a while."""
    pid = stack.pids[name]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def statuses(driver: Driver) -> dict[str, tuple[str, str]]:
    """Return of each contact the status and the error of the answer to them."""
    rows = driver.rows(
        "SELECT c.external_id, d.status, d.error_code FROM processing_delivery d"
        " JOIN processing_message m ON m.id = d.message_id"
        " JOIN processing_conversation v ON v.id = m.conversation_id"
        " JOIN processing_contact c ON c.id = v.contact_id"
    )
    return {str(contact): (str(status), str(code)) for contact, status, code in rows}


class Embedded:
    """SQLite: one command makes the copy, and one puts it back and holds what waits in it."""

    def __init__(self, folder: Path) -> None:
        self.copy = str(folder / "copy.sqlite3")
        self.environment: dict[str, str] = {}
        (folder / "var").mkdir()
        migrated.copy_to(folder / "var" / "flowia.sqlite3")

    def back_up(self, stack: Stack) -> None:
        made = stack.manage("backup", self.copy)
        assert made.returncode == 0, made.stderr

    def put_back(self, stack: Stack) -> None:
        done = stack.manage("restore", self.copy)
        assert done.returncode == 0, done.stderr


class Server:
    """PostgreSQL: its own programs, then the steps of docs/backups.md in the new database."""

    def __init__(self, folder: Path, url: str, new_url: str) -> None:
        self.copy, self.new_url = str(folder / "copy.dump"), new_url
        self.environment = {"DATABASE_URL": url}

    def back_up(self, stack: Stack) -> None:
        url = stack.environment["DATABASE_URL"]
        _run("pg_dump", "-Fc", "--no-owner", "--no-privileges", url, "-f", self.copy)

    def put_back(self, stack: Stack) -> None:
        _run("pg_restore", "--exit-on-error", "--no-owner", "-d", self.new_url, self.copy)
        stack.environment["DATABASE_URL"] = self.new_url
        for step in ("migrate", "after_restore"):
            done = stack.manage(step)
            assert done.returncode == 0, done.stderr


def _run(name: str, *words: str) -> None:
    program = postgres.program(name)
    assert program is not None
    subprocess.run([program, *words], check=True, timeout=120)


@pytest.fixture(params=["sqlite", "postgres"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Embedded | Server]:
    """Give each way to make a backup and to put it back."""
    if request.param == "sqlite":
        yield Embedded(tmp_path)
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    if not (postgres.program("pg_dump") and postgres.program("pg_restore")):
        reason = "no pg_dump and pg_restore beside the server"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with server.database(like=migrated.template()) as url, server.database() as new_url:
        yield Server(tmp_path, url, new_url)


def test_what_left_after_the_backup_does_not_leave_again(
    tmp_path: Path, way: Embedded | Server
) -> None:
    stack = Stack(tmp_path / "var", {**QUICK, "LOOK_UP_SECONDS": "1", **way.environment})
    stack.start()
    try:
        driver = Driver(stack)
        with asleep(stack, "worker-reply"):
            queued = [driver.write(QUESTION) for _number in range(2)]
            eventually(
                lambda: [status for status, _code in statuses(driver).values()] == ["queued"] * 2,
                what=lambda: str(statuses(driver)),
            )
            with asleep(stack, "worker-incoming"):
                heard = driver.write(QUESTION)
                way.back_up(stack)
        for contact in (*queued, heard):
            driver.answer_to(contact)
        stack.stop()

        way.put_back(stack)
        assert set(statuses(driver).values()) == {("unconfirmed", "restored")}

        stack.start()
        driver.token = ""
        eventually(
            lambda: set(statuses(driver).values()) == {("sent", "")},
            what=lambda: str(statuses(driver)),
        )
        assert driver.outcome(heard) == ("silent", "restored")
        assert driver.conversation(heard)["handoff_reason"] == "restored"
        newcomer = driver.write(QUESTION)
        again = driver.write("Et la lampe Nuit, elle coûte combien ?", contact=heard)
        driver.answer_to(newcomer)
        driver.answer_to(again, number=2)
        sends = {contact: len(driver.sends(contact)) for contact in (*queued, heard, newcomer)}
        assert sends == {**dict.fromkeys(queued, 1), heard: 2, newcomer: 1}
        stack.stop()
    finally:
        stack.kill()
