"""Counting what happens, in memory; every few seconds a process adds what it counted in Redis.

So the sums are right over all processes and machines, whoever dies or begins anew, and what
happens costs one addition: no query and no call. A process that is killed loses what it counted
within `TALLY_SECONDS`; a call whose answer was lost may be added twice. A Redis that lost its data
begins at 0, which Prometheus takes for the restart of a counter
(https://prometheus.io/docs/concepts/metric_types/#counter).
"""

import atexit
import os
import threading
from bisect import bisect_left
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

import structlog
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from flowia.lib.redis import redis_client

log = structlog.get_logger("flowia.tally")
KEY = "flowia:tally"
MOST = 4000
"""So many sums at most between two flushes: a label that grows must not fill the memory."""
LONGEST = 60
"""Characters of a label's value."""
MILLION = 1_000_000
AMOUNT = "sum"
MARK = "|"
ADD = "for i = 1, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end return #ARGV"
"""One call whatever was counted, and all of it or nothing."""

Key = tuple[str, ...]


@dataclass(frozen=True)
class Count:
    """What is counted: its name without `_total`, what it tells, its labels' names.

    `parts` is in how many parts of one the sum is printed (a million where millionths are added).
    `born` are labels that are printed as 0 before anything was counted, so that an alert sees the
    first one.
    """

    name: str
    tells: str
    labels: tuple[str, ...] = ()
    parts: int = 1
    born: tuple[Key, ...] = ()

    def add(self, *labels: str, by: int = 1) -> None:
        """Count `by` under these labels."""
        _add((((self.name, *labels), by),))


@dataclass(frozen=True)
class Spread:
    """What is measured: seconds, spread over `bounds`, its rising upper ends."""

    name: str
    tells: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

    def took(self, seconds: float, *labels: str) -> None:
        """Add one that took so many seconds, under these labels."""
        place = self.places[bisect_left(self.bounds, seconds)]
        amount = round(max(0.0, seconds) * MILLION)
        _add((((self.name, *labels, place), 1), ((self.name, *labels, AMOUNT), amount)))

    @cached_property
    def places(self) -> Key:
        """The upper ends as Prometheus writes them, the open one last."""
        return (*(str(bound) for bound in self.bounds), "+Inf")


@dataclass
class _State:
    """What this process counted and has not added yet, and the thread that will."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    sums: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    timer: threading.Timer | None = None


_state = _State()


def flush() -> bool:
    """Add what was counted to the sums in Redis; False when it must wait for Redis to answer."""
    state = _state
    with state.lock:
        state.timer = None
        sums, state.sums = state.sums, defaultdict(int)
    if not sums:
        return True
    told = [one for key, number in sums.items() for one in (_field(key), str(number))]
    try:
        redis_client().eval(ADD, 1, KEY, *told)
    except (RedisError, OSError) as error:
        log.info("counts wait", error=type(error).__name__)
        _add(tuple(sums.items()))
        return False
    return True


def read(client: Redis) -> dict[Key, int]:
    """Return the sums of all processes by name and labels."""
    rows: dict[str, str] = client.hgetall(KEY)  # type: ignore[assignment] # a client that waits
    return {tuple(name.split(MARK)): int(number) for name, number in rows.items()}


def _add(more: tuple[tuple[Key, int], ...]) -> None:
    state = _state
    with state.lock:
        for key, number in more:
            if key in state.sums or len(state.sums) < MOST:
                state.sums[key] += number
        if state.timer is None and settings.TALLY_SECONDS:
            state.timer = threading.Timer(settings.TALLY_SECONDS, flush)
            state.timer.daemon = True
            state.timer.start()


def _field(key: Key) -> str:
    return MARK.join(one.replace(MARK, "_")[:LONGEST] for one in key)


def _forget() -> None:
    """Begin anew in a child: what the parent counted is the parent's, and so is its thread."""
    global _state  # noqa: PLW0603 - one for each process
    _state = _State()


def _end() -> None:
    # What Redis does not take now is lost: no thread can be started any more to try again.
    with suppress(RuntimeError):
        flush()


os.register_at_fork(after_in_child=_forget)
atexit.register(_end)
