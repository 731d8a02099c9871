"""A worker that hears nothing any more ends by itself, and whoever keeps it starts it anew.

After an outage of Redis a worker of Celery may live on, beat, and take nothing from its queue
(docs/operations.md); neither its process id nor its heartbeat tells. What tells is that work waits
while it begins none.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
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
    begun: int = 0

    def is_deaf(self, *, waiting: int, begun: int, full: bool, now: float) -> bool:
        """Return whether work has waited for too long though there was room for it.

        `waiting` is how much waits now, `begun` how much has begun since the start; `full` whether
        all processes are at work.
        """
        if not waiting or full or begun != self.begun:
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
        return sum(found[name] for name in queues)

    return count


def _watch(waiting: Callable[[], int], processes: int) -> None:
    ear = Ear(time.monotonic())
    while True:
        time.sleep(LOOK_SECONDS)
        try:
            waits = waiting()
        except RedisError:
            # Nobody hears a Redis that is away.
            waits = 0
        begun, full = sum(state.total_count.values()), at_work(time.time()) >= processes
        if ear.is_deaf(waiting=waits, begun=begun, full=full, now=time.monotonic()):
            log.error("deaf", waiting=waits, seconds=round(DEAF_SECONDS))
            os.kill(os.getpid(), signal.SIGTERM)
            return


def at_work(now: float) -> int:
    """Return how many tasks this worker is at, without those whose time was over long ago."""
    try:
        tasks = [one for one in state.active_requests if one.time_start]
    except RuntimeError:
        # One began while they were counted.
        return sys.maxsize
    return sum(now - one.time_start < _longest(one) + LATE_SECONDS for one in tasks)


def _longest(request: Any) -> float:
    task = request.task
    return float(task.time_limit or task.app.conf.task_time_limit)
