"""Counting in memory, added up in Redis: right over processes, threads, forks and lost Redises."""

import os
import threading
import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings
from redis import Redis

from flowia.lib import tally
from flowia.lib.redis import redis_client
from flowia.lib.tally import Count, Spread

SEEN = Count("seen", "x", ("what",))
TOOK = Spread("took", "x", ("what",), (0.1, 1.0))


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> Iterator[None]:
    tally._forget()
    yield
    tally._forget()


def test_what_several_processes_counted_is_added_up(live_redis: Redis) -> None:
    for _process in range(2):
        SEEN.add("a")
        SEEN.add("a", by=4)
        SEEN.add("b")
        assert tally.flush()
        tally._forget()  # as in a new process
    assert tally.read(live_redis) == {("seen", "a"): 10, ("seen", "b"): 2}


def test_what_is_measured_stands_at_its_upper_end_and_in_the_sum(live_redis: Redis) -> None:
    for seconds in (0.05, 0.1, 0.5, 7.0, -1.0):
        TOOK.took(seconds, "a")
    tally.flush()
    assert tally.read(live_redis) == {
        ("took", "a", "0.1"): 3,
        ("took", "a", "1.0"): 1,
        ("took", "a", "+Inf"): 1,
        ("took", "a", "sum"): 7_650_000,
    }


def test_what_redis_does_not_take_waits_for_it(
    live_redis: Redis, settings: Settings, valkey_server: str
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_client.cache_clear()
    SEEN.add("a")
    assert not tally.flush()
    SEEN.add("a")
    settings.REDIS_URL = valkey_server
    redis_client.cache_clear()
    assert tally.flush()
    assert tally.read(live_redis) == {("seen", "a"): 2}


def test_threads_lose_nothing(live_redis: Redis) -> None:
    def many() -> None:
        for _number in range(2000):
            SEEN.add("a")

    threads = [threading.Thread(target=many) for _number in range(4)]
    for one in threads:
        one.start()
    for _round in range(20):
        tally.flush()
    for one in threads:
        one.join()
    tally.flush()
    assert tally.read(live_redis) == {("seen", "a"): 8000}


def test_a_child_does_not_tell_again_what_its_parent_counted(live_redis: Redis) -> None:
    SEEN.add("a")
    child = os.fork()
    if not child:
        SEEN.add("b")
        tally.flush()
        os._exit(0)
    os.waitpid(child, 0)
    tally.flush()
    assert tally.read(live_redis) == {("seen", "a"): 1, ("seen", "b"): 1}


def test_it_is_added_by_itself_after_a_moment_and_by_one_thread(
    live_redis: Redis, settings: Settings
) -> None:
    settings.TALLY_SECONDS = 0.05
    before = threading.active_count()
    for _number in range(100):
        SEEN.add("a")
    assert threading.active_count() <= before + 1
    limit = time.monotonic() + 10
    while not tally.read(live_redis) and time.monotonic() < limit:
        time.sleep(0.01)
    assert tally.read(live_redis) == {("seen", "a"): 100}


def test_labels_that_grow_do_not_fill_the_memory(live_redis: Redis) -> None:
    for number in range(tally.MOST + 500):
        SEEN.add(str(number))
    SEEN.add("0")
    tally.flush()
    found = tally.read(live_redis)
    assert len(found) == tally.MOST
    assert found["seen", "0"] == 2


def test_a_label_cannot_be_taken_for_two_nor_be_long(live_redis: Redis) -> None:
    SEEN.add("a|b" + "c" * 100)
    tally.flush()
    assert tally.read(live_redis) == {("seen", "a_b" + "c" * 57): 1}
