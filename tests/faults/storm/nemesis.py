"""Who breaks things: a plan of faults from a seed, and the hand that carries them out."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psycopg

from tests.faults.storm.keeper import FULL
from tests.faults.storm.systems import System
from tests.stack import wait_until

Some = TypeVar("Some")
KINDS = (
    "worker",
    "child",
    "web",
    "redis",
    "postgres",
    "beat",
    "worker",
    "connections",
    "redis emptied",
    "child",
    "pause",
    "clock",
    "full disk",
)
"""Each comes in turn, in an order that the seed shuffles, so that a long storm has them all."""
KILLS = frozenset(KINDS) - {"connections", "pause", "clock"}
"""Those that end a process."""
UP_SECONDS = 30.0
"""How long what is to be killed is waited for: it may be starting."""
PAUSES = (3.0, 8.0, 34.0)
"""Seconds of a stopped worker; the longest outlasts the lease of a send."""
SHIFTS = (600, -600, 86_400)
WEATHER: tuple[dict[str, object], ...] = (
    {"service": "graph", "operation": "send", "kind": "server_error", "chance": 0.02},
    {"service": "graph", "operation": "send", "kind": "lost_after_acceptance", "chance": 0.02},
    {"service": "graph", "operation": "send", "kind": "latency", "seconds": 1.5, "chance": 0.02},
    {
        "service": "graph",
        "operation": "send",
        "kind": "timeout_after_acceptance",
        "seconds": 12,
        "chance": 0.004,
    },
    {"service": "openai", "kind": "rate_limited", "chance": 0.015},
    {"service": "openai", "kind": "server_error", "chance": 0.015},
    {"service": "openai", "kind": "latency", "seconds": 1.5, "chance": 0.02},
    {"service": "openai", "kind": "not_json", "chance": 0.015},
    {"service": "openai", "kind": "truncated", "chance": 0.005},
    {"service": "notion", "kind": "lost_after_acceptance", "chance": 0.02},
    {"service": "notion", "kind": "server_error", "chance": 0.02},
)
"""What the outside world does all the time."""
TOO_MANY: dict[str, object] = {"service": "graph", "operation": "send", "kind": "rate_limited"}
OFTEN, IN_ALL = 0.02, 6
"""A network's 429 comes with this chance, and about so many times in a long storm: after each, an
account's messages leave one by one for a minute and a half."""


@dataclass(frozen=True)
class Planned:
    """A fault: after so many messages, of which kind, with what luck (0 to 1)."""

    after: int
    kind: str
    luck: float


@dataclass(frozen=True)
class Struck:
    """A fault that struck: of which process or server, from when until when (in seconds)."""

    kind: str
    what: str
    at: float
    until: float


def planned(number: int, messages: int, seed: int) -> list[Planned]:
    """Return so many kills and the other faults among them, none in the very beginning or end."""
    draw = random.Random(f"faults {seed}")
    kinds: list[str] = []
    while sum(kind in KILLS for kind in kinds) < number:
        kinds += draw.sample(KINDS, len(KINDS))
    while sum(kind in KILLS for kind in kinds) > number:
        kinds.pop()
    moments = sorted(draw.uniform(0.04, 0.94) * messages for _ in kinds)
    return [
        Planned(int(after), kind, draw.random()) for after, kind in zip(moments, kinds, strict=True)
    ]


