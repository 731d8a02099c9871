"""A Redis that is gone or badly set up, queues that nobody serves, a beat gone or doubled."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from pytest_django import Settings
from redis import Redis

from flowia.doctoring import broker
from flowia.lib.redis import redis_client
from flowia.watching import memory, workers
from tests.doctor.found import found, told


def live(client: Redis, *, without: str = "", beat: float | None = 1.0, beats: int = 1) -> bool:
    """Leave in Redis what workers and beats leave there, all of them or all but one."""
    client.flushall()
    say(client, without=without, beat=beat, beats=beats)
    return True


@contextmanager
def living(client: Redis) -> Iterator[None]:
    """Let workers and a beat speak every moment, however slow the machine is."""
    over = Event()

    def speak() -> None:
        while not over.wait(0.5):
            say(client)

    live(client)
    thread = Thread(target=speak)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def say(client: Redis, *, without: str = "", beat: float | None = 1.0, beats: int = 1) -> None:
    """Say what workers and beats say."""
    for queue, name in broker.WORKERS.items():
        if queue != without:
            note = {"at": time.time(), "queues": [queue]}
            client.hset(workers.KEY, f"{name}@here", json.dumps(note))
    client.set("flowia:browser", "yes")
    if beat is not None:
        client.set("flowia:tick", time.time() - beat)
    for number in range(beats):
        note = {"at": time.time(), "bytes": 1}
        client.hset(memory.KEY, f"beat@here:{number}", json.dumps(note))


BROKEN: list[tuple[Callable[[Redis], object], str, str]] = [
    (lambda one: one.config_set("maxmemory-policy", "allkeys-lru"), "redis.eviction",
     "bad: Redis throws keys away when it is full (allkeys-lru)"),
    (lambda one: one.config_set("maxmemory", 1_100_000), "redis.memory",
     "bad: Redis uses "),
    (lambda one: one.config_set("appendonly", "no"), "redis.persistence",
     "look: Redis keeps nothing on its disk"),
    (lambda one: one.set("sidekiq:queues", 1), "redis.shared",
     "look: Somebody else keeps keys"),
    (lambda one: live(one, without="autoReply"), "workers.autoReply",
     "bad: Nobody serves the queue autoReply (0 wait)."),
    (lambda one: live(one, without="browserLinkedIn"), "workers.browserLinkedIn",
     "look: Nobody serves the queue browserLinkedIn (0 wait)."),
    (lambda one: (live(one, without="browserLinkedIn"),
                  one.lpush("flowia:browserLinkedIn", "x")), "workers.browserLinkedIn",
     "bad: Nobody serves the queue browserLinkedIn (1 wait)."),
    (lambda one: (live(one), one.set("flowia:browser", "no")), "workers.browser",
     "look: worker-linkedin found no browser"),
    (lambda one: live(one, beat=None), "beat.gone", "bad: Beat does not look for due work"),
    (lambda one: live(one, beat=90), "beat.gone", "bad: Beat does not look for due work"),
    (lambda one: live(one, beat=-30), "beat.clock", "look: Beat's clock is ahead"),
    (lambda one: live(one, beats=2), "beat.many",
     "bad: More than one beat runs: beat@here:0, beat@here:1."),
]  # fmt: skip


@pytest.mark.parametrize(("breaks", "code", "sentence"), BROKEN)
def test_what_is_broken_is_told(
    breaks: Callable[[Redis], object], code: str, sentence: str, live_redis: Redis
) -> None:
    before = {
        name: str(live_redis.config_get(name)[name])
        for name in ("maxmemory", "maxmemory-policy", "appendonly")
    }
    live(live_redis)
    try:
        breaks(live_redis)
        assert told(broker.look_at_redis)[code].startswith(sentence)
    finally:
        for name, value in before.items():
            live_redis.config_set(name, value)


def test_a_redis_with_everybody_there_has_nothing_broken(live_redis: Redis) -> None:
    live(live_redis)
    levels = {one.level for one in found(broker.look_at_redis).values()}
    assert "bad" not in levels
    assert told(broker.look_at_redis)["workers.autoReply"] == (
        "good: autoReply is served by worker-reply@here."
    )


@pytest.mark.parametrize(
    ("address", "code"),
    [("redis://127.0.0.1:1/0", "redis.away"), ("redis://127.0.0.1:{silent}/0", "redis.silent")],
)
def test_a_redis_that_does_not_answer_is_told_without_its_password(
    address: str, code: str, settings: Settings
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = address.format(silent=silent.getsockname()[1])
        settings.REDIS_URL = url.replace("//", "//:hush-hush@")
        redis_client.cache_clear()
        (one,) = found(broker.look_at_redis).values()
    redis_client.cache_clear()
    assert (one.level, one.code) == ("bad", code)
    assert "hush-hush" not in one.says + one.do


def test_a_password_that_redis_refuses_is_told(live_redis: Redis, settings: Settings) -> None:
    live_redis.config_set("requirepass", "right")
    settings.REDIS_URL = settings.REDIS_URL.replace("//", "//:wrong@")
    redis_client.cache_clear()
    try:
        (one,) = found(broker.look_at_redis).values()
    finally:
        live_redis.execute_command("AUTH", "right")  # type: ignore[no-untyped-call]
        live_redis.config_set("requirepass", "")
    assert one.code == "redis.login"
