"""What one message costs, each figure with its source; the measured ones stand in docs/scaling.md.

Seconds, bytes and rows. A machine of another speed scales the computing by one factor.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Costs:
    """One message's journey: what is computed where, what is waited for, what is kept."""

    # Seconds of computing of each process for a message of somebody new (measured by
    # `benchmarks.throughput`, docs/performance.md; incoming's parted as `--steps` parts it).
    web_call: float = 0.004
    respond: float = 0.052
    send: float = 0.023
    background: float = 0.026
    beat: float = 0.007
    # One of a message's calls, on average: 0.021 for the message itself; by the shares of `--steps`
    # as much for its echo, and half of that for each of the others.
    receive: float = 0.0155
    # PostgreSQL's own: 0.027 to 0.030 for the message's 174 statements (measured), and as much for
    # each of the 42 that the other three calls ask (computed).
    database: float = 0.035
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
    background: int = 2


HOST = Host()
OTHERS = 2
"""Children of the worker for browsers; each child has one session at PostgreSQL at most."""
CENTRE_CONNECTIONS = 8 + 1
"""Web: two workers of four threads; beat."""
