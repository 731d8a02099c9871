"""A log file that several processes write and rotate together, without a lost or torn line.

A line is one `write` to a file opened for appending, which Linux and macOS carry out as a whole on
a local disk. Whoever finds the file full renames it under a lock; a process that still holds the
renamed file ends its line there and opens the new one for its next.
"""

import fcntl
import logging
import os
from pathlib import Path

MOST_BYTES = 20 * 1024 * 1024
KEPT = 5
MODE = 0o600


class SharedFile(logging.Handler):
    """Appends lines to `path`; `path.1` is the last full file, `path.5` the oldest kept.

    Raises OSError when the file cannot be made; a later failure of the disk is dropped in silence,
    since standard error has every line too.
    """

    def __init__(self, path: str, most_bytes: int = MOST_BYTES, kept: int = KEPT) -> None:
        super().__init__()
        self.path, self.most_bytes, self.kept = Path(path), most_bytes, kept
        self.descriptor = self._opened()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            line = f"{self.format(record)}\n".encode(errors="backslashreplace")
            self._follow(len(line))
            os.write(self.descriptor, line)
        except OSError:
            return

    def close(self) -> None:
        """Close the file."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1
        super().close()

    def _follow(self, length: int) -> None:
        """Open the file again when it was renamed, and rename it when it is full."""
        if not self._is_current():
            self._reopen()
        if os.fstat(self.descriptor).st_size + length > self.most_bytes:
            self._rotate(length)

    def _rotate(self, length: int) -> None:
        lock = os.open(f"{self.path}.lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, MODE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            size = self.path.stat().st_size if self.path.exists() else 0
            if size and size + length > self.most_bytes:  # nobody else did it meanwhile
                for number in range(self.kept, 0, -1):
                    self._rename(number)
        finally:
            os.close(lock)
        self._reopen()

    def _rename(self, number: int) -> None:
        older = self.path.with_name(f"{self.path.name}.{number - 1}") if number > 1 else self.path
        if older.exists():
            older.replace(self.path.with_name(f"{self.path.name}.{number}"))

    def _is_current(self) -> bool:
        try:
            return os.path.samestat(self.path.stat(), os.fstat(self.descriptor))
        except FileNotFoundError:
            return False

    def _reopen(self) -> None:
        old, self.descriptor = self.descriptor, self._opened()
        os.close(old)

    def _opened(self) -> int:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        return os.open(self.path, flags, MODE)
