"""Redis dies or hangs: no message is lost, none is answered twice, no network waits for us."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.conftest import Breaker
from tests.faults.reckoning import reckon
from tests.journeys.envelopes import envelope, message, new_contact

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
QUESTION = "Bonjour, c'est combien la lampe Aube ?"
CROWD = 200
CROWD_SECONDS = 20.0
SETTLED_SECONDS, IDLE_SECONDS = 600, 90
TAKEN_SECONDS = 8


def test_redis_killed_among_two_hundred_messages_loses_and_doubles_none(driver: Breaker) -> None:
    contacts = [new_contact() for _ in range(CROWD)]
    pid = driver.stack.pids["valkey"]
    half = threading.Event()
    started = time.monotonic()

    def write(number: int) -> int:
        time.sleep(max(0.0, started + number * CROWD_SECONDS / CROWD - time.monotonic()))
        if number == CROWD // 2:
            half.set()
        return driver.post(envelope(message(contacts[number], QUESTION))).status

    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(write, range(CROWD))
        assert half.wait(60)
        os.kill(pid, signal.SIGKILL)
        assert set(answers) == {200}
    driver.worked_off(IDLE_SECONDS, in_all=SETTLED_SECONDS)

    found = reckon(contacts, driver.sends(), driver.fates())
    assert found.wrong == {}
    assert len(found.answered) + len(found.explained) == CROWD
    assert len(found.answered) == CROWD, {driver.fates()[one] for one in found.explained}
    assert driver.quota() == (CROWD, 0)
    driver.back("valkey", pid)


def test_a_hung_redis_delays_no_network_and_loses_nothing(sqlite_driver: Breaker) -> None:
    driver, pid = sqlite_driver, sqlite_driver.stack.pids["valkey"]
    contacts = [new_contact() for _ in range(6)]
    os.kill(pid, signal.SIGSTOP)
    try:
        answers = [driver.post(envelope(message(contact, QUESTION))) for contact in contacts]
    finally:
        os.kill(pid, signal.SIGCONT)

    assert [answered.status for answered in answers] == [200] * len(contacts)
    slowest = max(answered.seconds for answered in answers)
    assert slowest < TAKEN_SECONDS
    driver.at_rest(120)
    found = reckon(contacts, driver.sends(), driver.fates())
    assert (found.wrong, len(found.answered)) == ({}, len(contacts))