@dataclass
class Nemesis:
    """Carries out what is planned, one fault after the other, as messages go out."""

    system: System
    plan: list[Planned]
    webhooks: int
    struck: list[Struck] = field(default_factory=list)
    told: int = 0
    _thread: threading.Thread | None = None
    _over: bool = False

    def start(self, seed: int, *, weather: bool = True) -> None:
        """Begin; the weather, too."""
        too_many = {**TOO_MANY, "chance": min(OFTEN, IN_ALL / self.webhooks)}
        for number, one in enumerate((*WEATHER, too_many) if weather else ()):
            self.system.world.fault(**one, times=None, seed=f"{seed} {number}")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Wait for the last fault that is due to be over; the weather stays."""
        self._over = True
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        for one in self.plan:
            while self.told < one.after:
                if self._over:
                    return
                time.sleep(0.02)
            at = time.time()
            if what := ACTS[one.kind](self.system, one.luck):
                self.struck.append(Struck(one.kind, what, at, time.time()))


def _pick(things: tuple[Some, ...], luck: float) -> Some:
    return things[int(luck * len(things))]


def _kill(system: System, name: str, *, whole: bool) -> str:
    """Kill a process that runs; returns its name, "" when it did not run for long."""
    keeper = system.world.keeper
    killed = wait_until(lambda: keeper.signal(name, signal.SIGKILL, whole=whole), UP_SECONDS)
    return name if killed else ""


def _kill_child(system: System, name: str, luck: float) -> str:
    """Kill one of a process's children; returns whose, "" when there was none for long."""
    keeper = system.world.keeper
    limit = time.monotonic() + UP_SECONDS
    while time.monotonic() < limit:
        children = keeper.children(name)
        if children:
            with suppress(ProcessLookupError):
                os.kill(children[int(luck * 1000) % len(children)], signal.SIGKILL)
                return f"child of {name}"
        time.sleep(0.05)
    return ""


def _worker(system: System, luck: float) -> str:
    return _kill(system, _pick(system.workers, luck), whole=luck * 100 % 1 < 0.5)


def _child(system: System, luck: float) -> str:
    return _kill_child(system, _pick(system.workers, luck), luck)


def _web(system: System, luck: float) -> str:
    if luck < 0.4:
        return _kill_child(system, system.web, luck)
    return _kill(system, system.web, whole=True)


def _beat(system: System, _luck: float) -> str:
    return _kill(system, system.beat, whole=True) if system.beat else ""


def _redis(system: System, _luck: float) -> str:
    system.world.broker.crash(empty=False)
    return "redis"


def _redis_emptied(system: System, _luck: float) -> str:
    system.world.broker.crash(empty=True)
    return "redis"


def _postgres(system: System, luck: float) -> str:
    system.world.database.crash(0.2 + 3 * luck)
    return "postgres"


def _connections(system: System, _luck: float) -> str:
    with suppress(psycopg.OperationalError):
        return f"{system.world.database.cut()} connections"
    return ""


def _pause(system: System, luck: float) -> str:
    name, keeper = _pick(system.workers, luck), system.world.keeper
    stopped = [keeper.pid(name), *keeper.children(name)]
    seconds = _pick(PAUSES, luck * 10 % 1)
    try:
        for pid in filter(None, stopped):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
    finally:
        for pid in filter(None, stopped):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
    return f"{name} {seconds:.0f} s"


def _clock(system: System, luck: float) -> str:
    whose = (system.beat, *system.workers) if system.beat else system.workers
    name = _pick(whose, luck)
    if system.world.clock is None:
        return ""
    seconds = _pick(SHIFTS, luck * 10 % 1)
    system.world.shift(name, seconds)
    time.sleep(4)
    system.world.shift(name, 0)
    return f"{name} {seconds:+d} s"


def _full_disk(system: System, luck: float) -> str:
    name, keeper = _pick((system.web, *system.workers), luck), system.world.keeper
    usual: Path = keeper.kept[name].log
    keeper.log_to(name, FULL)
    time.sleep(6)
    keeper.log_to(name, usual)
    return f"log of {name}"


ACTS: dict[str, Callable[[System, float], str]] = {
    "worker": _worker,
    "child": _child,
    "web": _web,
    "redis": _redis,
    "redis emptied": _redis_emptied,
    "postgres": _postgres,
    "beat": _beat,
    "connections": _connections,
    "pause": _pause,
    "clock": _clock,
    "full disk": _full_disk,
}
