"""The running products as the faults see them, and what kills their processes."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.faults.reckoning import Fate
from tests.journeys.driver import Driver, driving, eventually
from tests.stack import Stack

BACK_SECONDS = 60


class Breaker(Driver):
    """A driver that also kills, stops and waits for processes."""

    def kill(self, name: str) -> None:
        """End a process and all its children at once, as a power cut would."""
        pid = self.stack.pids[name]
        assert os.getpgid(pid) == pid, f"{name} has no group of its own"
        os.killpg(pid, signal.SIGKILL)

    def back(self, name: str, pid: int) -> None:
        """Wait until another process has taken the place of `pid` and all parts work."""
        eventually(lambda: self.stack.pids[name] != pid, BACK_SECONDS, what=f"{name} again")
        eventually(self.stack.ready, BACK_SECONDS, what="everything ready")

    def end_lease(self, table: str, held: str, *, at_most: float) -> None:
        """Let the leases of the `held` rows be over, once they are seen to run `at_most` seconds.

        On a slow machine they may be over by themselves.
        """
        for (until,) in self.rows(f"SELECT next_at FROM {table} WHERE {held}"):
            ends = datetime.fromisoformat(str(until))
            left = (ends if ends.tzinfo else ends.replace(tzinfo=UTC)) - datetime.now(UTC)
            assert left.total_seconds() <= at_most
        self.rows(f"UPDATE {table} SET next_at = created_at WHERE {held}")

    def fates(self) -> dict[str, Fate]:
        """Return for each contact what the product says of their newest message."""
        rows = self.rows(
            "SELECT c.external_id, q.outcome, q.reason, COALESCE(d.status, '')"
            " FROM processing_message q"
            " JOIN processing_conversation v ON v.id = q.conversation_id"
            " JOIN processing_contact c ON c.id = v.contact_id"
            " LEFT JOIN processing_message r ON r.in_reply_to_id = q.id"
            " LEFT JOIN processing_delivery d ON d.message_id = r.id"
            " WHERE q.direction = 'inbound' ORDER BY q.id"
        )
        return {str(contact): Fate(*fate) for contact, *fate in rows}


@pytest.fixture
def driver(stack: Stack) -> Iterator[Breaker]:
    """Return a driver of the product on SQLite, then on PostgreSQL."""
    yield from driving(stack, Breaker)


@pytest.fixture
def sqlite_driver(sqlite_stack: Stack) -> Iterator[Breaker]:
    """Return a driver of the product on SQLite."""
    yield from driving(sqlite_stack, Breaker)
