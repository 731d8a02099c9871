"""Everything that a process started, and its end. The standard library and psutil alone.

Playwright starts Chromium in a group of its own, and Chromium starts helpers that outlive it: a
group's signal does not reach them. On Linux the guard is a "child subreaper" (prctl(2)): orphans
below it become its own children, so that a walk down from it misses none.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

import psutil

SET_PARENT_DEATH_SIGNAL, SET_CHILD_SUBREAPER = 1, 36
MARK = "FLOWIA_BROWSER_RUN"
"""The variable of the environment by which a run's processes are known."""
PAUSE = 0.02
KILLING_SECONDS = 10.0
MEGABYTE = 1024 * 1024


def adopt_orphans() -> None:
    """Make this process the parent of whatever is orphaned below it; Linux only."""
    _prctl(SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Have this process killed when the one that started it ends; Linux only."""
    _prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def descendants() -> set[psutil.Process]:
    """Return all processes below this one, the dead ones that nobody reaped included."""
    try:
        return set(psutil.Process().children(recursive=True))
    except psutil.Error:
        return set()


def kill_all(seen: Iterable[psutil.Process] = ()) -> bool:
    """Kill and reap all below this process, and of `seen` what lives; returns whether none is left.

    New ones may be started between a look and its kill: it looks until it finds none.
    """
    until = time.monotonic() + KILLING_SECONDS
    while time.monotonic() < until:
        living = descendants() | {one for one in seen if one.is_running() and not _is_dead(one)}
        if not living:
            return True
        kill(living)
        reap()
        time.sleep(PAUSE)
    return False


def kill(processes: Iterable[psutil.Process]) -> None:
    """Kill each that is still the process it was."""
    for one in processes:
        with suppress(psutil.Error):
            one.kill()


def reap() -> None:
    """Take note of every child's end, so that none stays behind as a zombie."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def megabytes(processes: Iterable[psutil.Process]) -> int:
    """Return the memory that these hold; what they share counts once where the system says so.

    Without that, by resident size: Chromium's processes then count about three times as much.
    """
    return sum(map(_bytes, processes)) // MEGABYTE


def _bytes(one: psutil.Process) -> int:
    with suppress(psutil.Error, OSError, AttributeError):
        return int(one.memory_full_info().pss)
    # What Chromium locks into a sandbox of its own shows nobody its pages.
    with suppress(psutil.Error, OSError):
        return int(one.memory_info().rss)
    return 0


def marked(mark: str) -> set[psutil.Process]:
    """Return the processes of the run of that mark, this one aside, and all below them.

    By their environment, or by the run's folder in their command: Chromium's helpers write
    their title over their environment.
    """
    found: set[psutil.Process] = set()
    for one in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if one.pid != os.getpid() and _has(one, mark):
                found |= {one, *one.children(recursive=True)}
    return {one for one in found if one.is_running() and not _is_dead(one)}


def _has(one: psutil.Process, mark: str) -> bool:
    return any(mark in part for part in one.cmdline()) or one.environ().get(MARK) == mark


def _is_dead(one: psutil.Process) -> bool:
    try:
        return bool(one.status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return True
