"""An end for a whole call: a client's time-outs limit each step, and a trickle outlasts them."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

CONNECTED = ("connect_tcp.complete", "start_tls.complete")


class Deadline:
    """Cuts one call's connection after `seconds`; `trace` is httpx2's extension of that name.

    A connection cut here looks to the client as if the other side had hung up.
    """

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    def trace(self, name: str, info: dict[str, Any]) -> None:
        """Learn of the connection as the client makes it."""
        if name.endswith(CONNECTED):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.over:
                self._cut()

    def _cut(self) -> None:
        self.over = True
        if self._socket is not None:
            with suppress(OSError):
                # Wakes whoever reads. SSLSocket's own method takes the session from under them.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
