"""What an operator, or a longer hold, decided stays when the network asks for patience."""

from datetime import timedelta

import pytest

from processing.templatetags.stops import stops_of
from social import holds, pauses
from social.errors import ProviderError
from social.models import ProviderPause, SocialAccount
from tests.processing.queueing import Clock, shop, time

__all__ = ["shop", "time"]
pytestmark = pytest.mark.django_db
TEN_MINUTES = timedelta(minutes=10)
PAUSES: dict[str, tuple[timedelta | None, timedelta | None, str]] = {
    "without an end": (None, None, "incident 4"),
    "that is longer": (timedelta(hours=2), timedelta(hours=2), "incident 4"),
    "that is shorter": (timedelta(minutes=3), TEN_MINUTES, "incident 4"),
    "that is over": (timedelta(minutes=-3), TEN_MINUTES, "4"),
}


@pytest.mark.parametrize(("ends", "until", "reason"), PAUSES.values(), ids=PAUSES)
def test_an_operators_pause_survives(
    time: Clock,
    shop: SocialAccount,
    ends: timedelta | None,
    until: timedelta | None,
    reason: str,
) -> None:
    given = time.now + ends if ends is not None else None
    ProviderPause.objects.create(provider="meta", until=given, reason="incident 4")
    error = ProviderError("4", retryable=True, retry_after=600, holds="provider")
    holds.went_wrong(shop, error, now=time.now)

    pause = ProviderPause.objects.get()
    assert pause.until == (time.now + until if until is not None else None)
    assert pause.reason == reason


def test_a_pause_of_an_operator_that_is_over_is_not_theirs_when_the_network_asks_for_one(
    time: Clock, shop: SocialAccount
) -> None:
    quarter = time.now + timedelta(minutes=15)
    pauses.pause("meta", "incident 4", until=quarter, by_uid=shop.uid, now=time.now)
    time.move(days=3)
    until = time.now + timedelta(hours=1)
    holds.hold_provider("meta", until, "usage", now=time.now)

    (found,) = pauses.all_in_force(now=time.now)
    assert found == pauses.Pause("network:meta", "usage", time.now, until, None)
    assert stops_of(shop.workspace) == []


def test_a_longer_hold_of_an_account_stays(time: Clock, shop: SocialAccount) -> None:
    longer = time.now + timedelta(hours=4)
    holds.hold_account(shop, longer, "blocked_for_abuse", now=time.now)
    holds.hold_account(shop, time.now + timedelta(minutes=1), "usage", now=time.now)

    shop.refresh_from_db()
    assert (shop.held_until, shop.held_reason) == (longer, "blocked_for_abuse")
