"""What workers and beat do, measured where it happens: tasks by queue, rounds by name."""

import time
from typing import Any

from celery import Celery

from flowia.lib.tally import Count, Spread, flush

STARTED = Count("flowia_tasks_started", "Tasks that workers began.", ("queue", "task"))
FINISHED = Spread(
    "flowia_task_seconds",
    "Tasks that ended, by how: ok, failed, or lost with its process.",
    ("queue", "task", "outcome"),
    (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 180.0),
)
ROUNDS = Spread(
    "flowia_dispatch_seconds",
    "Rounds of the dispatcher in beat, by whether it could end.",
    ("outcome",),
    (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)
_began: dict[str, float] = {}
_queues: dict[str, str] = {}


def begin(app: Celery, task_id: str, name: str) -> None:
    """Note that a task begins in this process."""
    _began[task_id] = time.perf_counter()
    STARTED.add(_queue(app, name), short(name))


def end(app: Celery, task_id: str, name: str, *, outcome: str) -> None:
    """Note how a task of this process ended; one that did not begin here counts for no time."""
    began = _began.pop(task_id, None)
    seconds = time.perf_counter() - began if began is not None else 0.0
    FINISHED.took(seconds, _queue(app, name), short(name), outcome)


def leave(**_options: Any) -> None:
    """Add what a child of a worker counted before it goes; no other end of a process is seen."""
    flush()


def short(name: str) -> str:
    """Return the last part of a task's name."""
    return name.rpartition(".")[2]


def _queue(app: Celery, name: str) -> str:
    """Return to which queue a task is sent; looked up once."""
    known = _queues.get(name)
    if known is None:
        found = app.amqp.router.route({}, name).get("queue")
        known = _queues[name] = str(getattr(found, "name", found))
    return known
