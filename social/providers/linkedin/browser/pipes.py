"""Lines over pipes, between processes that may hang: nobody waits for the other, nothing grows."""

import os
from contextlib import suppress

LONGEST = 4_000_000
"""Bytes of one line; an outcome with forty conversations has about a hundred thousand."""
CHUNK = 262_144


class TooLongError(Exception):
    """The other side wrote a line without an end."""


class LineReader:
    """The lines that arrive at a file descriptor, which it makes non-blocking."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self.ended = False
        self._rest = bytearray()

    def lines(self) -> list[bytes]:
        """Return the whole lines of one read, often none; `ended` is set at the pipe's end.

        Raises TooLongError; a last line without its end is left out.
        """
        try:
            chunk = os.read(self.descriptor, CHUNK)
        except BlockingIOError:
            return []
        except OSError:
            chunk = b""
        if not chunk:
            self.ended = True
            return []
        if b"\n" not in chunk:
            self._rest += chunk
            found: list[bytes] = []
        else:
            *found, rest = (bytes(self._rest) + chunk).split(b"\n")
            self._rest = bytearray(rest)
        if max(len(self._rest), *map(len, found), 0) > LONGEST:
            raise TooLongError
        return found


class LineWriter:
    """Writes lines to a file descriptor, which it makes non-blocking; what waits is kept."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self.closed = False
        self._waiting = bytearray()

    @property
    def waiting(self) -> int:
        """How many bytes the other side has not taken yet."""
        return 0 if self.closed else len(self._waiting)

    def put(self, line: bytes) -> None:
        """Write a line as far as the pipe takes it."""
        self._waiting += line + b"\n"
        self.push()

    def push(self) -> None:
        """Write what waits as far as the pipe takes it; `closed` is set when nobody reads."""
        with suppress(BlockingIOError):
            while self._waiting and not self.closed:
                try:
                    del self._waiting[: os.write(self.descriptor, self._waiting[:CHUNK])]
                except BlockingIOError:
                    raise
                except OSError:
                    self.closed = True

    def close(self) -> None:
        """Let the other side see the end."""
        self.closed = True
        with suppress(OSError):
            os.close(self.descriptor)
