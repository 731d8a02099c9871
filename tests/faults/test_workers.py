"""A worker is killed in the middle of a call that may or may not have been carried out."""

import pytest

from tests.faults.conftest import Breaker
from tests.journeys.driver import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
QUESTION = "Bonjour, c'est combien la lampe Aube ?"
SEND_LEASE = 30
ANSWER_LEASE = 60
THINKING = "outcome = '' AND next_at IS NOT NULL"


def kill_in_mid_send(driver: Breaker) -> tuple[str, str]:
    """Kill the sender once the network has the message; the contact and the message's id."""
    driver.sandbox("/options", {"echo": False})
    driver.fault("graph", "timeout_after_acceptance", seconds=25)
    contact, pid = driver.write(QUESTION), driver.stack.pids["worker-reply"]
    (send,) = eventually(lambda: driver.sends(contact), what="the network has the message")
    driver.kill("worker-reply")
    assert driver.fates()[contact].delivery == "sending"
    driver.back("worker-reply", pid)
    return contact, send["external_id"]


def test_a_send_whose_worker_died_is_completed_by_its_echo(driver: Breaker) -> None:
    contact, mid = kill_in_mid_send(driver)
    driver.sandbox("/echo", {"mid": mid})

    eventually(lambda: driver.fates()[contact].delivery == "sent", what="sent, by its echo")
    driver.at_rest()
    assert "confirmed_by_echo" in [row["reason"] for row in driver.ledger(contact, "delivery")]
    assert sends(driver, contact) == 1
    assert driver.quota() == (1, 0)
    assert driver.conversation(contact)["handoff_reason"] == ""


def test_workers_that_died_thinking_and_sending_lose_nothing_and_send_nothing_twice(
    driver: Breaker,
) -> None:
    thinking = kill_in_mid_thought(driver)
    sending, mid = kill_in_mid_send(driver)

    driver.end_lease("processing_delivery", "status = 'sending'", at_most=SEND_LEASE)
    eventually(
        lambda: driver.fates()[sending].delivery == "unconfirmed",
        what="unconfirmed when the lease is over",
    )
    assert driver.conversation(sending)["handoff_reason"] == "send_unconfirmed"
    assert sends(driver, sending) == 1
    driver.sandbox("/echo", {"mid": mid})
    eventually(lambda: driver.fates()[sending].delivery == "sent", what="a late echo")
    eventually(lambda: driver.conversation(sending)["handoff_reason"] == "")

    driver.end_lease("processing_message", THINKING, at_most=ANSWER_LEASE)
    assert "89 €" in driver.answer_to(thinking)
    driver.at_rest()
    assert (sends(driver, thinking), sends(driver, sending)) == (1, 1)
    assert len(driver.ledger(thinking, "decided")) == 1
    assert driver.quota() == (2, 0)


def kill_in_mid_thought(driver: Breaker) -> str:
    """Kill the worker that waits for the model; returns the contact."""
    pid = driver.stack.pids["worker-incoming"]
    driver.fault("openai", "latency", seconds=6)
    contact = driver.write(QUESTION)
    eventually(lambda: driver.sandbox("/faults")["faults"] == [], what="the model is thinking")
    driver.kill("worker-incoming")
    driver.back("worker-incoming", pid)
    return contact


def sends(driver: Breaker, contact: str) -> int:
    """Return how often the network was asked to send something to the contact."""
    return len(driver.calls("graph", operation="send", recipient=contact))
