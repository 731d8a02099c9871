"""The processes of a system under test, started again when they end, as any supervisor would."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PAUSE = 0.3
"""Seconds until a process that ended is started again."""
STOP_SECONDS = 40
FULL = Path("/dev/full")
"""A device on which no byte has room: the log of a process whose disk is full."""


@dataclass(frozen=True)
class Exit:
    """A process that ended: which, with what code, and whether somebody wanted it."""

    name: str
    code: int
    wanted: bool
    at: float


@dataclass
class Kept:
    """One process: `log` is where its output goes, `down` keeps it from being started again."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    cwd: Path
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    wanted: bool = False
    down: bool = False
    ended_at: float = 0.0


@dataclass
class Keeper:
    """Starts what ended; `exits` tells of every end."""

    kept: dict[str, Kept] = field(default_factory=dict)
    exits: list[Exit] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    over: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def add(self, one: Kept) -> None:
        """Start a process and keep it running."""
        with self.lock:
            self.kept[one.name] = one
            _start(one)
        if self.thread is None:
            self.thread = threading.Thread(target=self._watch, daemon=True)
            self.thread.start()

    def pid(self, name: str) -> int:
        """Return the process that has this name now; 0 while there is none."""
        process = self.kept[name].process
        return process.pid if process is not None and process.poll() is None else 0

    def signal(self, name: str, number: int, *, whole: bool = False) -> int:
        """Send a signal to a process (`whole`: and to all its children); return its id, or 0.

        One that ends it counts as wanted.
        """
        with self.lock:
            one, pid = self.kept[name], self.pid(name)
            if not pid:
                return 0
            one.wanted = one.wanted or number in {signal.SIGKILL, signal.SIGTERM}
            with suppress(ProcessLookupError):
                os.killpg(pid, number) if whole else os.kill(pid, number)
            return pid

    def log_to(self, name: str, log: Path) -> None:
        """Kill a process and start it again with its output in another place."""
        with self.lock:
            self.kept[name].log = log
        self.signal(name, signal.SIGKILL, whole=True)

    def keep_down(self, name: str, *, down: bool) -> None:
        """Let a process stay ended, or be started again."""
        with self.lock:
            self.kept[name].down = down

    def children(self, name: str) -> list[int]:
        """Return the direct children of a process."""
        pid = self.pid(name)
        with suppress(OSError):
            told = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
            return [int(word) for word in told.split()]
        return []

    def unwanted(self) -> list[Exit]:
        """Return the ends that nobody asked for."""
        return [one for one in self.exits if not one.wanted]

    def stop(self) -> None:
        """End everything: politely, in the reverse order, then for certain."""
        self.over.set()
        if self.thread is not None:
            self.thread.join()
        for one in reversed(self.kept.values()):
            if one.process is not None and one.process.poll() is None:
                one.process.terminate()
        limit = time.monotonic() + STOP_SECONDS
        for one in reversed(self.kept.values()):
            _end(one, max(0.1, limit - time.monotonic()))

    def kill(self) -> None:
        """End everything at once."""
        self.over.set()
        for one in self.kept.values():
            _end(one, 0.1)

    def _watch(self) -> None:
        while not self.over.wait(0.1):
            with self.lock:
                for one in self.kept.values():
                    self._look(one)

    def _look(self, one: Kept) -> None:
        if one.process is not None and one.process.poll() is not None:
            _bury(one)
            told = Exit(one.name, one.process.returncode, one.wanted, time.time())
            self.exits.append(told)
            one.process, one.ended_at = None, time.monotonic()
        rested = time.monotonic() - one.ended_at > PAUSE
        if one.process is None and rested and not one.down:
            _start(one)


def _start(one: Kept) -> None:
    one.wanted = False
    with one.log.open("ab") as log:
        one.process = subprocess.Popen(
            one.command,
            cwd=one.cwd,
            env=dict(one.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _end(one: Kept, seconds: float) -> None:
    if one.process is None:
        return
    with suppress(subprocess.TimeoutExpired):
        one.process.wait(seconds)
    _bury(one)
    one.process.wait()


def _bury(one: Kept) -> None:
    """End what a process left behind: its children have its group."""
    if one.process is not None:
        with suppress(ProcessLookupError):
            os.killpg(one.process.pid, signal.SIGKILL)
