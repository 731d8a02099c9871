"""One worker at a time per tool: who holds `busy_until` of its row.

The moment itself says whose it is. A lease is renewed before every call, so that a worker that
slept through it makes none; a worker that vanished keeps others out for a minute.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from flowia.lib import clock
from integrations.models import Integration

LEASE = timedelta(seconds=60)
"""Longer than the longest call together with the wait before it."""


class LostLeaseError(Exception):
    """Another worker has the tool now: stop, change nothing."""


@dataclass
class Lease:
    """The right to write into a tool until a moment."""

    integration_id: int
    until: datetime

    def renew(self) -> None:
        """Hold the tool for another minute; raises LostLeaseError when somebody else does."""
        until = clock.now() + LEASE
        if not self._mine().update(busy_until=until):
            raise LostLeaseError
        self.until = until

    def may_go_on(self) -> bool:
        """Renew the lease, and return whether the tool may still be written into."""
        until = clock.now() + LEASE
        held = self._mine().filter(writable(clock.now())).update(busy_until=until)
        self.until = until if held else self.until
        return bool(held)

    def give_back(self) -> None:
        """Let others have the tool; a lease that was lost is left to who has it."""
        self._mine().update(busy_until=None)

    def _mine(self) -> QuerySet[Integration]:
        return Integration.objects.filter(pk=self.integration_id, busy_until=self.until)


def take(integration_id: int, *, to_write: bool = True) -> Lease | None:
    """Return the lease of a tool that nobody has, and that may be written into; None otherwise.

    Who does not come `to_write` leads gets it whatever the tool's status is.
    """
    now = clock.now()
    rows = Integration.objects.filter(idle(now), rested(now), pk=integration_id)
    if to_write:
        rows = rows.filter(status=Integration.Status.ACTIVE)
    return Lease(integration_id, now + LEASE) if rows.update(busy_until=now + LEASE) else None


def idle(now: datetime, path: str = "") -> Q:
    """Select tools that no worker has; `path` leads to them (`integration__`)."""
    return Q(**{f"{path}busy_until": None}) | Q(**{f"{path}busy_until__lte": now})


def writable(now: datetime) -> Q:
    """Select tools that are connected and did not ask for patience."""
    return rested(now) & Q(status=Integration.Status.ACTIVE)


def rested(now: datetime) -> Q:
    """Select tools that do not ask for patience at the moment."""
    return Q(held_until=None) | Q(held_until__lte=now)
