"""What a worker does when it is asked to stop: finish its work, or give it back in time.

Platforms wait about half a minute between SIGTERM and SIGKILL, Celery for as long as a task takes.
So the worker's first process counts down. Who still works then is interrupted: the task gives its
leases back and publishes itself once more, for the next worker. Who does not listen is ended; its
leases end by themselves. Beat ends after its round, and a round that hangs is left: the next beat
finds in the tables what it would have found. A first process that does not end either is left too:
Celery, told to stop while it looks for Redis to publish to, goes on looking.
"""

import os
import signal
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import Any

import structlog
from celery.signals import worker_init, worker_process_init, worker_shutting_down
from django.db import connections
from kombu.exceptions import OperationalError

from flowia.handing import HandingBack
from flowia.lib import leases
from flowia.lib.leases import StopNowError
from flowia.lib.stale import StaleError

log = structlog.get_logger("flowia.stopping")
FINISH_SECONDS = 16.0
"""Longer than the time-outs of a call (15 s): what was sent is answered, or its call gave up."""
GIVE_BACK_SECONDS = 7.0
"""Long enough for a browser to be ended, and for some rows to be written."""
LEAVE_SECONDS = 1.5
"""Long enough for a worker to see that its pool is gone, unless it waits for Redis, for ever."""
INTERRUPT = signal.SIGUSR2
_worker: Any = None
_working = _in_pool = False


class StoppableTask(HandingBack):
    """A task that gives its work back when its worker has to stop before it is done.

    Likewise when an upgrade changed a table under its connection (`flowia.lib.stale`).
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task; interrupted, return nothing and leave it to another worker."""
        global _working  # noqa: PLW0603 - the process's signal asks for it
        leases.begin()
        if _in_pool:
            _listen()
        try:
            _working = True
            found = super().__call__(*args, **kwargs)
            _working = False
        except StopNowError:
            _working = False
            self._give_back(args, kwargs, "the worker stops")
            return None
        except StaleError:
            # A new connection has nothing prepared.
            self._give_back(args, kwargs, "a column was widened")
            return None
        finally:
            _working = False
            leases.end()
        return found

    def _give_back(self, args: Any, kwargs: Any, why: str) -> None:
        # Interrupted in the middle of a statement, a connection is good for nothing.
        connections.close_all()
        rows = leases.give_back()
        with suppress(OperationalError, OSError):
            self.apply_async(args, kwargs, retry=False)
        log.warning("given back", task=self.name, why=why, rows=rows)


@worker_init.connect
def know_worker(sender: Any = None, **_options: Any) -> None:
    """Keep the worker, whose processes are to be told."""
    global _worker  # noqa: PLW0603 - there is one in a process
    _worker = sender


@worker_process_init.connect
def listen(**_options: Any) -> None:
    """Remember that this is a process of a pool: it hears what its first process tells it."""
    global _in_pool  # noqa: PLW0603 - as above
    _in_pool = True
    _listen()


@worker_shutting_down.connect
def count_down(how: str = "", exitcode: int = 0, **_options: Any) -> None:
    """Begin to count when the worker is asked to finish; asked to end, interrupt at once."""
    seconds = FINISH_SECONDS if how == "Warm" else 0.0
    if _worker is not None:
        threading.Thread(
            target=_end_in, args=[seconds, exitcode], name="stopping", daemon=True
        ).start()


def end_after_the_round(beat: Any) -> None:
    """Have beat, a service of Celery's, end after its round, and in any case in time."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=_leave_in, args=[FINISH_SECONDS], daemon=True).start()
        beat.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _leave_in(seconds: float, exitcode: int = 0) -> None:
    time.sleep(seconds)
    # Whoever read the log may be gone.
    try:
        log.warning("ends in the middle of its work")
    finally:
        os._exit(exitcode)


def _listen() -> None:
    """Interrupt the task when the first process says so, and do nothing for SIGTERM.

    Platforms that send that to every process are answered by the first one alone. With each task,
    since the pool sets its own handlers after it has told that a process began; and by a function,
    since whatever a task starts would inherit that a signal is ignored.
    """
    signal.signal(INTERRUPT, _interrupt)
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    if _working:
        raise StopNowError


def _end_in(seconds: float, exitcode: int) -> None:
    time.sleep(seconds)
    _tell_all(INTERRUPT)
    time.sleep(GIVE_BACK_SECONDS)
    _tell_all(signal.SIGKILL)
    _leave_in(LEAVE_SECONDS, exitcode)


def _tell_all(number: int) -> None:
    pool = getattr(getattr(_worker, "pool", None), "_pool", None)
    for process in list(getattr(pool, "_pool", None) or []):
        # The pool collects who ended: a number that is still listed is nobody else's.
        if process.exitcode is None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, number)
