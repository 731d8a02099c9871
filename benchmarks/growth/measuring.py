"""Measuring the steps of a journey: statements and waiting, or computing on both sides."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks.growth.costs import Cost, Costs
from tests.plans.journey import Journey
from tests.plans.recording import recording


@dataclass
class Measured(Journey):
    """A journey whose steps are measured; `counting` counts statements instead of computing."""

    counting: bool = False
    costs: Costs = field(default_factory=dict)

    def step(self, name: str, work: Callable[[], Any]) -> None:
        """Do `work` and keep what it cost."""
        cost = _counted(work) if self.counting else _computed(work)
        self.costs.setdefault(name, []).append(cost)


def _counted(work: Callable[[], Any]) -> Cost:
    with recording() as asked:
        work()
    waited = sum(one.seconds for one in asked.asked)
    return Cost(statements=len(asked.statements), waited=waited)


def _computed(work: Callable[[], Any]) -> Cost:
    # This thread's alone: the stand-ins answer in others.
    python, backend = time.thread_time(), backend_seconds()
    work()
    # In the other order: to ask for the backend's is no part of the step.
    spent = time.thread_time() - python
    return Cost(python=spent, backend=backend_seconds() - backend)


def backend_seconds() -> float:
    """Return the seconds that this connection's backend has computed; 0 where it is elsewhere."""
    if connection.vendor != "postgresql" or connection.connection is None:
        return 0.0
    told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    try:
        return int(told.read_text(encoding="ascii").split()[0]) / 1e9
    except OSError:
        return 0.0
