"""What all systems share: one PostgreSQL, one Redis, one stand-in, each a process of its own."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from redis import Redis

from flowia.embedded import BASE_DIR
from flowia.run.valkey import binary
from tests import postgres
from tests.stack import free_port, wait_until
from tests.valkey import answers

PG_SETTINGS = ["max_connections=200", "shared_buffers=256MB"]
"""As it is installed otherwise: what was committed is on the disk."""
REDIS_OPTIONS = [
    *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
    *("--maxmemory-policy", "noeviction"),
]
START_SECONDS = 20
WORK = ("transactions", "connections to PostgreSQL", "Redis commands", "connections to Redis")
COUNTED = b"""SELECT xact_commit + xact_rollback, sessions FROM pg_stat_database
    WHERE datname = current_database()"""
REDIS_COUNTS = ("total_commands_processed", "total_connections_received")


@dataclass(frozen=True)
class World:
    """The stand-in's address, and what it tells."""

    url: str

    def ask(self, path: str) -> Any:
        """Return what the stand-in answers to a route of its own."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request("GET", path)
            text = connection.getresponse().read().decode()
        finally:
            connection.close()
        return (
            [json.loads(line) for line in text.splitlines()] if path == "/log" else json.loads(text)
        )

    def answers(self) -> bool:
        """Return whether it is there."""
        try:
            return bool(self.ask("/counts"))
        except OSError:
            return False


@dataclass(frozen=True)
class Services:
    """What runs beside the systems; `pids` are the main processes by their names."""

    server: postgres.Server
    redis: str
    world: World
    pids: dict[str, int]

    def counted(self, database: str) -> dict[str, int]:
        """Return what PostgreSQL, for one database, and Redis have counted until now."""
        told: Any = Redis.from_url(self.redis).info("stats")
        with psycopg.connect(database) as connection:
            row = connection.execute(COUNTED).fetchone()
        found = zip(WORK, (*(row or ()), *(told[name] for name in REDIS_COUNTS)), strict=True)
        return {name: int(number) for name, number in found}

    def empty_redis(self) -> None:
        """Forget whatever the last system left in Redis."""
        Redis.from_url(self.redis).flushall()


@contextmanager
def running(folder: Path) -> Iterator[Services]:
    """Start all three in `folder`, and end them."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server(PG_SETTINGS))
        if server is None:
            sys.exit("No PostgreSQL was found.")
        redis_port, world_port = free_port(), free_port()
        redis = f"redis://127.0.0.1:{redis_port}/0"
        options = ["--port", str(redis_port), "--bind", "127.0.0.1", "--dir", str(folder)]
        valkey = stack.enter_context(process([binary(), *options, *REDIS_OPTIONS]))
        module = "benchmarks.throughput.standin"
        standin = stack.enter_context(
            process([sys.executable, "-m", module, "--port", str(world_port)])
        )
        world = World(f"http://127.0.0.1:{world_port}")
        assert wait_until(lambda: answers(redis), START_SECONDS)
        assert wait_until(world.answers, START_SECONDS)
        pids = {"redis": valkey.pid, "stand-in": standin.pid, **_main_pid(server.url)}
        yield Services(server, redis, world, pids)


@contextmanager
def process(command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command in the repository's root until the block ends."""
    started = subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.DEVNULL)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def _main_pid(url: str) -> dict[str, int]:
    """Return the process of which the server's backends are children, if it is on this machine."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        folder = Path(f"/proc/{row[0] if row else 0}")
        if not (folder / "comm").exists() or "postgres" not in (folder / "comm").read_text():
            return {}
        text = (folder / "stat").read_text(encoding="utf-8")
    return {"postgres": int(text.rpartition(")")[2].split()[1])}
