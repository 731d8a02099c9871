"""The systems under test: how one is started, what may be killed, what its rows say."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psycopg

from flowia.embedded import BASE_DIR
from tests import migrated
from tests.faults.storm import flowia_rows, planting
from tests.faults.storm.keeper import Kept
from tests.faults.storm.witness import Rows, Work
from tests.faults.storm.world import READY_SECONDS, World, environment_of
from tests.stack import fetch, wait_until

PREPARE_SECONDS = 900
WORKERS = ("worker-incoming", "worker-reply", "worker-background")
NOT_WAITED_FOR = "worker-linkedin"


class System(Protocol):
    """What a storm needs to know of the system in its middle."""

    world: World
    name: str
    web: str
    beat: str
    workers: tuple[str, ...]
    longest_wait: float
    """Seconds after which it never will bring to an end what it has brought to none."""

    @property
    def webhook(self) -> str:
        """Where its webhooks go."""

    def start(self) -> None:
        """Start all processes and wait until a webhook would be taken."""

    def ready(self) -> bool:
        """Tell whether all parts work."""

    def work(self) -> Work:
        """Return what is left to do and what is done; raises psycopg.Error without database."""

    def rows(self) -> Rows:
        """Return what the system says of itself."""


def procfile() -> dict[str, list[str]]:
    """Return the product's own processes, by name, as production starts them."""
    lines = (BASE_DIR / "Procfile").read_text(encoding="utf-8").splitlines()
    named = [line.partition(": ") for line in lines if line.strip()]
    words = {name: command.split() for name, _, command in named if name != "release"}
    return {name: [sys.executable, *found[1:]] for name, found in words.items()}


@dataclass
class FlowIA:
    """The product: every process of its Procfile, perhaps with a bug planted on purpose."""

    world: World
    bug: str = ""
    name: str = "Flow IA"
    web: str = "web"
    beat: str = "beat"
    workers: tuple[str, ...] = WORKERS
    longest_wait: float = 360.0
    """Longer than every lease, and than the pause after a tool's third error: both are 300."""

    @property
    def webhook(self) -> str:
        """Where its webhooks go."""
        return f"{self.world.web}/social-accounts/meta/webhook"

    def start(self) -> None:
        """Migrate, seed and start everything."""
        migrated.pour_into(self.world.database.url)
        self._run("-m", "flowia.run.prepare", "database", "demo")
        self._run("-m", "tests.faults.storm.seeding")
        if self.bug and planting.BUGS[self.bug].sql:
            with psycopg.connect(self.world.database.url, autocommit=True) as connection:
                connection.execute(planting.BUGS[self.bug].sql.encode())
        for name, command in procfile().items():
            port = self.world.ports[0]
            bound = [*command, "--bind", f"127.0.0.1:{port}"] if name == self.web else command
            told = self._environment() | self.world.clock_of(name)
            log = self.world.logs / f"{name}.log"
            self.world.keeper.add(Kept(name, bound, told, BASE_DIR, log))
        assert wait_until(self.ready, READY_SECONDS), f"not ready: {self.world.logs}"

    def ready(self) -> bool:
        """Tell whether the product says that all its parts work."""
        try:
            return fetch(f"{self.world.web}/health/ready")[0] == 200
        except OSError:
            return False

    def work(self) -> Work:
        """Return how many rows still have to be handled, and how many are."""
        with psycopg.connect(self.world.database.url, connect_timeout=2) as connection:
            return flowia_rows.work(connection)

    def rows(self) -> Rows:
        """Return what its rows say, and what its own command finds wrong with them."""
        with psycopg.connect(self.world.database.url) as connection:
            found = flowia_rows.read(connection)
        done = self._manage("check_invariants", "--rested", "0")
        found.claims.extend(done.stdout.splitlines() if done.returncode else [])
        assert not done.returncode or found.claims, done.stderr
        return found

    def _manage(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=BASE_DIR,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=PREPARE_SECONDS,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        told = {"CELERY_SKIP_CHECKS": "1", "LANG": "C.UTF-8"}
        if self.bug:
            folder = self.world.folder / "planted"
            told["PYTHONPATH"] = planting.write(folder, BASE_DIR, self.bug)
        return environment_of(self.world, told)

    def _run(self, *words: str) -> None:
        log: Path = self.world.folder / "prepare.log"
        with log.open("ab") as output:
            subprocess.run(
                [sys.executable, *words],
                cwd=BASE_DIR,
                env=self._environment(),
                stdout=output,
                stderr=output,
                timeout=PREPARE_SECONDS,
                check=True,
            )
