"""Waking a worker, at best: the tables hold the work, so a wake-up may be lost but never waits.

After a failure the broker is left alone for a few seconds, so that a hung Redis costs one short
time-out and not one per request. The dispatcher finds what was not woken.
"""

import time
from typing import Any

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger("flowia.wake")
PAUSE_SECONDS = 5.0
_rest_until = 0.0


def wake(task: "Task[Any, Any]", row_id: int) -> bool:
    """Publish `task` for `row_id` now; return False when the broker did not take it."""
    global _rest_until  # noqa: PLW0603 - the pause belongs to the process, like its connection
    if time.monotonic() < _rest_until:
        return False
    try:
        task.apply_async((row_id,), retry=False)
    except (OperationalError, OSError) as error:
        _rest_until = time.monotonic() + PAUSE_SECONDS
        log.warning("broker away", task=task.name, error=type(error).__name__)
        return False
    return True


def wake_after_commit(task: "Task[Any, Any]", row_id: int) -> None:
    """Publish once the surrounding transaction has committed."""
    transaction.on_commit(lambda: wake(task, row_id))
