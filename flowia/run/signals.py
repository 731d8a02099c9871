"""Requests to stop: noted when they come, looked at between two steps."""

import signal
import time
from types import FrameType

from flowia.bootstrap import make_gave_up

ONE_REQUEST_SECONDS = 1.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class InterruptedRunError(Exception):
    """Somebody asked the run to stop."""


class Interruptions:
    """Counts the requests to stop since `listen`; nothing is raised where a signal arrives."""

    def __init__(self) -> None:
        self.count = 0
        self._last = 0.0

    def listen(self) -> None:
        """Note Ctrl-C, SIGTERM and a closed terminal from now on.

        A shell lets its background jobs ignore Ctrl-C, which is overruled; `nohup` lets its
        program ignore a closed terminal, which is respected. What the bootstrap blocked until
        somebody listens arrives now.
        """
        for number in STOPPING:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._note)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)

    def leave(self) -> None:
        """Hear nothing any more: what was asked is done, and Python must end undisturbed."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)

    def any(self) -> bool:
        """Tell whether somebody asked to stop, if only `make`, which keeps it to itself."""
        if not self.count and make_gave_up():
            self.count, self._last = 1, time.monotonic()
        return self.count > 0

    def check(self) -> None:
        """Raise InterruptedRunError if somebody asked to stop."""
        if self.any():
            raise InterruptedRunError

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        # One request may come twice, to us and to our process group.
        now = time.monotonic()
        if not self.count or now - self._last > ONE_REQUEST_SECONDS:
            self.count += 1
        self._last = now
