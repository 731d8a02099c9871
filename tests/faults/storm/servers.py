"""PostgreSQL and Redis as servers that a storm may kill, restart, cut and empty."""

import shutil
import signal
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from flowia.run.valkey import binary
from tests import postgres
from tests.faults.storm.keeper import Keeper, Kept
from tests.stack import clean_environment, free_port, wait_until

DURABLE = ("fsync=off", "full_page_writes=off", "max_connections=200")
"""What was committed survives the death of the server's processes; of the machine, it need not."""
CONNECTIONS = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()"
IDLE = f"{CONNECTIONS} AND state LIKE 'idle in%%' AND state_change < now() - interval '10 seconds'"
CUT = (
    "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass
class Database:
    """A PostgreSQL of our own."""

    cluster: postgres.Cluster
    starter: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    """It ends with the thread that started it, which therefore lives as long as all this."""

    @property
    def url(self) -> str:
        """Where it is."""
        return self.cluster.url

    def stop(self, *, keep: bool) -> None:
        """End it, and remove its folder unless it is kept."""
        self.cluster.stop()
        if not keep:
            shutil.rmtree(self.cluster.folder, ignore_errors=True)

    def crash(self, seconds: float) -> None:
        """End it at once, and start it again after so many seconds."""
        self.cluster.stop(signal.SIGQUIT)
        time.sleep(seconds)
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.starter.submit(self.cluster.start).result()

    def cut(self) -> int:
        """End every connection; return how many there were."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            found = connection.execute(CUT).fetchone()
        return int(found[0]) if found else 0

    def connections(self) -> tuple[int, int]:
        """Return how many there are, and how many rest inside a transaction for ten seconds."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            rows = [connection.execute(sql.encode()).fetchone() for sql in (CONNECTIONS, IDLE)]
        return (int(rows[0][0]) if rows[0] else 0) - 1, int(rows[1][0]) if rows[1] else 0


def make_database() -> Database:
    """Start a PostgreSQL in a folder of its own; raises RuntimeError where there is none.

    Its user is another one where this is root, and has to reach the folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="flowia-pg-"))
    cluster = postgres.make_cluster(folder, DURABLE)
    if cluster is None:
        raise RuntimeError("no PostgreSQL was found")
    database = Database(cluster)
    database.start()
    return database


@dataclass
class Broker:
    """A Valkey as production has it: every write on disk before it is answered."""

    keeper: Keeper
    folder: Path
    port: int = field(default_factory=free_port)
    name: str = "redis"

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.folder.mkdir()
        words = f"--port {self.port} --bind 127.0.0.1 --save --appendonly yes"
        kept = [*words.replace("--save", "--save ''").split(), "--appendfsync", "always"]
        command = [binary(), *[word.strip("'") for word in kept], "--dir", str(self.folder)]
        log = self.folder.with_suffix(".log")
        self.keeper.add(Kept(self.name, command, clean_environment({}), self.folder, log))
        assert wait_until(self.answers, 10), "Redis does not answer"

    def crash(self, *, empty: bool) -> None:
        """Kill it; it comes back with its data, or `empty`."""
        self.keeper.keep_down(self.name, down=True)
        self.keeper.signal(self.name, signal.SIGKILL)
        wait_until(lambda: not self.keeper.pid(self.name), 5)
        if empty:
            for one in self.folder.iterdir():
                shutil.rmtree(one) if one.is_dir() else one.unlink()
        self.keeper.keep_down(self.name, down=False)

    def answers(self) -> bool:
        """Tell whether it can be asked."""
        try:
            return bool(Redis.from_url(self.url, socket_timeout=2).ping())
        except RedisError:
            return False

    def left(self) -> dict[str, int]:
        """Return what is left of work in it: lengths of queues, and of what is not acknowledged.

        And how many keys would stay for ever, by their name's first words.
        """
        found: dict[str, int] = {}
        with Redis.from_url(self.url, decode_responses=True) as redis:
            for key in redis.scan_iter("*"):
                kind, name = str(redis.type(key)), str(key)
                if "unacked" in name and "mutex" not in name:
                    size = redis.hlen(name) if kind == "hash" else redis.zcard(name)
                    found[name] = int(str(size))
                elif kind == "list":
                    found[name] = int(str(redis.llen(name)))
                elif int(str(redis.ttl(name))) == -1:
                    found[f"for ever: {name}"] = 1
        return {name: number for name, number in found.items() if number}
