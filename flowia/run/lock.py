"""One run per folder: a locked file that tells the second one where the first is."""

import fcntl
import os
from pathlib import Path
from typing import IO

NAME = "run/up.lock"


def take(var: Path) -> IO[bytes] | None:
    """Return the locked file, or None when another run, or what is left of it, holds it.

    The lock lasts until every process that inherited the file has ended.
    """
    file = (var / NAME).open("a+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def sign(file: IO[bytes], address: str) -> None:
    """Write who holds the lock, and where it can be reached."""
    file.truncate(0)
    file.write(f"{os.getpid()} {address}\n".encode())
    file.flush()


def holder(var: Path) -> str:
    """Return the address of the run that holds the lock; empty when it is only ending."""
    pid, _, address = (var / NAME).read_text(encoding="utf-8").strip().partition(" ")
    try:
        os.kill(int(pid or 0), 0) if pid else None
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return address
