"""A short day of a running product: who is answered, who waits, and how they go on."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.journeys.driver import WAITS, Driver, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
QUESTION = "Bonjour, c'est combien la lampe Aube ?"
PHONE = "Rappelez-moi au 06 12 34 56 78 pour la lampe Aube"
A_MINUTE = 90.0
WRITERS = 64
WAKE = """
from accounts.models import Workspace
from flowia.lib import clock
from processing.quota_line import wake_waiting
from processing.tasks import relay_after_commit
for workspace in Workspace.objects.all():
    relay_after_commit(*wake_waiting(workspace, clock.now()))
"""


@pytest.fixture
def short(driver: Driver) -> Driver:
    """It is noon on Freemium: ten messages a day, two of them kept."""
    driver.clock_of_the_wall(12)
    driver.plan("freemium")
    return driver


def waits(driver: Driver, contact: str) -> int:
    """Wait until the contact waits for the quota; their place as the ledger tells it."""
    assert driver.outcome(contact) == ("", WAITS)
    (decided,) = driver.ledger(contact, "decided")
    return int(decided["data"]["position"])


def spend(driver: Driver) -> list[str]:
    """Eight people are answered, and one more of them becomes a hot lead."""
    people = [driver.write(QUESTION) for _ in range(8)]
    for contact in people:
        assert driver.outcome(contact) == ("reply", "replied")
    driver.at_rest()
    assert driver.quota() == (8, 0)
    return people


def test_the_tenth_message_goes_to_the_hot_lead_and_the_older_cold_one_goes_tomorrow(
    short: Driver,
) -> None:
    hot = spend(short)[0]
    cold = short.write(QUESTION)
    assert waits(short, cold) == 1
    short.answer_to(short.write(PHONE))
    short.rows(
        "UPDATE processing_lead SET level = 'hot' WHERE contact_id ="
        " (SELECT id FROM processing_contact WHERE external_id = %s)",
        hot,
    )
    short.write(QUESTION, contact=hot)
    short.answer_to(hot, number=2)
    short.at_rest()
    calls = len(short.calls("openai"))

    assert short.quota() == (10, 0)
    assert short.sends(cold) == []
    last = short.write(QUESTION)
    assert waits(short, last) == 2
    assert len(short.calls("openai")) == calls
    short.a_day_later()
    short.answer_to(cold, A_MINUTE)
    short.answer_to(last, A_MINUTE)
    reasons = [row["reason"] for row in short.ledger(cold, "decided")]
    assert reasons == [WAITS, "replied"]


def test_after_an_upgrade_who_waits_is_answered_at_once(short: Driver) -> None:
    spend(short)
    people = [short.write(QUESTION) for _ in range(3)]
    assert min(waits(short, contact) for contact in people) == 1
    short.rows("UPDATE billing_subscription SET plan = 'premium'")
    done = short.stack.manage("shell", "--no-imports", "-c", WAKE)

    assert done.returncode == 0, done.stderr
    for contact in people:
        assert short.answer_to(contact)
    short.at_rest()
    assert short.quota() == (11, 0)


def test_of_sixty_four_people_at_once_one_gets_the_last_message(short: Driver) -> None:
    short.clock_of_the_wall(21)
    short.answer_to(short.write(QUESTION))
    short.at_rest()
    short.use(9)
    calls = len(short.calls("openai"))
    with ThreadPoolExecutor(16) as pool:
        people = list(pool.map(short.write, [QUESTION] * WRITERS))
    outcomes = [short.outcome(contact, 2 * A_MINUTE) for contact in people]
    short.at_rest()

    assert outcomes.count(("reply", "replied")) == 1
    assert outcomes.count(("", WAITS)) == WRITERS - 1
    assert sum(len(short.sends(contact)) for contact in people) == 1
    assert len(short.calls("openai")) == calls + 1
    assert short.quota() == (10, 0)


def test_what_a_lost_counter_reserved_comes_back_within_a_minute(short: Driver) -> None:
    short.answer_to(short.write(QUESTION))
    short.at_rest()
    short.rows("UPDATE billing_quota SET reserved = 7")

    eventually(lambda: short.quota() == (1, 0), A_MINUTE, what="nothing is reserved")
