"""What keeps answers from leaving: limits, and networks that ask for patience. Never failed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings
from redis import Redis

from processing import pipeline
from processing.models import Conversation, DeadLetter, Delivery, InteractionEvent
from social.contracts import Usage
from social.errors import ProviderError
from social.models import ProviderPause, SocialAccount
from social.streams import EVERY_CALL, Limit
from tests.processing.queueing import (
    Clock,
    Network,
    due,
    make_shop,
    network,
    one_more,
    queue,
    shop,
    states,
    time,
)

__all__ = ["network", "shop", "time"]
pytestmark = pytest.mark.django_db


def run(time: Clock) -> None:
    for delivery in list(due(time.now)):
        pipeline.send(delivery)


def reasons(delivery: Delivery) -> list[str]:
    rows = InteractionEvent.objects.filter(kind="delivery", message=delivery.message_id)
    return list(rows.order_by("pk").values_list("reason", flat=True))


def limited(monkeypatch: pytest.MonkeyPatch, *limits: Limit) -> Network:
    return Network(monkeypatch, limits=limits)


LIMITS: dict[str, tuple[Limit, int]] = {
    "of each account": (Limit("send", 2, 60, "account", "test"), 4),
    "of the whole app": (Limit("send", 2, 60, "app", "test"), 2),
    "of every call": (Limit(EVERY_CALL, 3, 60, "app", "test"), 3),
    "of another call": (Limit("comment", 1, 60, "account", "test"), 6),
}


@pytest.mark.usefixtures("live_redis")
@pytest.mark.parametrize(("limit", "leave"), LIMITS.values(), ids=LIMITS)
def test_a_limit_holds_what_is_too_much(
    monkeypatch: pytest.MonkeyPatch,
    time: Clock,
    shop: SocialAccount,
    limit: Limit,
    leave: int,
) -> None:
    network = limited(monkeypatch, limit)
    queued = [*queue(shop, 3, now=time.now), *queue(one_more(shop), 3, now=time.now)]
    run(time)

    assert len(network.taken) == leave
    assert states().get("queued", 0) == len(queued) - leave
    for waiting in Delivery.objects.filter(status="queued"):
        assert (waiting.attempts, reasons(waiting)) == (0, ["held_back"])
        assert waiting.next_at is not None
        assert timedelta(0) < waiting.next_at - time.now <= timedelta(seconds=120)
        thread = waiting.message.conversation
        assert thread.next_automatic_at is None  # its turn is not lost either


def test_what_a_second_limit_keeps_back_does_not_use_up_the_first(
    monkeypatch: pytest.MonkeyPatch, time: Clock, shop: SocialAccount, live_redis: Redis
) -> None:
    narrow, wide = Limit("send", 1, 600, "app", "test"), Limit("send", 3, 60, "account", "test")
    network = limited(monkeypatch, wide, narrow)
    queue(shop, 3, now=time.now)
    for _ in range(2):
        run(time)
        Delivery.objects.filter(status="queued").update(next_at=time.now)

    assert live_redis.zcard(f"flowia:limit:out:meta:send:60:{shop.pk}") == len(network.taken) == 1


def test_nothing_is_limited_while_redis_is_away(
    monkeypatch: pytest.MonkeyPatch, time: Clock, shop: SocialAccount
) -> None:
    network = limited(monkeypatch, Limit("send", 1, 3600, "account", "test"))
    queue(shop, 5, now=time.now)
    run(time)

    assert len(network.taken) == 5


USAGE = [
    (Usage(79), 0),
    (Usage(80), 2),
    (Usage(99), 40),
    (Usage(100), 60),
    (Usage(100, regain_seconds=19 * 60), 19 * 60),
    (Usage(137, regain_seconds=5), 60),
]


@pytest.mark.parametrize(("usage", "seconds"), USAGE)
def test_the_networks_own_count_slows_an_account_and_stops_it(
    time: Clock, network: Network, shop: SocialAccount, usage: Usage, seconds: int
) -> None:
    network.usage = usage
    first, second = queue(shop, 2, now=time.now)
    pipeline.send(first.pk)
    pipeline.send(second.pk)

    shop.refresh_from_db()
    if not seconds:
        assert (shop.held_until, len(network.taken)) == (None, 2)
        return
    assert (shop.held_until, shop.held_reason) == (time.now + timedelta(seconds=seconds), "usage")
    assert (len(network.taken), reasons(second)) == (1, ["account_held"])
    time.move(seconds=seconds)
    run(time)
    assert len(network.taken) == 2


@pytest.mark.parametrize(("shared", "seconds"), [(99, 0), (100, 60), (150, 60)])
def test_a_limit_of_the_whole_app_that_is_used_up_holds_every_account(
    time: Clock, network: Network, shop: SocialAccount, shared: int, seconds: int
) -> None:
    network.usage = Usage(150, regain_seconds=3600, shared_percent=shared)
    other = make_shop()
    (first,), (second,) = queue(shop, 1, now=time.now), queue(other, 1, now=time.now)
    pipeline.send(first.pk)
    network.usage = None
    pipeline.send(second.pk)

    assert len(network.taken) == (1 if seconds else 2)
    if seconds:
        until = ProviderPause.objects.get().until
        assert until == time.now + timedelta(seconds=seconds)
        time.move(seconds=seconds)
        run(time)
        assert len(network.taken) == 2  # the first one's account rests for longer


PATIENCE = [
    ("account", 19 * 60.0, timedelta(minutes=19)),
    ("account", None, timedelta(minutes=1)),
    ("provider", 600.0, timedelta(minutes=10)),
    ("provider", 1e30, timedelta(days=1)),
]


@pytest.mark.parametrize("case", PATIENCE)
def test_what_the_network_wants_held_waits_as_a_whole_and_leaves_later(
    time: Clock,
    network: Network,
    shop: SocialAccount,
    case: tuple[str, float | None, timedelta],
) -> None:
    whose, asked, wait = case
    other = one_more(shop)
    held = queue(shop, 4, now=time.now, window_closes_at=None)
    elsewhere = queue(other, 2, now=time.now, window_closes_at=None)
    network.down(ProviderError("80006", retryable=True, retry_after=asked, holds=whose))
    pipeline.send(held[0].pk)
    network.up()
    run(time)

    assert len(network.taken) == (2 if whose == "account" else 0)
    waiting = held if whose == "account" else [*held, *elsewhere]
    assert states()["queued"] == len(waiting)
    assert set(Delivery.objects.filter(status="queued").values_list("attempts", flat=True)) == {0}

    time.move(seconds=wait.total_seconds() - 1)
    run(time)
    assert states()["queued"] == len(waiting)
    time.move(seconds=1)
    for _ in range(60):
        run(time)
        time.move(seconds=1)
    assert states() == {"sent": 6}
    assert len(network.taken) == len(set(network.taken)) == 6
    assert not DeadLetter.objects.exists()


def test_units_that_are_spent_hold_the_network_until_its_midnight(
    time: Clock, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.YOUTUBE_DAILY_UNITS = 10_000
    network = Network(monkeypatch, "youtube")
    account = make_shop(provider="youtube", kind="youtube")
    (delivery,) = queue(account, now=time.now, kind="comment", window_closes_at=None)
    Conversation.objects.update(external_id="post_1")
    SocialAccount.objects.update(automation_agreed_at=time.now)
    spent = ProviderError("quota_spent", retryable=True, retry_after=3600, holds="provider")
    network.down(spent)
    pipeline.send(delivery.pk)

    pause = ProviderPause.objects.get(provider="youtube")
    assert pause.until is not None
    assert timedelta(0) < pause.until - time.now <= timedelta(hours=25)
    local = pause.until.astimezone(ZoneInfo("America/Los_Angeles"))
    assert (local.hour, local.minute) == (0, 0)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("queued", 0)


def test_an_answer_waits_for_the_units_it_costs(
    time: Clock, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    # What reading does not need is freed for answers as the network's day goes by.
    time.now = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("America/Los_Angeles"))
    settings.YOUTUBE_DAILY_UNITS = 120
    network = Network(monkeypatch, "youtube")
    account = make_shop(provider="youtube", kind="youtube")
    SocialAccount.objects.update(automation_agreed_at=time.now)
    account.refresh_from_db()
    queue(account, 4, now=time.now, kind="comment", window_closes_at=None)
    run(time)

    assert len(network.taken) == 1
    waiting = Delivery.objects.filter(status="queued")
    assert {reason for one in waiting for reason in reasons(one)} == {"held_back"}
