"""Requests to stop: noted when they come, looked at between two steps."""

import signal
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class InterruptedRunError(Exception):
    """Somebody asked the run to stop."""


class Interruptions:
    """Counts the requests to stop since `listen`; nothing is raised where a signal arrives."""

    def __init__(self) -> None:
        self.count = 0

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

    def any(self) -> bool:
        """Tell whether somebody asked to stop."""
        return self.count > 0

    def check(self) -> None:
        """Raise InterruptedRunError if somebody asked to stop."""
        if self.count:
            raise InterruptedRunError

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
