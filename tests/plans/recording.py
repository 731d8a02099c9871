"""What the product asks its database, in order, and which of its functions asks.

Statements come from the running code itself: nothing here is typed by hand.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

from django.db import connection

from flowia.embedded import BASE_DIR

OURS = f"{BASE_DIR}/"
HERE = (f"{OURS}tests/", f"{OURS}benchmarks/", f"{OURS}.venv/")
CALLERS = 3
"""So many functions of ours are kept of each statement, the innermost first."""
TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True)
class Asked:
    """One statement: as it was sent, for whom, and how many seconds its answer took."""

    sql: str
    params: Any = None
    callers: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def is_transaction(self) -> bool:
        """Whether it only begins or ends a transaction, or a part of one."""
        return self.sql.startswith(TRANSACTION)


@dataclass
class Recording:
    """The statements so far."""

    asked: list[Asked] = field(default_factory=list)

    @property
    def statements(self) -> list[Asked]:
        """Those that read or write rows."""
        return [one for one in self.asked if not one.is_transaction]

    @property
    def transactions(self) -> int:
        """How many transactions were begun, those within others aside."""
        return sum(one.sql.startswith("BEGIN") for one in self.asked)


@contextmanager
def recording() -> Iterator[Recording]:
    """Record what this thread's connection is asked, beginnings and ends of transactions too."""
    found = Recording()
    connection.ensure_connection()
    with connection.execute_wrapper(_noting(found)), _transactions(found):
        yield found


def _noting(found: Recording) -> Callable[..., Any]:
    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        callers = callers_of(sys._getframe(1))
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            taken = time.perf_counter() - started
            found.asked.append(Asked(str(sql), params, callers, taken))

    return note


@contextmanager
def _transactions(found: Recording) -> Iterator[None]:
    """Note what the driver sends by itself; SQLite's BEGIN is a statement like others."""
    set_autocommit = connection.set_autocommit

    def turned(autocommit: bool, *args: Any, **named: Any) -> None:
        if not autocommit and connection.vendor != "sqlite":
            found.asked.append(Asked("BEGIN", None, callers_of(sys._getframe(1))))
        set_autocommit(autocommit, *args, **named)

    def ended(name: str) -> Callable[[], None]:
        end = getattr(connection, name)

        def noted() -> None:
            started = time.perf_counter()
            end()
            callers, taken = callers_of(sys._getframe(1)), time.perf_counter() - started
            found.asked.append(Asked(name.upper(), None, callers, taken))

        return noted

    with (
        patch.object(connection, "set_autocommit", turned),
        patch.object(connection, "commit", ended("commit")),
        patch.object(connection, "rollback", ended("rollback")),
    ):
        yield


def callers_of(frame: FrameType | None) -> tuple[str, ...]:
    """Return the functions of the product that lead to a frame, the innermost first."""
    found: list[str] = []
    while frame is not None and len(found) < CALLERS:
        name = frame.f_code.co_filename
        if name.startswith(OURS) and not name.startswith(HERE):
            where = Path(name).relative_to(BASE_DIR)
            found.append(f"{where}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return tuple(found)
