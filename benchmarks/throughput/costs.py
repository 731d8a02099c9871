"""What processes cost, read from /proc: the processor's seconds and the memory that is theirs.

Linux alone (proc(5)). A process's time includes that of its children that ended and were waited
for, so the sum over a tree of living processes counts everything once.
"""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
PARENT, FIRST_TIME, LAST_TIME = 1, 11, 15
"""Fields of /proc/PID/stat after the name in brackets: the parent, and user, system and both of
ended children."""


@dataclass(frozen=True)
class Cost:
    """Of one tree of processes: seconds of the processor until now, PSS in MB, who of it lives."""

    seconds: float
    megabytes: float
    pids: tuple[int, ...]


def trees(roots: dict[str, int], *, memory: bool = False) -> dict[str, Cost]:
    """Return what each root and its descendants have cost; memory only where it is asked.

    A descendant that is a root itself counts there alone.
    """
    seen = {int(one.name): fields for one in PROC.glob("[0-9]*") if (fields := _stat(one))}
    children: dict[int, list[int]] = {}
    for pid, fields in seen.items():
        children.setdefault(int(fields[PARENT]), []).append(pid)
    apart = set(roots.values())
    for parent, found in children.items():
        children[parent] = [pid for pid in found if pid not in apart]
    return {name: _tree(pid, seen, children, memory) for name, pid in roots.items()}


def _tree(
    root: int, seen: dict[int, list[str]], children: dict[int, list[int]], memory: bool
) -> Cost:
    pids = [root]
    for pid in pids:
        pids += children.get(pid, [])
    alive = [pid for pid in pids if pid in seen]
    ticks = sum(sum(map(int, seen[pid][FIRST_TIME:LAST_TIME])) for pid in alive)
    megabytes = sum(map(pss, alive)) if memory else 0.0
    return Cost(ticks / TICKS, megabytes, tuple(alive))


def pss(pid: int) -> float:
    """Return a process's proportional set size in MB, 0 when it is gone."""
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    kilobytes = next((line.split()[1] for line in lines if line.startswith("Pss:")), "0")
    return int(kilobytes) / 1024


def _stat(folder: Path) -> list[str] | None:
    try:
        text = (folder / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
