"""When a breaker opens, how long it stays open, and how it lets calls through again."""

import random
from datetime import datetime, timedelta

import pytest

from social import breakers, holds
from social.errors import ProviderError
from social.models import Breaker, ProviderPause, SocialAccount
from tests.processing.queueing import UNKNOWN, Clock, one_more, shop, time

__all__ = ["shop", "time"]
pytestmark = pytest.mark.django_db


AWAY = ProviderError("unreachable", retryable=True)


WRONG_WORDS = ProviderError("100")


def play(account: SocialAccount, answers: str, *, now: datetime) -> None:
    """Count calls: + answered, x unknown, r to be tried again, n refused, t a dead token."""
    errors = {
        "x": UNKNOWN,
        "r": AWAY,
        "n": WRONG_WORDS,
        "t": ProviderError("190", needs_login=True),
    }
    for one in answers:
        if one == "+":
            holds.went_well(account, None, now=now)
        else:
            holds.went_wrong(account, errors[one], now=now)


TRIPS = [
    ("xxxx", False),
    ("xxxxx", True),
    ("rxrxr", True),
    ("xxxnx", True),
    ("xx+nx", False),
    ("x++++" * 30, False),
    ("+" * 50 + "xxxx", False),
    ("nnnnnnnnnn", False),
    ("tttttttttt", False),
    ("xxxxttttt", False),
]


@pytest.mark.parametrize(("answers", "trips"), TRIPS)
def test_a_breaker_trips_by_most_of_at_least_five_calls(
    time: Clock, shop: SocialAccount, answers: str, trips: bool
) -> None:
    play(shop, answers, now=time.now)

    shop.refresh_from_db()
    opened = time.now + timedelta(seconds=30) if trips else None
    assert (shop.held_until, shop.held_reason) == (opened, "storm" if trips else "")
    assert not ProviderPause.objects.exists()


@pytest.mark.usefixtures("live_redis")
@pytest.mark.parametrize(
    ("answers", "trips"), [("xxxxx", False), (11 * "x", False), (12 * "x", True)]
)
def test_what_went_well_just_before_counts_with_it(
    time: Clock, shop: SocialAccount, answers: str, *, trips: bool
) -> None:
    play(shop, 30 * "+", now=time.now)
    play(shop, answers, now=time.now)

    shop.refresh_from_db()
    assert (shop.held_until is not None) == trips


def test_failures_far_apart_trip_nothing(time: Clock, shop: SocialAccount) -> None:
    for _ in range(20):
        play(shop, "xxxx", now=time.now)
        time.move(minutes=5, seconds=1)

    shop.refresh_from_db()
    assert shop.held_until is None


@pytest.mark.parametrize(("number", "trips"), [(9, False), (10, True)])
def test_a_networks_breaker_trips_by_ten_calls_of_several_accounts(
    time: Clock, shop: SocialAccount, number: int, trips: bool
) -> None:
    for account in [shop, *(one_more(shop) for _ in range(number - 1))]:
        play(account, "x", now=time.now)

    pauses = list(ProviderPause.objects.values_list("provider", "until", "reason"))
    assert pauses == ([("meta", time.now + timedelta(seconds=30), "storm")] if trips else [])


def test_one_broken_account_does_not_stop_its_network(time: Clock, shop: SocialAccount) -> None:
    for _ in range(10):
        play(shop, "xxxxxxxxxx", now=time.now)
        time.move(seconds=31)

    assert not ProviderPause.objects.exists()


def test_what_was_on_its_way_when_a_breaker_opened_changes_nothing(
    time: Clock, shop: SocialAccount
) -> None:
    play(shop, "xxxxx", now=time.now)
    play(shop, "+++++++++++++xxxxx", now=time.now + timedelta(seconds=15))

    breaker = Breaker.objects.get(name=f"account:{shop.uid}")
    assert breaker.opened_until == time.now + timedelta(seconds=30)
    assert (breaker.good, breaker.bad, breaker.opens) == (0, 0, 1)


def test_a_breaker_opens_longer_each_time(time: Clock, shop: SocialAccount) -> None:
    opened = []
    play(shop, "xxxxx", now=time.now)
    for _ in range(8):
        breaker = Breaker.objects.get(name=f"account:{shop.uid}")
        assert breaker.opened_until is not None
        opened.append((breaker.opened_until - time.now).total_seconds())
        time.now = breaker.opened_until
        assert holds.admit(shop, "send", now=time.now) is None
        play(shop, "x", now=time.now)

    assert opened == [30, 60, 120, 240, 480, 900, 900, 900]


def test_a_breaker_on_trial_lets_single_calls_through_ever_faster_and_closes(
    time: Clock, shop: SocialAccount
) -> None:
    play(shop, "xxxxx", now=time.now)
    time.move(seconds=30)
    gaps, last = [], time.now
    for _ in range(2000):
        if not Breaker.objects.filter(name__startswith="account").exists():
            break
        if holds.admit(shop, "send", now=time.now) is None:
            gaps.append((time.now - last).total_seconds())
            last = time.now
            play(shop, "+", now=time.now)
        time.move(seconds=0.05)

    assert [round(gap, 2) for gap in gaps[:4]] == [0, 4.0, 2.0, 1.35]
    assert min(gaps[1:]) >= 0.25
    assert time.seconds - 30 == pytest.approx(90, abs=1)
    assert 250 <= len(gaps) <= 340
    assert not Breaker.objects.filter(name=f"account:{shop.uid}").exists()


@pytest.mark.parametrize(
    "forgiven",
    ["", "+x", "+++++++++x", "++++++++++xx++++++++++x"],
)
def test_a_trial_forgives_one_in_ten_and_one_more_but_not_the_first(
    time: Clock, shop: SocialAccount, forgiven: str
) -> None:
    play(shop, "xxxxx", now=time.now)
    time.move(seconds=30)
    play(shop, forgiven, now=time.now)
    breaker = Breaker.objects.get(name=f"account:{shop.uid}")
    assert breaker.opened_until == time.now
    play(shop, "x", now=time.now)

    breaker.refresh_from_db()
    assert breaker.opened_until == time.now + timedelta(seconds=60)


@pytest.mark.parametrize(("percent", "closed"), [(7, range(35, 61)), (50, range(1))])
def test_an_account_comes_back_where_few_calls_fail_and_not_where_half_of_them_do(
    time: Clock, shop: SocialAccount, percent: int, closed: range
) -> None:
    """Sixty trials of a network that fails so many of a hundred calls."""
    drawn, well = random.Random(percent), 0
    for _ in range(60):
        Breaker.objects.all().delete()
        play(shop, "xxxxx", now=time.now)
        time.move(seconds=30)
        opened = time.now
        while (breaker := Breaker.objects.filter(name__startswith="account").first()) and (
            breaker.opened_until == opened
        ):
            time.move(seconds=2)
            play(shop, "x" if drawn.random() < percent / 100 else "+", now=time.now)
        well += breaker is None
    assert well in closed


def test_a_turn_is_taken_of_both_breakers_or_of_none(time: Clock, shop: SocialAccount) -> None:
    other = one_more(shop)
    for account in (shop, other):
        breakers.rest(account, "account", time.now, now=time.now)
    breakers.rest(shop, "provider", time.now, now=time.now)

    assert holds.admit(shop, "send", now=time.now) is None
    assert holds.admit(other, "send", now=time.now) == time.now + timedelta(seconds=4.25)
    row = Breaker.objects.get(name=f"account:{other.uid}")
    assert row.trickle_at is None
