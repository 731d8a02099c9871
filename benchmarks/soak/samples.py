"""What is looked at again and again while the product works, and whether it grew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import psycopg
from redis import Redis

from benchmarks.throughput.costs import PROC, Cost, trees
from benchmarks.throughput.systems import Running

FLAT = 1.05
"""So much more may a program weigh at the end than after it had warmed up."""
FEW = 10
"""So many rows, wake-ups or connections more are what happens to be under way."""
PART = 8
"""The last part of a run is held against the second one: in the first it still warms up."""
QUEUES = ("incomingMessages", "autoReply", "background", "browserLinkedIn")
COUNTS = b"""
SELECT
    (SELECT COUNT(*) FROM social_webhookevent WHERE status = 'received')
    + (SELECT COUNT(next_at) FROM processing_message WHERE outcome = '')
    + (SELECT COUNT(*) FROM processing_delivery WHERE status IN ('queued', 'sending')),
    (SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database())
"""


@dataclass(frozen=True)
class Sample:
    """How things stand `minute` minutes after the beginning; `weight` is PSS in MB by program."""

    minute: float
    weight: dict[str, float]
    files: int
    counts: dict[str, int]

    def line(self) -> str:
        """Tell it in one line."""
        counted = ", ".join(f"{number} {name}" for name, number in self.counts.items())
        whole = sum(self.weight.values())
        return f"{self.minute:6.1f} min: {whole:.0f} MB, {self.files} files, {counted}"


def look(one: Running, redis: Redis, minute: float) -> Sample:
    """Look once."""
    with psycopg.connect(one.database) as connection:
        waiting, sessions = connection.execute(COUNTS).fetchone() or (0, 0)
    clients: object = redis.info("clients")
    queued = sum(int(str(redis.llen(f"flowia:{name}"))) for name in QUEUES)
    found: dict[str, Cost] = trees(one.pids, memory=True)
    return Sample(
        minute,
        {name: cost.megabytes for name, cost in found.items()},
        sum(open_files(pid) for cost in found.values() for pid in cost.pids),
        {
            "rows that wait": int(waiting),
            "wake-ups in Redis": queued,
            # This look's own is one of them.
            "connections to PostgreSQL": int(sessions) - 1,
            "connections to Redis": int(dict(clients)["connected_clients"]),  # type: ignore[call-overload]
        },
    )


def open_files(pid: int) -> int:
    """Return how many files and sockets a process has open, 0 when it is gone."""
    try:
        return sum(1 for _ in (PROC / str(pid) / "fd").iterdir())
    except OSError:
        return 0


def verdict(samples: Sequence[Sample]) -> tuple[list[str], bool]:
    """Return a line for whatever was looked at, and whether nothing of it grew."""
    size = len(samples) // PART
    if not size:
        return [f"{len(samples)} looks: too few to tell, a verdict takes {PART}."], False
    second, last = samples[size : 2 * size], samples[-size:]
    rows = list(_rows(second, last))
    lines = ["| | second part | last part | |", "|---|--:|--:|---|"]
    lines += [f"| {name} | {a:.1f} | {b:.1f} | {'' if ok else 'GREW'} |" for name, a, b, ok in rows]
    return lines, all(ok for *_rest, ok in rows)


def _rows(
    second: Sequence[Sample], last: Sequence[Sample]
) -> Iterator[tuple[str, float, float, bool]]:
    for name in second[0].weight:
        before, after = (
            median(one.weight.get(name, 0.0) for one in part) for part in (second, last)
        )
        yield f"PSS of {name}, MB", before, after, after <= before * FLAT
    before, after = (median(one.files for one in part) for part in (second, last))
    yield "open files and sockets", before, after, after <= before * FLAT
    for name in second[0].counts:
        before, after = (median(one.counts[name] for one in part) for part in (second, last))
        yield name, before, after, after <= before + FEW
