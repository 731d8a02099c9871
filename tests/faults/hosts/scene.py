"""People who write while a host is cut off, and what is seen of it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.conftest import Breaker
from tests.journeys.driver import OK
from tests.journeys.envelopes import envelope, message, new_contact

QUESTION = "Bonjour, c'est combien la lampe Aube ?"
LEASE = 60
"""Seconds for which a worker has a message that it answers."""
STATES = (
    "SELECT 'event ' || status, COUNT(*) FROM social_webhookevent GROUP BY 1 UNION ALL"
    " SELECT 'message ' || outcome || ' ' || reason || ' ' || attempts, COUNT(*)"
    " FROM processing_message WHERE direction = 'inbound' GROUP BY 1 UNION ALL"
    " SELECT 'delivery ' || status, COUNT(*) FROM processing_delivery GROUP BY 1 ORDER BY 1"
)


@dataclass
class Crowd:
    """Everybody who wrote, in their order; `slowest` is the longest acknowledgement, in seconds."""

    driver: Breaker
    contacts: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def write(self) -> str:
        """Let one new person write; the product must take it."""
        contact = new_contact()
        answered = self.driver.post(envelope(message(contact, QUESTION)))
        assert answered.status == OK, answered
        self.slowest = max(self.slowest, answered.seconds)
        self.contacts.append(contact)
        return contact

    @contextmanager
    def writing(self, *, every: float) -> Iterator[None]:
        """Let somebody write every so many seconds while the block runs."""
        over = threading.Event()
        failures: list[BaseException] = []

        def go_on() -> None:
            try:
                while not over.wait(every):
                    self.write()
            except (AssertionError, OSError) as error:
                failures.append(error)

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
        assert not failures, failures

    def answered(self) -> set[str]:
        """Return who got an answer, as the network's own log says."""
        return {call["recipient"] for call in self.driver.sends()}

    def story(self) -> str:
        """Return in one line how many wrote and were answered, and where all rows stand."""
        told = ", ".join(f"{name}: {number}" for name, number in self.driver.rows(STATES))
        return f"{len(self.contacts)} wrote, {len(self.answered())} answered; {told}"


def thinking(driver: Breaker, *, for_seconds: float = 0) -> int:
    """Return how many messages workers have, all of them for so many seconds at least."""
    found = driver.rows(
        "SELECT COUNT(*) FROM processing_message WHERE direction = 'inbound' AND outcome = ''"
        " AND attempts > 0 AND next_at BETWEEN now() AND now() + %s * interval '1 second'",
        LEASE - for_seconds,
    )
    return int(found[0][0])


def sessions(driver: Breaker, address: str) -> int:
    """Return how many sessions of a host PostgreSQL believes to have."""
    asked = "SELECT COUNT(*) FROM pg_stat_activity WHERE host(client_addr) = %s"
    return int(driver.rows(asked, address)[0][0])
