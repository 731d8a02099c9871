"""A backup of real, busy processes, put back after they went on: nothing leaves twice."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

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


def test_what_left_after_the_backup_does_not_leave_again(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "var", {**QUICK, "LOOK_UP_SECONDS": "1"})
    copy = tmp_path / "copy.sqlite3"
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
                made = stack.manage("backup", str(copy))
                assert made.returncode == 0, made.stderr
        for contact in (*queued, heard):
            driver.answer_to(contact)
        stack.stop()

        put_back = stack.manage("restore", str(copy))
        assert put_back.returncode == 0, put_back.stderr
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
