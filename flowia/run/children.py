"""Child processes that are leashed to this one, kept apart from the terminal, and ended wholly."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from flowia.run.plan import LEASH

PAUSE = 0.05


def start(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    output: IO[bytes] | int = subprocess.DEVNULL,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a Python command line in a session of its own, so that Ctrl-C does not reach it.

    It gets SIGTERM should this process die without a word (see `leash`).
    """
    return subprocess.Popen(  # noqa: S603 - the commands are this package's
        [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), sys.executable, *command],
        cwd=cwd,
        env=dict(environment),
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def wait(process: subprocess.Popen[bytes], *, until: Callable[[], bool]) -> bool:
    """Wait for the process to end; return False as soon as `until` says to stop waiting."""
    while process.poll() is None:
        if until():
            return False
        time.sleep(PAUSE)
    return True


def end(process: subprocess.Popen[bytes], *, grace: float) -> None:
    """Ask the process to end, then make an end of it and of all that it started."""
    if process.poll() is None:
        process.terminate()
        limit = time.monotonic() + grace
        wait(process, until=lambda: time.monotonic() > limit)
    for pid in session_members(process.pid):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def session_members(session: int) -> list[int]:
    """Return the processes of a session: whatever a child started belongs to it."""
    return [pid for pid in _all_pids() if _session_of(pid) == session]


def _all_pids() -> list[int]:
    if Path("/proc/self").exists():
        return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    listed = subprocess.run(["/bin/ps", "-axo", "pid="], capture_output=True, check=False)
    return [int(word) for word in listed.stdout.split()]


def _session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return -1
