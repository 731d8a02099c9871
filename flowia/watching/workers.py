"""Which workers are alive: each says so every few seconds; and what they are doing right now."""

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from celery import Celery
from redis import Redis
from redis.exceptions import RedisError

from flowia.lib.redis import redis_client

KEY = "flowia:workers"
ALIVE_SECONDS = 20
"""A worker of which nothing was heard for so long is not alive."""
SAY_SECONDS = 5
FORGET_SECONDS = 86_400
ASK_SECONDS = 0.8
_said = 0.0


@dataclass(frozen=True)
class Worker:
    """One worker by its name, the queues that it serves, and when it was heard last, in seconds."""

    name: str
    queues: tuple[str, ...]
    seconds: float

    @property
    def alive(self) -> bool:
        """Whether it was heard lately."""
        return self.seconds <= ALIVE_SECONDS


@dataclass(frozen=True)
class Task:
    """What a worker is doing: the task, the id of its row, and for how many seconds already."""

    worker: str
    name: str
    row: str
    seconds: float


def say_alive(name: str, queues: list[str]) -> None:
    """Note that this worker lives; a Redis that does not answer is no matter of the worker's."""
    global _said  # noqa: PLW0603 - the worker's own beat, more often than is worth a note
    if time.monotonic() - _said < SAY_SECONDS:
        return
    _said = time.monotonic()
    with suppress(RedisError):
        told = json.dumps({"at": time.time(), "queues": queues})
        redis_client().hset(KEY, name, told)


def notes(client: Redis) -> dict[str, float]:
    """Return when each worker noted last that it lives, in seconds since 1970 by its own clock."""
    return {name: float(note["at"]) for name, note in _notes(client).items()}


def known(client: Redis) -> tuple[Worker, ...]:
    """Return the workers heard within the day, by name; those of earlier days are forgotten."""
    found = []
    for name, note in _notes(client).items():
        seconds = max(0.0, time.time() - float(note["at"]))
        if seconds > FORGET_SECONDS:
            client.hdel(KEY, name)
        else:
            found.append(Worker(name, tuple(note["queues"]), round(seconds, 1)))
    return tuple(found)


def _notes(client: Redis) -> dict[str, Any]:
    rows: dict[str, str] = client.hgetall(KEY)  # type: ignore[assignment] # a client that waits
    return {name: json.loads(told) for name, told in sorted(rows.items())}


def at_work(app: Celery, workers: tuple[Worker, ...]) -> list[Task]:
    """Ask the workers that live what they do; at most for `ASK_SECONDS`, empty where none says."""
    alive = [one.name for one in workers if one.alive]
    if not alive:
        return []
    asked = app.control.inspect(alive, timeout=ASK_SECONDS, limit=len(alive))
    answers = asked.active() or {}
    return [_task(name, dict(one)) for name, tasks in sorted(answers.items()) for one in tasks]


def _task(worker: str, told: dict[str, Any]) -> Task:
    began = told.get("time_start")
    seconds = max(0.0, time.time() - float(began)) if began else 0.0
    rows = told.get("args") or []
    name = str(told.get("name", "")).rpartition(".")[2]
    return Task(worker, name, str(rows[0]) if rows else "", round(seconds, 1))
