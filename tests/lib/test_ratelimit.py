"""Counting in Redis: a sliding window that holds over threads and processes."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django import Settings
from redis import Redis

from flowia.lib import ratelimit
from flowia.lib.ratelimit import Verdict, take
from flowia.lib.redis import redis_client


def sure(verdict: Verdict | None) -> Verdict:
    assert verdict is not None
    return verdict


def test_as_many_as_allowed_pass_and_the_next_does_not(live_redis: Redis) -> None:
    verdicts = [sure(take("a", limit=3, seconds=60)) for _ in range(5)]

    assert [one.passed for one in verdicts] == [True, True, True, False, False]
    assert [one.remaining for one in verdicts] == [2, 1, 0, 0, 0]


def test_a_verdict_says_when_there_is_room_again(live_redis: Redis) -> None:
    verdict = sure(take("a", limit=1, seconds=60))

    assert 59 <= verdict.retry_after <= 60
    assert abs(verdict.reset_at - (time.time() + verdict.retry_after)) <= 2


def test_keys_are_counted_apart(live_redis: Redis) -> None:
    assert sure(take("a", limit=1, seconds=60)).passed
    assert sure(take("b", limit=1, seconds=60)).passed


def test_the_window_slides(live_redis: Redis) -> None:
    assert sure(take("a", limit=2, seconds=1)).passed
    time.sleep(0.6)
    assert sure(take("a", limit=2, seconds=1)).passed
    time.sleep(0.6)
    # The first has left the window, the second has not: no burst at a boundary.
    assert sure(take("a", limit=2, seconds=1)).passed
    assert not sure(take("a", limit=2, seconds=1)).passed


def test_refused_calls_do_not_lengthen_the_wait(live_redis: Redis) -> None:
    take("a", limit=1, seconds=1)
    limit = time.monotonic() + 3
    while not sure(take("a", limit=1, seconds=1)).passed:
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_twenty_four_threads_pass_exactly_the_limit(live_redis: Redis) -> None:
    with ThreadPoolExecutor(24) as pool:
        verdicts = list(pool.map(lambda _: sure(take("a", limit=100, seconds=60)), range(480)))

    assert sum(one.passed for one in verdicts) == 100


def test_nothing_is_kept_for_longer_than_the_window(live_redis: Redis) -> None:
    take("a", limit=5, seconds=60)

    (key,) = live_redis.keys("*")
    assert 0 < live_redis.ttl(key) <= 60


def test_without_redis_there_is_no_verdict_and_the_next_call_costs_nothing(
    settings: Settings,
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_client.cache_clear()
    ratelimit.forget_failure()
    assert take("a", limit=1, seconds=60) is None
    started = time.monotonic()
    assert take("a", limit=1, seconds=60) is None
    assert time.monotonic() - started < 0.1


@pytest.fixture(autouse=True)
def fresh() -> None:
    ratelimit.forget_failure()
