"""Django's SQLite, with a line for the threads that want to write.

SQLite lets one writer in and the others ask again after pauses that grow to a tenth of a second
(https://www.sqlite.org/c3ref/busy_timeout.html and its default handler): whoever has waited
longest asks least often. Of sixteen threads at once one waits for seconds, which the product
would take for a network that does not answer.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base


class Line:
    """Lets one thread through at a time, in the order in which they came."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    def take(self) -> None:
        """Return when it is the caller's turn; raises OperationalError after PATIENCE_SECONDS."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(PATIENCE_SECONDS):
            return
        with self._guard:
            if turn in self._waiting:
                self._waiting.remove(turn)
                raise OperationalError("database is locked")

    def waiting(self) -> int:
        """Return how many stand in the line."""
        return len(self._waiting)

    def leave(self) -> None:
        """Let the next one through."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


PATIENCE_SECONDS = 20
WRITERS = Line()
CHANGES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits for its turn before it asks SQLite for the writers' lock."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._has_turn = False
        self.execute_wrappers.append(self._in_turn)

    def _in_turn(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        """Do what changes something outside a transaction in its turn, too."""
        if self._has_turn or not sql.startswith(CHANGES):
            return execute(sql, params, many, context)
        WRITERS.take()
        try:
            return execute(sql, params, many, context)
        finally:
            WRITERS.leave()

    def set_autocommit(
        self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False
    ) -> None:
        """Wait for the turn before a transaction begins."""
        if not autocommit and not self._has_turn:
            WRITERS.take()
            self._has_turn = True
        try:
            super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        except BaseException:
            self._give_turn()
            raise

    def commit(self) -> None:
        """Keep what was written; what is to be done after it no longer has the turn."""
        super().commit()
        self._give_turn()

    def rollback(self) -> None:
        """Forget what was written: also what could not be committed."""
        try:
            super().rollback()
        finally:
            self._give_turn()

    def close(self) -> None:
        """Close the connection, and with it what it was in the middle of."""
        try:
            super().close()
        finally:
            self._give_turn()

    def _give_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            WRITERS.leave()
