"""A worker that hears nothing any more ends by itself, and whoever keeps it starts it anew.

After an outage of Redis a worker of Celery may live on, beat, and take nothing from its queue
(docs/operations.md); neither its process id nor its heartbeat tells. What tells is that work waits
while it begins none.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from celery.worker import state
from redis.exceptions import RedisError

from flowia.lib.redis import redis_client

log = structlog.get_logger("flowia.deaf")
LOOK_SECONDS = 10.0
DEAF_SECONDS = {"browserLinkedIn": 400.0}
"""Longer than two of the queue's longest tasks: one after the other may fill the worker."""
USUAL_SECONDS = 90.0


@dataclass
class Ear:
    """What is known of a worker's hearing, in seconds of a clock that only counts."""

    patience: float
    heard_at: float
    begun: int = 0

    def is_deaf(self, *, waiting: int, begun: int, now: float) -> bool:
        """Return whether work has waited for too long without any having begun.

        `waiting` is how much waits now, `begun` how much has begun since the start.
        """
        if not waiting or begun != self.begun:
            self.heard_at, self.begun = now, begun
        return now - self.heard_at > self.patience


def listen(queues: list[str], waiting: Callable[[], int]) -> None:
    """Watch from now on; `waiting` counts what waits in the queues of this worker."""
    patience = max(DEAF_SECONDS.get(name, USUAL_SECONDS) for name in queues)
    threading.Thread(target=_watch, args=[patience, waiting], name="hearing", daemon=True).start()


def in_queues(queues: list[str]) -> Callable[[], int]:
    """Return what counts how much waits in these queues; Redis answers, or RedisError is raised."""
    from processing.dispatch import depths  # noqa: PLC0415 - the web process never asks

    def count() -> int:
        found = depths(redis_client())
        return sum(found[name] for name in queues)

    return count


def _watch(patience: float, waiting: Callable[[], int]) -> None:
    ear = Ear(patience, time.monotonic())
    while True:
        time.sleep(LOOK_SECONDS)
        try:
            waits = waiting()
        except RedisError:
            # Nobody hears a Redis that is away.
            waits = 0
        begun = sum(state.total_count.values())
        if ear.is_deaf(waiting=waits, begun=begun, now=time.monotonic()):
            log.error("deaf", waiting=waits, seconds=round(patience))
            os.kill(os.getpid(), signal.SIGTERM)
            return
