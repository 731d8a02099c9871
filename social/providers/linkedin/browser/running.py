"""The worker's side of a run: start the guard, keep it alive, read what it says, leave nothing.

No Playwright here: the worker has the ORM, and Playwright's loop forbids it (linkedin.md 8).
"""

import json
import os
import secrets
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from social.providers.linkedin.browser import tree
from social.providers.linkedin.browser.jobs import Job, Outcome, broken_off, outcome_from
from social.providers.linkedin.browser.pipes import LineReader, LineWriter, TooLongError

ROOT = Path(__file__).resolve().parents[4]
GUARD = (sys.executable, "-m", "social.providers.linkedin.browser")
TICK_SECONDS = 0.5
BEATS = 4
"""How many of them fit into the silence that the guard bears."""
ENDING_SECONDS, LATE_SECONDS = 12.0, 30.0
PASSED_ON = (
    *("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT"),
    *("FONTCONFIG_PATH", "FONTCONFIG_FILE", "SSL_CERT_FILE", "SSL_CERT_DIR", "PYTHONPATH"),
)
"""The environment that the browser gets: none of the product's secrets is among it."""


class _Heard:
    """What the guard said so far.

    `asks`: the program waits for leave to click; `clicked`: it was given.
    """

    def __init__(self) -> None:
        self.asks = self.clicked = False
        self.outcome: Outcome | None = None
        self.end: dict[str, Any] | None = None

    def line(self, line: bytes) -> None:
        try:
            said = json.loads(line)
        except ValueError:
            return
        if not isinstance(said, dict):
            return
        if said.get("event") == "clicking":
            self.asks = True
        if isinstance(said.get("outcome"), dict):
            with suppress(TypeError):
                self.outcome = outcome_from(said["outcome"])
        if isinstance(said.get("end"), dict):
            self.end = said["end"]


def run(job: Job, *, keep_going: Callable[[], bool], program: Sequence[str] = ()) -> Outcome:
    """Do one job in a browser of its own and return what came of it.

    `keep_going` is called about every five seconds (a quarter of `job.silence`), and once more
    right before a message's click, which waits for it. It may use rows; when it returns False the
    run is ended. Whatever it raises, and whatever a signal raises here
    (SoftTimeLimitExceeded, KeyboardInterrupt), ends the run too and is passed on: of a message that
    was being sent nobody knows then whether it left. `program` replaces the one that drives the
    browser, for tests.

    Before it returns or raises, every process of the run is gone.
    """
    mark, heard = secrets.token_hex(8), _Heard()
    guard: subprocess.Popen[bytes] | None = None
    try:
        guard = subprocess.Popen(  # noqa: S603 # our own interpreter and module
            [*GUARD, *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd=ROOT,
            env=_environment(mark),
        )
        _follow(guard, job, keep_going, heard)
    finally:
        if guard is not None:
            _end(guard, mark)
    return _outcome(job, heard)


def _follow(
    guard: "subprocess.Popen[bytes]", job: Job, keep_going: Callable[[], bool], heard: _Heard
) -> None:
    """Pass beats on and listen, until the guard ends, or has to."""
    assert guard.stdin is not None  # noqa: S101 # for the types
    assert guard.stdout is not None  # noqa: S101 # for the types
    writer, reader = LineWriter(guard.stdin.fileno()), LineReader(guard.stdout.fileno())
    writer.put(job.line())
    began_at = beaten_at = time.monotonic()
    beats = 0
    with selectors.DefaultSelector() as selector:
        selector.register(reader.descriptor, selectors.EVENT_READ)
        while not reader.ended and time.monotonic() - began_at < job.seconds + LATE_SECONDS:
            if selector.select(TICK_SECONDS):
                _listen(reader, heard)
            writer.push()
            asks = heard.asks and heard.end is None
            if asks or time.monotonic() - beaten_at >= job.silence / BEATS:
                beats += 1
                going = keep_going()
                beaten_at = time.monotonic()
                if asks:
                    # Noted before it is said: whoever dies from here on may have clicked.
                    heard.asks, heard.clicked = False, going
                word = "stop" if not going else "go" if asks else "beat"
                writer.put(json.dumps({word: beats}).encode())


def _listen(reader: LineReader, heard: _Heard) -> None:
    try:
        for line in reader.lines():
            heard.line(line)
    except TooLongError:
        reader.ended = True


def _end(guard: "subprocess.Popen[bytes]", mark: str) -> None:
    """Let the guard end everything, which it says by its exit code; where it cannot, do it here."""
    for pipe in (guard.stdin, guard.stdout):
        with suppress(OSError, AttributeError):
            pipe.close()  # type: ignore[union-attr] # both are pipes
    with suppress(subprocess.TimeoutExpired):
        guard.wait(ENDING_SECONDS)
    if guard.returncode == 0:
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(guard.pid, signal.SIGKILL)
    guard.wait()
    until = time.monotonic() + tree.KILLING_SECONDS
    while (left := tree.marked(mark)) and time.monotonic() < until:
        tree.kill(left)
        time.sleep(tree.PAUSE)


def _outcome(job: Job, heard: _Heard) -> Outcome:
    end = heard.end or {}
    killed, peak_mb = str(end.get("killed") or ""), int(end.get("peak_mb") or 0)
    if heard.outcome is None:
        return broken_off(job, clicked=heard.clicked, killed=killed, peak_mb=peak_mb)
    return replace(heard.outcome, killed=killed, peak_mb=peak_mb, clicked=heard.clicked)


def _environment(mark: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in PASSED_ON}
    return {**kept, tree.MARK: mark, "PYTHONDONTWRITEBYTECODE": "1"}
