"""What one message costs, each figure with its source; the measured ones stand in docs/scaling.md.

Seconds, bytes and rows. A machine of another speed scales the computing by one factor.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Costs:
    """One message's journey: what is computed where, what is waited for, what is kept."""

    # Seconds of computing of each kind of process, divided by what they did (measured).
    web_call: float = 0.006
    receive: float = 0.020
    respond: float = 0.050
    send: float = 0.046
    # PostgreSQL's own computing for all of a message's journey (assumed).
    database: float = 0.045
    # A message whose turn has not come, looked at and put back (part of respond; assumed).
    look: float = 0.012
    # Waiting: the model (assumed: a small model's usual answer), the network's send (assumed).
    model_median: float = 1.6
    model_sigma: float = 0.45
    network: float = 0.35
    # `SETTLE_SECONDS` of the product's settings.
    settle: float = 8.0
    # Webhooks of a message: itself, the echo, delivered, read (measured against the sandbox).
    calls: int = 4
    # Rows of a message (assumed) and what they weigh with their indexes (measured).
    rows: float = 14.0
    row_bytes: float = 800.0
    # A note in Redis that a row was woken, kept for an hour, and a wake-up in a queue (assumed).
    note_bytes: float = 170.0
    wake_bytes: float = 1_100.0


COSTS = Costs()


@dataclass(frozen=True)
class Host:
    """A worker host: its cores, and how many of each it does at a time (the Procfile)."""

    cores: int = 2
    incoming: int = 5
    reply: int = 3


HOST = Host()
OTHERS = 2 + 2
"""Children of the workers for browsers and for the background; each child has one session at
PostgreSQL at most."""
CENTRE_CONNECTIONS = 8 + 1
"""Web: two workers of four threads; beat."""
