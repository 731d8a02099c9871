"""A worker that hears nothing any more ends by itself, and whoever keeps it starts it anew.

After an outage of Redis a worker of Celery may live on, beat, and take nothing from its queue
(docs/operations.md); neither its process id nor its heartbeat tells. What tells is that work waits
while it begins none.
"""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from celery.platforms import EX_FAILURE
from celery.signals import worker_shutting_down
from celery.worker import state
from redis.exceptions import RedisError

from flowia.lib.redis import redis_client

log = structlog.get_logger("flowia.deaf")
LOOK_SECONDS = 10.0
DEAF_SECONDS = 90.0
LATE_SECONDS = 60.0
"""A task that runs so much longer than it may is none: its end was not heard."""


@dataclass
class Ear:
    """What is known of a worker's hearing, in seconds of a clock that only counts."""

    heard_at: float
    looked_at: float
    begun: int = 0

    def is_deaf(self, *, waiting: int, begun: int, full: bool, now: float) -> bool:
        """Return whether work has waited for too long though there was room for it.

        `waiting` is how much waits now, `begun` how much has begun since the start; `full` whether
        all processes are at work. Who did not look for a while was frozen and proves nothing.
        """
        frozen = now - self.looked_at > 3 * LOOK_SECONDS
        self.looked_at = now
        if not waiting or full or frozen or begun != self.begun:
            self.heard_at, self.begun = now, begun
        return now - self.heard_at > DEAF_SECONDS


def listen(waiting: Callable[[], int], processes: int) -> None:
    """Watch from now on a worker of so many processes; `waiting` counts what waits for it."""
    threading.Thread(target=_watch, args=[waiting, processes], name="hearing", daemon=True).start()


def in_queues(queues: list[str]) -> Callable[[], int]:
    """Return what counts how much waits in these queues; Redis answers, or RedisError is raised."""
    from processing.dispatch import depths  # noqa: PLC0415 - the web process never asks

    def count() -> int:
        found = depths(redis_client())
        return sum(found.get(name, 0) for name in queues)

    return count


def _watch(waiting: Callable[[], int], processes: int) -> None:
    ear, tasks = Ear(time.monotonic(), time.monotonic()), Tasks()
    while True:
        time.sleep(LOOK_SECONDS)
        begun, now = sum(state.total_count.values()), time.monotonic()
        full = tasks.at_work(now) >= processes
        if ear.is_deaf(waiting=_safely(waiting), begun=begun, full=full, now=now):
            log.error("deaf", seconds=round(DEAF_SECONDS))
            _end()
            return


def _safely(waiting: Callable[[], int]) -> int:
    try:
        return waiting()
    except (RedisError, OSError):
        # Nobody hears a Redis that is away.
        return 0
    except Exception as error:  # noqa: BLE001 - whoever stops watching does not notice it
        log.warning("not heard", error=type(error).__name__)
        return 0


def _end() -> None:
    """End as for SIGTERM, but as a failure: some platforms start anew only what failed."""
    worker_shutting_down.send(sender=None, sig="deaf", how="Warm", exitcode=EX_FAILURE)
    state.should_stop = EX_FAILURE  # type: ignore[assignment] # stubs know only the beginning


class Tasks:
    """The tasks that a worker is at, and since when, by a clock that only counts."""

    def __init__(self) -> None:
        self.since: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    def at_work(self, now: float) -> int:
        """Return how many there are, without those whose time was over long ago."""
        try:
            begun = [one for one in state.active_requests if one.time_start]
        except RuntimeError:
            # One began while they were counted.
            return sys.maxsize
        return sum(
            now - self.since.setdefault(one, now) < _longest(one) + LATE_SECONDS for one in begun
        )


def _longest(request: Any) -> float:
    task = request.task
    return float(task.time_limit or task.app.conf.task_time_limit)
