"""How much memory the processes take: each main process tells it for itself and its children.

Counted as PSS where the system tells it, so that what children share with their parent counts once
(https://www.kernel.org/doc/html/latest/filesystems/proc.html, smaps_rollup); as RSS elsewhere.
"""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from redis import Redis
from redis.exceptions import RedisError

from flowia.lib.redis import redis_client

KEY = "flowia:memory"
SAY_SECONDS = 30
OLD_SECONDS = 120
"""Of a process that said nothing for so long nothing is told."""
WEB = "web"
GROUPS = (
    (Path("/sys/fs/cgroup"), "memory.max", "memory.current", "inactive_file"),
    (
        Path("/sys/fs/cgroup/memory"),
        *("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ),
)
"""Where a container's limit and use stand, and what of it is given back at once: by the system's
second and first way to group processes
(https://www.kernel.org/doc/html/latest/admin-guide/cgroup-v2.html)."""
_said: dict[str, float] = {}


def say(name: str) -> None:
    """Tell what this process and its children take, twice a minute at most."""
    now = time.monotonic()
    if now - _said.get(name, -SAY_SECONDS) < SAY_SECONDS:
        return
    _said[name] = now
    with suppress(RedisError, OSError):
        size = together(psutil.Process())
        told = json.dumps({"at": time.time(), "bytes": size, "share": share_in_use()})
        redis_client().hset(KEY, name, told)


def known(client: Redis) -> dict[str, int]:
    """Return the bytes of every process that told them lately, summed by its name without a host.

    This one's, a web process, are read now, with its parent's and its siblings'.
    """
    found: dict[str, int] = {}
    for name, note in _notes(client):
        found[name] = found.get(name, 0) + int(note["bytes"])
    return found


def shares(client: Redis) -> dict[str, float]:
    """Return how full it is, 0 to 1, where processes of each name run: of each the fullest."""
    found: dict[str, float] = {}
    for name, note in _notes(client):
        found[name] = max(found.get(name, 0.0), float(note.get("share", 0.0)))
    return found


def share_in_use() -> float:
    """Return which part of the memory is in use here: of this container's, else the machine's."""
    whole = psutil.virtual_memory()
    for folder, most, now, returned in GROUPS:
        with suppress(OSError, ValueError):
            limit = int((folder / most).read_text(encoding="ascii"))
            # The first way writes "no limit" as more than any machine has.
            if 0 < limit < whole.total:
                used = int((folder / now).read_text(encoding="ascii"))
                told = (folder / "memory.stat").read_text(encoding="ascii")
                rows = dict(line.split() for line in told.splitlines())
                return (used - int(rows.get(returned, 0))) / limit
    return float(whole.percent) / 100


def _notes(client: Redis) -> Iterator[tuple[str, dict[str, Any]]]:
    rows: dict[str, str] = client.hgetall(KEY)  # type: ignore[assignment] # a client that waits
    for name, told in rows.items():
        note = json.loads(told)
        if time.time() - note["at"] <= OLD_SECONDS:
            yield name.partition("@")[0], note


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
