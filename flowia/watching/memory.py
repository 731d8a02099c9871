"""How much memory the processes take: each main process tells it for itself and its children.

Counted as PSS where the system tells it, so that what children share with their parent counts once
(https://www.kernel.org/doc/html/latest/filesystems/proc.html, smaps_rollup); as RSS elsewhere.
"""

import json
import time
from contextlib import suppress
from pathlib import Path

import psutil
from redis import Redis
from redis.exceptions import RedisError

from flowia.lib.redis import redis_client

KEY = "flowia:memory"
SAY_SECONDS = 30
OLD_SECONDS = 120
"""Of a process that said nothing for so long nothing is told."""
WEB = "web"
_said: dict[str, float] = {}


def say(name: str) -> None:
    """Tell what this process and its children take, twice a minute at most."""
    now = time.monotonic()
    if now - _said.get(name, -SAY_SECONDS) < SAY_SECONDS:
        return
    _said[name] = now
    with suppress(RedisError, OSError):
        told = json.dumps({"at": time.time(), "bytes": together(psutil.Process())})
        redis_client().hset(KEY, name, told)


def known(client: Redis) -> dict[str, int]:
    """Return the bytes of every process that told them lately, summed by its name without a host.

    This one's, a web process, are read now, with its parent's and its siblings'.
    """
    rows: dict[str, str] = client.hgetall(KEY)  # type: ignore[assignment] # a client that waits
    found: dict[str, int] = {}
    for name, told in rows.items():
        note = json.loads(told)
        if time.time() - note["at"] <= OLD_SECONDS:
            short = name.partition("@")[0]
            found[short] = found.get(short, 0) + int(note["bytes"])
    return found


def of_the_web() -> int:
    """Return what this process takes, with the server that it is a worker of."""
    return together(_master())


def together(main: psutil.Process) -> int:
    """Return the bytes of a process and its children."""
    with suppress(psutil.Error):
        return sum(_bytes(one.pid) for one in (main, *main.children(recursive=True)))
    return 0


def _master() -> psutil.Process:
    """Return whom this process was forked from, where it is the same program; else this one."""
    mine = psutil.Process()
    with suppress(psutil.Error):
        parent = mine.parent()
        if parent is not None and parent.cmdline() == mine.cmdline():
            return parent
    return mine


def _bytes(pid: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        return int(text.partition("\nPss:")[2].split()[0]) * 1024
    with suppress(psutil.Error):
        return int(psutil.Process(pid).memory_info().rss)
    return 0
