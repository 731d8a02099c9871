"""The product on three machines: the centre has everything but workers, two hosts have those.

Each worker is the Procfile's own line. The test's thread stays in the centre, where all that it
asks is on loopback.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from flowia.embedded import BASE_DIR
from flowia.run.plan import LEASH
from flowia.run.supervisor import SANDBOX
from flowia.run.valkey import binary
from sandbox import demo
from tests import migrated, postgres
from tests.conftest import QUICK
from tests.faults.hosts.network import Machine, Network, Place, network
from tests.stack import Stack, free_port, wait_until

HOSTS = ("alpha", "beta")
LINE = re.compile(r"^([\w-]+): (python .+)$", re.MULTILINE)
LOOPBACK = "127.0.0.1"
WORKERS = ("worker-incoming", "worker-reply", "worker-linkedin", "worker-background")
PATIENCE = 400
"""Seconds for a busy machine to start twenty processes."""
SILENT_SECONDS = 20
"""As in `flowia.watching.workers`: a worker that says nothing for so long is not alive."""


def commands() -> dict[str, list[str]]:
    """Return the Procfile's programs, run by this interpreter."""
    lines = LINE.findall((BASE_DIR / "Procfile").read_text(encoding="utf-8"))
    return {name: [sys.executable, *shlex.split(line)[1:]] for name, line in lines}


class Cluster(Stack):
    """A stack whose processes are ours to start, on several machines.

    `started` are the processes by machine and name, as `alpha worker-reply`.
    """

    def __init__(self, var: Path, net: Network, database: str, *, workers: tuple[str, ...]) -> None:
        """Choose ports and write what every machine is told; nothing starts yet."""
        super().__init__(var)
        self.net, self.workers = net, workers
        self.started: dict[str, subprocess.Popen[bytes]] = {}
        self.ended: list[str] = []
        self.redis_port = free_port()
        self.environment |= self._told(database)

    def _told(self, database: str) -> dict[str, str]:
        ports = {"port": str(self.port), "sandbox_port": str(self.sandbox_port)}
        told = demo.environment(**ports, mail_port=str(self.mail_port))
        return {
            **told,
            **QUICK,
            "OPENAI_BASE_URL": f"{self.sandbox_url}/openai/v1",
            "DATABASE_URL": database,
            "REDIS_URL": f"redis://{LOOPBACK}:{self.redis_port}/0",
            "ALLOWED_HOSTS": f"localhost,{LOOPBACK},{self.net.address(Place.OUTSIDE)}",
            "CELERY_SKIP_CHECKS": "1",
            "LOG_FORMAT": "json",
        }

    def told_on_hosts(self) -> dict[str, str]:
        """Return the hosts' environment: what is on loopback in the centre has an address there."""
        at = self.net.address
        found = {
            name: value.replace(LOOPBACK, at(Place.OUTSIDE))
            for name, value in self.environment.items()
        }
        for name, place in {"DATABASE_URL": Place.DATABASE, "REDIS_URL": Place.REDIS}.items():
            found[name] = self.environment[name].replace(LOOPBACK, at(place))
        return found

    def run(self) -> None:
        """Start everything and wait until each worker of each host was heard."""
        (self.var / "log").mkdir(exist_ok=True, parents=True)
        self._spawn(self.net.centre, "valkey", [binary(), *self._valkey()], self.environment)
        migrated.pour_into(self.environment["DATABASE_URL"])
        for command in ("migrate --verbosity 0", "sandbox_seed"):
            done = self.manage(*command.split(), timeout=PATIENCE)
            assert done.returncode == 0, done.stderr
        sandbox = SANDBOX.format(port=self.sandbox_port).replace(LOOPBACK, "0.0.0.0")
        found = commands()
        python = [sys.executable, "-m", "gunicorn"]
        self._spawn(self.net.centre, "sandbox", [*python, *sandbox.split()], self.environment)
        bind = ["--bind", f"{LOOPBACK}:{self.port}"]
        self._spawn(self.net.centre, "web", [*found["web"], *bind], self.environment)
        self._spawn(self.net.centre, "beat", found["beat"], self.environment)
        for machine in self.net.hosts.values():
            for name in self.workers:
                self._spawn(machine, name, found[name], self.told_on_hosts())
        all_heard = wait_until(lambda: self.heard() == self.everybody(), PATIENCE)
        assert all_heard, (self.heard(), self.gone())

    def everybody(self) -> set[str]:
        """Return the names of all workers, as they say them."""
        return {f"{name}@{host}" for host in self.net.hosts for name in self.workers}

    def heard(self) -> set[str]:
        """Return the workers that said lately that they live, as `worker-reply@alpha`."""
        url = self.environment["REDIS_URL"]
        try:
            with Redis.from_url(url, socket_timeout=2) as redis:
                now = float(redis.time()[0])
                rows = redis.hgetall("flowia:workers")
        except RedisError:
            return set()
        ages = {name.decode(): now - float(json.loads(told)["at"]) for name, told in rows.items()}
        return {name for name, seconds in ages.items() if seconds <= SILENT_SECONDS}

    def gone(self) -> list[str]:
        """Return the processes that ended though nobody asked them to."""
        return [name for name, process in self.started.items() if process.poll() is not None]

    def whole(self) -> bool:
        """Return whether every worker was heard lately, and start again what ended by itself.

        As every supervisor does. A worker whose network is away blocks in its main process; when it
        goes on, Celery ends its late tasks' children softly and hard at once, and what a child was
        just writing to it may end the worker, too.
        """
        for place in self.gone():
            self.ended.append(place)
            machine, name = place.split(" ")
            self._spawn(self.net.hosts[machine], name, commands()[name], self.told_on_hosts())
        return self.heard() == self.everybody()

    def _valkey(self) -> list[str]:
        told = f"--port {self.redis_port} --bind 0.0.0.0 --protected-mode no --appendonly yes"
        return [*told.split(), "--save", "", "--dir", str(self.var)]

    def _spawn(
        self, machine: Machine, name: str, command: list[str], environment: dict[str, str]
    ) -> None:
        with machine.inside(), (self.var / "log" / f"{machine.name}-{name}.log").open("ab") as log:
            self.started[f"{machine.name} {name}"] = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), *command],
                cwd=BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def end(self) -> None:
        """End all processes; those that were asked to stop get a moment for it."""
        for process in self.started.values():
            process.terminate()
        wait_until(lambda: len(self.gone()) == len(self.started), 10)
        self.kill()


@contextmanager
def cluster(var: Path, *, workers: tuple[str, ...] = WORKERS) -> Iterator[Cluster]:
    """Give the running product on three machines, this thread in their centre."""
    with ExitStack() as stack:
        net = stack.enter_context(network(*HOSTS))
        stack.enter_context(net.centre.inside())
        server = stack.enter_context(postgres.server(network=f"{net.prefix}.0.0/16"))
        assert server is not None, "no PostgreSQL"
        database = stack.enter_context(server.database())
        made = Cluster(var, net, database, workers=workers)
        try:
            made.run()
            yield made
        finally:
            made.end()
