"""The systems that are compared, and one of them running."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from benchmarks.throughput import profiling
from benchmarks.throughput.limit import start as limit
from benchmarks.throughput.nestjs import start as nestjs
from benchmarks.throughput.product import start as product
from benchmarks.throughput.services import Services
from flowia.embedded import BASE_DIR
from tests.stack import free_port, wait_until

READY_SECONDS = 60
STOP_SECONDS = 20
CONNECTING = 0.5
Some = TypeVar("Some")


@dataclass(frozen=True)
class System:
    """How one is started; `environment` takes a database's URL and a port."""

    name: str
    label: str
    prepare: list[list[str]]
    commands: Callable[[int], dict[str, list[str]]]
    environment: Callable[[str, int], Mapping[str, str]]
    folder: Path = BASE_DIR
    together: Callable[[int], dict[str, list[str]]] | None = None
    """The commands of the whole where they are others than those of its parts; the processes that
    they start are told by `programs`."""
    programs: Callable[[], dict[str, int]] = dict


@dataclass(frozen=True)
class Running:
    """A system that runs: where it listens, its database, and its main processes."""

    port: int
    database: str
    processes: dict[str, "subprocess.Popen[bytes]"]
    programs: Callable[[], dict[str, int]] = dict

    @property
    def pids(self) -> dict[str, int]:
        """The main processes' ids by their names."""
        return {name: one.pid for name, one in self.processes.items()} | self.programs()

    def check(self) -> None:
        """Fail when a process has ended."""
        gone = [name for name, one in self.processes.items() if one.poll() is not None]
        assert not gone, f"{', '.join(gone)} ended by itself: look at its log"

    def listens(self) -> bool:
        """Whether the web takes connections; fails when a process has ended."""
        self.check()
        try:
            socket.create_connection(("127.0.0.1", self.port), CONNECTING).close()
        except OSError:
            return False
        return True


def known(services: Services, folder: Path, *, settle: float) -> dict[str, System]:
    """Return all systems by their names, pointed at `services`."""
    told = {"redis": services.redis, "world": services.world.url}
    return {
        "limit": System(
            "limit",
            "limit",
            limit.PREPARE,
            limit.commands,
            lambda database, port: limit.environment(database=database, port=port, **told),
        ),
        "nestjs": System(
            "nestjs",
            "NestJS + BullMQ",
            nestjs.PREPARE,
            nestjs.commands,
            lambda database, port: nestjs.environment(database=database, port=port, **told),
            nestjs.FOLDER,
        ),
        "flowia": System(
            "flowia",
            "Flow IA",
            product.PREPARE,
            product.commands,
            lambda database, port: product.environment(
                database=database, port=port, var=folder / "var", settle=settle, **told
            ),
            together=product.together,
            programs=lambda: product.programs(folder / "var"),
        ),
    }


def in_turn(systems: list[Some], number: int) -> list[Some]:
    """Return them in the order of a round, counted from 0: each is the first and the last once.

    A machine that warms up or slows down meanwhile favours the same place, not the same system.
    """
    first = number % len(systems)
    return systems[first:] + systems[:first]


def profiled(system: System, folder: Path) -> System:
    """Return the system with workers that leave profiles in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)

    def commands(port: int) -> dict[str, list[str]]:
        return {
            name: [*words, "-I", profiling.__name__] if "worker" in words else words
            for name, words in system.commands(port).items()
        }

    def environment(database: str, port: int) -> Mapping[str, str]:
        return {**system.environment(database, port), profiling.FOLDER: str(folder)}

    return replace(system, commands=commands, environment=environment, together=None, programs=dict)


def prepared(system: System, database: str, log: Path) -> None:
    """Make the system's tables and rows in an empty database."""
    environment = system.environment(database, free_port())
    with log.open("ab") as output:
        for command in system.prepare:
            done = subprocess.run(
                command,
                cwd=system.folder,
                env=environment,
                stdout=output,
                stderr=output,
                check=False,
            )
            if done.returncode:
                sys.exit(f"{' '.join(command)} failed:\n{log.read_text(encoding='utf-8')[-3000:]}")


@contextmanager
def started(
    system: System, database: str, folder: Path, *, only_web: bool = False
) -> Iterator[Running]:
    """Start the system's processes, wait until the web answers, end them at last."""
    port = free_port()
    environment = system.environment(database, port)
    processes: dict[str, subprocess.Popen[bytes]] = {}
    whole = system.together is not None and not only_web
    commands = system.together if whole and system.together else system.commands
    try:
        for name, command in commands(port).items():
            if name == "web" or not only_web:
                with (folder / f"{system.name}-{name}.log").open("ab") as log:
                    processes[name] = subprocess.Popen(
                        command,
                        cwd=system.folder,
                        env=environment,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
        found = Running(port, database, processes, system.programs if whole else dict)
        assert wait_until(found.listens, READY_SECONDS), "no web"
        yield found
    finally:
        _end(list(processes.values()))


def _end(processes: list["subprocess.Popen[bytes]"]) -> None:
    for one in processes:
        one.terminate()
    wait_until(lambda: all(one.poll() is not None for one in processes), STOP_SECONDS)
    for one in processes:
        try:
            os.killpg(one.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        finally:
            one.wait()
