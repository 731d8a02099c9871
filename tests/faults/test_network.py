"""The network refuses: too many calls, a dead token. What waits is sent once in the end."""

from collections.abc import Iterator

import pytest

from tests.faults.conftest import Breaker
from tests.journeys.driver import eventually

pytestmark = pytest.mark.slow
QUESTION = "Bonjour, c'est combien la lampe Aube ?"
NEEDS_LOGIN = "SELECT status FROM social_socialaccount WHERE status = 'needs_login'"


def test_a_network_that_asks_for_patience_gets_the_message_once(sqlite_driver: Breaker) -> None:
    sqlite_driver.fault("graph", "rate_limited", operation="send", retry_after=1)
    contact = sqlite_driver.write(QUESTION)
    sqlite_driver.answer_to(contact)
    sqlite_driver.at_rest()

    calls = sqlite_driver.calls("graph", operation="send")
    assert [call["status"] for call in calls] == [429, 200]
    reasons = [row["reason"] for row in sqlite_driver.ledger(contact, "delivery")]
    assert reasons == ["send_retry", "sent"]
    assert sqlite_driver.quota() == (1, 0)


@pytest.fixture
def disconnected(sqlite_driver: Breaker) -> Iterator[Breaker]:
    """Return a product whose token was revoked; it is connected again afterwards."""
    sqlite_driver.fault("graph", "revoked_token", times=None)
    yield sqlite_driver
    connect_again(sqlite_driver)


def connect_again(driver: Breaker) -> None:
    """Do what reconnecting will do: the account is active, what waited for it is looked at."""
    driver.forget("/faults")
    driver.rows(
        "UPDATE social_socialaccount SET status = 'active', status_reason = ''"
        " WHERE status <> 'disconnected'"
    )
    driver.rows("UPDATE processing_delivery SET next_at = created_at WHERE status = 'queued'")
    driver.rows(
        "UPDATE processing_message SET next_at = created_at"
        " WHERE direction = 'inbound' AND outcome = '' AND reason = 'account_needs_login'"
    )


def test_a_revoked_token_parks_everything_and_loses_nothing(disconnected: Breaker) -> None:
    driver = disconnected
    first = driver.write(QUESTION)
    eventually(lambda: driver.rows(NEEDS_LOGIN), what="the account needs its owner")
    second = driver.write(QUESTION)
    eventually(lambda: "account_needs_login" in str(driver.messages(second)))

    assert driver.conversation(first)["handoff_reason"] == "account_needs_login"
    assert driver.sends() == []
    assert len(driver.calls("graph", operation="send")) == 1
    assert len(driver.calls("openai")) == 1

    connect_again(driver)
    assert "89 €" in driver.answer_to(first)
    assert "89 €" in driver.answer_to(second)
    driver.at_rest()
    assert (len(driver.sends(first)), len(driver.sends(second))) == (1, 1)
    assert driver.quota() == (2, 0)


def test_an_unknown_result_is_never_sent_again(sqlite_driver: Breaker) -> None:
    sqlite_driver.fault("graph", "server_error")
    contact = sqlite_driver.write(QUESTION)
    eventually(lambda: contact in (fates := sqlite_driver.fates()) and fates[contact].delivery)
    sqlite_driver.at_rest()

    assert sqlite_driver.fates()[contact].delivery == "unconfirmed"
    assert sqlite_driver.conversation(contact)["handoff_reason"] == "send_unconfirmed"
    assert len(sqlite_driver.calls("graph", operation="send")) == 1
