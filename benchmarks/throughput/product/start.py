"""How Flow IA is started: as one machine runs it, or as the Procfile says, process by process."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.throughput.pointing import pointed
from flowia.embedded import BASE_DIR
from tests.stack import SPAWNED

SEED = "from benchmarks.throughput.product import seeding; seeding.prepare()"
PREPARE = [
    [sys.executable, "manage.py", "migrate", "--noinput", "-v", "0"],
    [sys.executable, "manage.py", "collectstatic", "--noinput", "--ignore", "redoc", "-v", "0"],
    [sys.executable, "manage.py", "shell", "-v", "0", "-c", SEED],
]
"""What is run once on an empty database."""


def steps(messages: int, profile: Path | None) -> list[str]:
    """Return the command that prints what each step of the pipeline costs (steps.py)."""
    told = f"{messages}, {str(profile or '')!r}"
    code = f"from benchmarks.throughput.product import steps; steps.run({told})"
    return [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]


ROOM = {
    # The stand-ins have no limits that ours would have to keep.
    "AI_REQUESTS_PER_MINUTE": "1000000",
    "AIRTABLE_REQUESTS_PER_SECOND": "40",
}


def environment(
    *, database: str, redis: str, port: int, world: str, var: Path, settle: float
) -> Mapping[str, str]:
    """Return what its processes are started with; `var` is its folder.

    `settle` is how many seconds a message waits for a second one, which no other system does.
    """
    told = pointed(database=database, redis=redis, port=port, world=world)
    own = {"FLOWIA_VAR": str(var), "SETTLE_SECONDS": str(settle), **ROOM}
    return {**told, **own, "DJANGO_SETTINGS_MODULE": "flowia.settings"}


def together(_port: int) -> dict[str, list[str]]:
    """Return the one command that runs everything on one machine: `make serve`."""
    return {"supervisor": [sys.executable, "-m", "flowia.run", "--serve"]}


def programs(var: Path) -> dict[str, int]:
    """Return the processes that the supervisor has started by now, by the Procfile's names."""
    log = var / "log" / "supervisord.log"
    spawned = SPAWNED.findall(log.read_text(encoding="utf-8")) if log.exists() else []
    return {name: int(pid) for name, pid in spawned}


def commands(port: int) -> dict[str, list[str]]:
    """Return the Procfile's processes by their names; they start in the repository's root."""
    found = {}
    for line in (BASE_DIR / "Procfile").read_text(encoding="utf-8").splitlines():
        name, _, command = line.partition(": ")
        words = shlex.split(command)
        if name != "release" and words[0] == "python":
            found[name] = [sys.executable, *words[1:]]
    found["web"] += ["--bind", f"127.0.0.1:{port}"]
    return found
