"""The process between a worker and the browser: whatever happens, nothing survives it.

It starts the program that drives the browser, gives it the job, passes its lines on, and ends all
of it when the worker says so, falls silent or is gone, when time or memory is used up, or when the
program has ended. Only the standard library and psutil: it starts in a tenth of a second and has
nothing in it that could hang.
"""

import json
import os
import secrets
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from social.providers.linkedin.browser import tree
from social.providers.linkedin.browser.pipes import CHUNK, LineReader, LineWriter, TooLongError

FIRST_SECONDS = 20.0
TICK_SECONDS, LOOK_SECONDS = 0.25, 1.0
LAST_WORDS_SECONDS = 5.0
MOST_OUTPUT = 16_000_000
"""Bytes that the program may write in all, and that may wait for a worker that reads nothing."""
FOLDER = "flowia-browser-"
OLD_SECONDS = 3600
LONGEST_BASE = 30
PARENT, STOPPED, TIME, MEMORY, OUTPUT = "parent", "stopped", "time", "memory", "output"


@dataclass
class Guard:
    """One run: the program, the worker's pipes, and what was seen of them so far."""

    program: "subprocess.Popen[bytes]"
    worker: LineReader
    out: LineWriter
    seconds: float
    silence: float
    memory_mb: int
    to_program: LineWriter
    from_program: LineReader
    seen: set[psutil.Process] = field(default_factory=set)
    began_at: float = field(default_factory=time.monotonic)
    heard_at: float = field(default_factory=time.monotonic)
    looked_at: float = 0.0
    closed_at: float = 0.0
    peak_mb: int = 0
    passed: int = 0

    def watch(self) -> str:
        """Wait for the end of the run; returns why the program has to be ended, "" if it did."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.worker.descriptor, selectors.EVENT_READ, self._hear_worker)
            selector.register(self.from_program.descriptor, selectors.EVENT_READ, self._pass_on)
            while True:
                for key, _ in selector.select(TICK_SECONDS):
                    if reason := key.data():
                        return str(reason)
                if self.from_program.ended and not self.closed_at:
                    selector.unregister(self.from_program.descriptor)
                    self.closed_at = time.monotonic()
                reason, over = self._look()
                if over:
                    return reason

    def _hear_worker(self) -> str:
        try:
            lines = self.worker.lines()
        except TooLongError:
            return PARENT
        if self.worker.ended:
            return PARENT
        for line in lines:
            self.heard_at = time.monotonic()
            if b'"stop"' in line:
                return STOPPED
            if b'"go"' in line:
                self.to_program.put(line)
        return ""

    def _pass_on(self) -> str:
        try:
            lines = self.from_program.lines()
        except TooLongError:
            return OUTPUT
        for line in lines:
            self.passed += len(line)
            if self.passed > MOST_OUTPUT:
                return OUTPUT
            self.out.put(line)
        return ""

    def drain(self) -> None:
        """Pass on what a killed program had said: its outcome counts for good."""
        for _ in range(MOST_OUTPUT // CHUNK):
            if self.from_program.ended or self._pass_on():
                return

    def _look(self) -> tuple[str, bool]:
        """Return why to end now, and whether to."""
        now = time.monotonic()
        self.to_program.push()
        self.out.push()
        if self.out.closed or now - self.heard_at > self.silence:
            return PARENT, True
        if now - self.began_at > self.seconds:
            return TIME, True
        if now - self.looked_at > LOOK_SECONDS:
            self.looked_at = now
            living = tree.descendants()
            self.seen |= living
            size = tree.megabytes(living)
            self.peak_mb = max(self.peak_mb, size)
            if size > self.memory_mb:
                return MEMORY, True
        if self.program.poll() is not None and self.from_program.ended:
            return "", True
        # A program that closed its output and goes on says nothing any more.
        return "", bool(self.closed_at) and now - self.closed_at > LAST_WORDS_SECONDS


def main(command: Sequence[str]) -> int:
    """Watch over `command`, a program that takes its job on standard input; returns the exit code.

    0 says that nothing is left of the run. The first line of our own standard input is the job.
    """
    os.umask(0o077)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    tree.adopt_orphans()
    worker, out = LineReader(0), LineWriter(1)
    job = _job(worker)
    if job is None:
        return 2
    _sweep()
    folder = base() / f"{FOLDER}{os.environ.get(tree.MARK) or secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    try:
        return _run(command, job, worker, out, folder)
    finally:
        _remove(folder)


def _run(
    command: Sequence[str], job: bytes, worker: LineReader, out: LineWriter, folder: Path
) -> int:
    wanted = json.loads(job)
    program = subprocess.Popen(  # noqa: S603 # our own interpreter and module
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(folder),
    )
    assert program.stdin is not None  # noqa: S101 # for the types
    assert program.stdout is not None  # noqa: S101 # for the types
    guard = Guard(
        program=program,
        worker=worker,
        out=out,
        seconds=float(wanted["seconds"]),
        silence=float(wanted["silence"]),
        memory_mb=int(wanted["memory_mb"]),
        to_program=LineWriter(program.stdin.fileno()),
        from_program=LineReader(program.stdout.fileno()),
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_end(guard, STOPPED, folder)))
    guard.to_program.put(job)
    return _end(guard, guard.watch(), folder)


def _end(guard: Guard, reason: str, folder: Path) -> int:
    """Kill what is left, say so, and return the exit code."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    clean = tree.kill_all(guard.seen)
    guard.drain()
    _remove(folder)
    said = {"end": {"killed": reason, "peak_mb": guard.peak_mb, "clean": clean}}
    guard.out.put(json.dumps(said).encode())
    until = time.monotonic() + LAST_WORDS_SECONDS
    while guard.out.waiting and time.monotonic() < until:
        time.sleep(tree.PAUSE)
        guard.out.push()
    return 0 if clean else 1


def environment(folder: Path) -> Mapping[str, str]:
    """Return the program's environment: ours, with the run's folder for all that it writes."""
    return {**os.environ, "HOME": str(folder), "TMPDIR": str(folder)}


def _job(worker: LineReader) -> bytes | None:
    """Return the first line, None when the worker ends or stays silent before it."""
    until = time.monotonic() + FIRST_SECONDS
    while time.monotonic() < until and not worker.ended:
        with selectors.DefaultSelector() as selector:
            selector.register(worker.descriptor, selectors.EVENT_READ)
            selector.select(TICK_SECONDS)
        try:
            lines = worker.lines()
        except TooLongError:
            return None
        if lines:
            return lines[0]
    return None


def base() -> Path:
    """Return where the folders of runs are made.

    Chromium's socket has at most 107 characters of path, 76 of which are the run's and its own.
    """
    usual = tempfile.gettempdir()
    return Path(usual if len(usual) <= LONGEST_BASE or os.name != "posix" else "/tmp")  # noqa: S108 # 0700


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove the folders of runs whose guard was killed: no run lasts an hour."""
    for old in base().glob(f"{FOLDER}*"):
        try:
            if time.time() - old.stat().st_mtime > OLD_SECONDS:
                _remove(old)
        except OSError:
            continue
