"""The benchmark's *limit*, the leanest system without guarantees: the harness has to flag it."""

import importlib
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import psycopg

from flowia.embedded import BASE_DIR
from tests.faults.storm.keeper import Kept
from tests.faults.storm.witness import Heard, Rows, Sent, Work
from tests.faults.storm.world import READY_SECONDS, World
from tests.stack import wait_until

START = "benchmarks.throughput.limit.start"
TABLE = "limit_message"
MESSAGES = f"SELECT external_id, contact, answer, sent_id FROM {TABLE} ORDER BY id"
OPEN = f"SELECT COUNT(*) FROM {TABLE} WHERE sent_id = ''"
DONE = f"SELECT COUNT(*) + COUNT(*) FILTER (WHERE answer <> '') FROM {TABLE}"


@dataclass
class Limit:
    """A view and two tasks: an insert, a wake-up, a call of the model, a send."""

    world: World
    name: str = "limit"
    web: str = "web"
    beat: str = ""
    workers: tuple[str, ...] = ("worker-incoming", "worker-reply")
    longest_wait: float = 60.0
    """It has no leases; longer than the longest pause of a stopped worker."""

    @property
    def webhook(self) -> str:
        """Where its webhooks go."""
        return f"{self.world.web}/social-accounts/meta/webhook"

    def start(self) -> None:
        """Make its tables and start its processes."""
        told: Any = importlib.import_module(START)
        where = {"database": self.world.database.url, "redis": self.world.broker.url}
        port = self.world.ports[0]
        environment = told.environment(**where, port=port, world=self.world.sandbox)
        for command in told.PREPARE:
            subprocess.run(command, cwd=BASE_DIR, env=environment, check=True)
        for name, command in told.commands(port).items():
            own = {**environment, **self.world.clock_of(name)}
            log = self.world.logs / f"{name}.log"
            self.world.keeper.add(Kept(name, command, own, BASE_DIR, log))
        assert wait_until(self.ready, READY_SECONDS), f"not ready: {self.world.logs}"

    def ready(self) -> bool:
        """Tell whether the web answers."""
        try:
            urllib.request.urlopen(self.webhook, timeout=5).close()
        except (OSError, urllib.error.URLError):
            return False
        return True

    def work(self) -> Work:
        """Return how many messages have no answer, and how far the others came."""
        with psycopg.connect(self.world.database.url, connect_timeout=2) as connection:
            rows = [connection.execute(sql.encode()).fetchone() for sql in (OPEN, DONE)]
        left, done = (int(row[0]) if row else 0 for row in rows)
        return Work(left, done)

    def rows(self) -> Rows:
        """Return what its one table says: a row for each time that a message came."""
        with psycopg.connect(self.world.database.url) as connection:
            found = connection.execute(MESSAGES.encode()).fetchall()
        times: dict[str, int] = {}
        for mid, *_more in found:
            times[mid] = times.get(mid, 0) + 1
        return Rows(
            heard=[
                Heard(mid, contact, "reply" if answer else "", "", times[mid])
                for mid, contact, answer, _name in found
            ],
            sent=[
                Sent(contact, answer, name, "", "sent" if name else "queued", mid)
                for mid, contact, answer, name in found
                if answer
            ],
        )
