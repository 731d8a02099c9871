"""A send of which nobody knows whether it left, looked up with the member's own session."""

import pytest

from processing import pipeline
from processing.actions import reply_by_hand
from processing.models import Conversation, Delivery
from social.models import SocialAccount
from tests.social.linkedin.fake import ARRIVES, LOST, SWALLOWED, FakeLinkedIn
from tests.social.sessions.members import Hand, connected, session_of
from tests.social.sessions.steps import read

pytestmark = pytest.mark.django_db
TEXT = "Bonjour Léa,\n\nla lampe coûte 89 €."


def lost(linkedin: FakeLinkedIn, time: Hand, sends: str) -> tuple[SocialAccount, Delivery]:
    """Answer somebody who wrote a moment ago, for the first time; nobody knows what came of it."""
    account = connected()
    linkedin.writes("C'est combien ?")
    read(account)
    time.move(seconds=20)
    linkedin.sends = sends
    reply_by_hand(Conversation.objects.get(), TEXT, by="Marie")
    delivery = Delivery.objects.get()
    pipeline.send_by_browser(delivery.pk)
    linkedin.sends = ARRIVES
    return account, again(delivery, "unconfirmed")


def again(delivery: Delivery, status: str) -> Delivery:
    delivery.refresh_from_db()
    assert delivery.status == status
    return delivery


def look(linkedin: FakeLinkedIn, delivery: Delivery, time: Hand) -> None:
    """Let the time of the next look come, at an hour when a browser works, and look."""
    runs = len(linkedin.jobs)
    while len(linkedin.jobs) == runs:
        delivery.refresh_from_db()
        assert delivery.next_at is not None
        time.now = max(delivery.next_at, time.now)
        pipeline.settle(delivery.pk)


def test_what_did_not_arrive_is_proved_in_a_thread_younger_than_clocks_may_differ(
    linkedin: FakeLinkedIn, time: Hand
) -> None:
    account, delivery = lost(linkedin, time, SWALLOWED)
    opened = linkedin.threads["2-ACoLEA=="].opened
    look(linkedin, delivery, time)
    again(delivery, "unconfirmed")
    look(linkedin, delivery, time)

    again(delivery, "failed")
    assert linkedin.sent("2-ACoLEA==") == []
    assert linkedin.threads["2-ACoLEA=="].opened == opened, "the list alone proves it"
    assert session_of(account).busy_until is None


def test_it_is_found_behind_what_we_had_and_before_what_came_since(
    linkedin: FakeLinkedIn, time: Hand
) -> None:
    _account, delivery = lost(linkedin, time, LOST)
    linkedin.writes("Et la livraison ?")
    look(linkedin, delivery, time)

    again(delivery, "sent")


def test_what_came_since_proves_nothing_of_what_stands_before_it(
    linkedin: FakeLinkedIn, time: Hand
) -> None:
    _account, delivery = lost(linkedin, time, SWALLOWED)
    thread = linkedin.writes("Et la livraison ?")
    told = list(thread.messages)
    # A page of the thread that does not reach back to the send.
    thread.messages = told[-1:]
    for _ in range(2):
        look(linkedin, delivery, time)
    again(delivery, "unconfirmed")
    thread.messages = told
    for _ in range(2):
        look(linkedin, delivery, time)
    again(delivery, "failed")


@pytest.mark.parametrize("answered", [False, True])
def test_a_clock_that_is_minutes_ahead_proves_nothing_absent(
    linkedin: FakeLinkedIn, time: Hand, answered: bool
) -> None:
    """LinkedIn dates by its own clock: what stands after the answered message is newer than it."""
    account = connected()
    thread = linkedin.writes("C'est combien ?")
    read(account)
    time.move(minutes=5)
    linkedin.sends = LOST
    reply_by_hand(Conversation.objects.get(), TEXT, by="Marie")
    delivery = Delivery.objects.get()
    pipeline.send_by_browser(delivery.pk)
    thread.messages[-1]["at"] -= 4 * 60 * 1000
    if answered:
        linkedin.writes("Merci !")
    for _ in range(2):
        look(linkedin, delivery, time)
    again(delivery, "unconfirmed")


@pytest.mark.parametrize("hour", [20, 3])
def test_a_session_that_rests_has_not_looked(linkedin: FakeLinkedIn, time: Hand, hour: int) -> None:
    _account, delivery = lost(linkedin, time, SWALLOWED)
    runs = len(linkedin.jobs)
    time.now = time.now.replace(hour=hour)
    Delivery.objects.update(next_at=time.now)
    pipeline.settle(delivery.pk)

    again(delivery, "unconfirmed")
    assert delivery.looks == 0
    assert delivery.next_at is not None
    assert delivery.next_at > time.now
    assert len(linkedin.jobs) == runs
    look(linkedin, delivery, time)
