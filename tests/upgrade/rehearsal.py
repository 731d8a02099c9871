"""One version is replaced by another while people write: what was promised, and what was seen.

Both versions run side by side on one PostgreSQL and one Valkey; only the outside is a stand-in.
"""

import base64
import secrets
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from flowia.run.supervisor import SANDBOX
from tests import postgres, valkey
from tests.faults.reckoning import Fate, Reckoning, reckon
from tests.stack import fetch, free_ports, wait_until
from tests.upgrade.release import Release, Stopped
from tests.upgrade.traffic import BROKEN, OK, Answer, Fronts, Traffic

WORKERS = ("worker-incoming", "worker-reply", "worker-linkedin", "worker-background")
WORKERS_FIRST = (*WORKERS, "beat", "web")
WEB_FIRST = ("web", *WORKERS, "beat")
REST_SECONDS = 300
"""So long may nothing become less of what is left to do."""
UNDECIDED = ("lost", "not known")
"""What can be told of nobody while there is something left to do."""
LOOKED_AT = ("processing_conversation", "processing_message", "social_socialaccount")
OPEN_WORK = (
    "SELECT (SELECT COUNT(*) FROM social_webhookevent WHERE status = 'received')"
    " + (SELECT COUNT(next_at) FROM processing_message WHERE outcome = '')"
    " + (SELECT COUNT(*) FROM processing_delivery WHERE status IN ('queued', 'sending'))"
)
WAITS = (
    "SELECT mode FROM pg_locks WHERE NOT granted"
    " AND (mode = 'AccessExclusiveLock' OR locktype = 'virtualxid')"
)
FATES = (
    "SELECT c.external_id, q.outcome, q.reason, COALESCE(d.status, '')"
    " FROM processing_message q"
    " JOIN processing_conversation v ON v.id = q.conversation_id"
    " JOIN processing_contact c ON c.id = v.contact_id"
    " LEFT JOIN processing_message r ON r.in_reply_to_id = q.id"
    " LEFT JOIN processing_delivery d ON d.message_id = r.id"
    " WHERE q.direction = 'inbound' ORDER BY q.id"
)


@dataclass(frozen=True)
class Wishes:
    """How a rehearsal goes: webhooks a second, seconds in each phase, the order, the way back.

    A transaction that only reads holds tables for `held` seconds after the migration wants them.
    """

    rate: float = 20
    pause: float = 5
    held: float = 0
    order: Sequence[str] = WORKERS_FIRST
    back: bool = False


@dataclass
class Report:
    """What a rehearsal saw; `wrong` is empty when all went well."""

    traffic: Traffic
    reckoning: Reckoning
    stopped: list[Stopped] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    migrated: tuple[float, str] = (0.0, "")
    left: int = 0
    """Rows that were left to do when it was given up to wait for them."""

    @property
    def wrong(self) -> dict[str, Any]:
        """What may not happen, by its name."""
        found: dict[str, Any] = {
            "webhooks": [one for one in self.traffic.webhooks if one.status != OK],
            "pages": [one for one in self.traffic.looks if not OK <= one.status < BROKEN],
            "exits": [one for one in self.stopped if one.code != 0],
            "errors": self.errors,
            **self.reckoning.wrong,
        }
        if self.left:
            found |= {**dict.fromkeys(UNDECIDED), "not at rest": [f"{self.left} rows are left"]}
        return {name: wrong[:20] for name, wrong in found.items() if wrong}

    def lines(self) -> Iterator[str]:
        """Tell what was seen, a line for each phase and each process."""
        for phase in dict.fromkeys(one.phase for one in self.traffic.webhooks):
            answers = [one for one in self.traffic.webhooks if one.phase == phase]
            yield f"{phase:<24}{_told(answers)}"
        yield f"answered: {len(self.reckoning.answered)} of {len(self.traffic.contacts)}"
        yield f"pages and API: {len(self.traffic.looks)}"
        yield f"migrate: {self.migrated[0]:.1f} s {self.migrated[1]}"
        yield from (f"{one.name:<20} exit {one.code} after {one.seconds} s" for one in self.stopped)
        yield from (f"WRONG {name}: {wrong}" for name, wrong in self.wrong.items())


def _told(answers: list[Answer]) -> str:
    times = sorted(one.seconds for one in answers)
    lost = sum(one.status != OK for one in answers)
    middle, longest = times[len(times) // 2] * 1000, times[-1] * 1000
    return f"{len(times):>5} webhooks, {lost} not taken, {middle:.0f} ms, longest {longest:.0f} ms"


@dataclass
class World:
    """What both versions share."""

    url: str
    sandbox: str
    environment: Mapping[str, str]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one statement."""
        with psycopg.connect(self.url, autocommit=True) as database:
            cursor = database.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def left(self) -> int:
        """Wait while what is left to do becomes less; return how many rows it is, 0 at rest."""
        found = least = self._open()
        moved = time.monotonic()
        while found and time.monotonic() - moved < REST_SECONDS:
            time.sleep(0.2)
            found = self._open()
            if found < least:
                least, moved = found, time.monotonic()
        return found

    def _open(self) -> int:
        return int(self.rows(OPEN_WORK)[0][0])

    def reckoned(self, contacts: list[str]) -> Reckoning:
        """Compare what the network saw with the tables."""
        fates = {str(who): Fate(*fate) for who, *fate in self.rows(FATES)}
        asked = urlencode({"service": "graph", "operation": "send", "limit": 100_000})
        status, told = fetch(f"{self.sandbox}/calls?{asked}")
        assert status == OK, told
        return reckon(contacts, told["calls"], fates)


@contextmanager
def world(
    folder: Path, server: postgres.Server, tree: Path, *, like: str | None = None
) -> Iterator[World]:
    """Run the services and, from `tree`, the sandbox; all end with the block.

    The database is empty, or `like` another one on the server.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with server.database(like) as url, valkey.server(folder) as redis:
        port, sandbox, mail = free_ports(3)
        keys = {name: secrets.token_urlsafe(50) for name in ("SECRET_KEY", "JWT_SIGNING_KEY")}
        environment = {
            **keys,
            "ENCRYPTION_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "DATABASE_URL": url,
            "REDIS_URL": redis,
            "PORT": str(port),
            "SANDBOX_PORT": str(sandbox),
            "SANDBOX_MAIL_PORT": str(mail),
            "SETTLE_SECONDS": "0.2",
            "API_REQUESTS_PER_MINUTE": "100000",
            "AI_REQUESTS_PER_MINUTE": "100000",
            "LOG_LEVEL": "WARNING",
            "CELERY_SKIP_CHECKS": "1",
        }
        outside = Release(tree, folder / "outside", environment, port=sandbox)
        outside.prepare()
        try:
            outside.launch("sandbox", ["-m", "gunicorn", *SANDBOX.format(port=sandbox).split()])
            assert wait_until(lambda: outside.answers("/counts"), 60), outside.log("sandbox")
            yield World(url, f"http://127.0.0.1:{sandbox}", environment)
        finally:
            outside.end_all()


def rehearse(
    old_tree: Path, new_tree: Path, folder: Path, server: postgres.Server, wishes: Wishes
) -> Report:
    """Upgrade from one version to the other with traffic running; return what was seen."""
    with ExitStack() as stack:
        around = stack.enter_context(world(folder, server, new_tree))
        old = Release(old_tree, folder / "old", around.environment)
        new = Release(new_tree, folder / "new", around.environment)
        for one in (old, new):
            one.prepare()
            stack.callback(one.end_all)
        _open_shop(old, around)
        fronts = Fronts([old.port])
        with Traffic(fronts, wishes.rate) as traffic:
            time.sleep(wishes.pause)
            migrated = _migrate(new, around, traffic, wishes)
            time.sleep(wishes.pause)
            stopped = _replace(old, new, traffic, wishes)
            if wishes.back:
                stopped += _replace(new, old, traffic, wishes)
            traffic.phase = "after"
            time.sleep(wishes.pause)
        left = around.left()
        reckoning = around.reckoned(traffic.contacts)
        report = Report(traffic, reckoning, stopped, migrated=migrated, left=left)
        report.errors = [f"old {line}" for line in old.errors()]
        report.errors += [f"new {line}" for line in new.errors()]
        return report


def _open_shop(old: Release, around: World) -> None:
    """Bring the old version up as it was before anybody thought of an upgrade."""
    old.run("manage.py", "migrate", "--noinput")
    old.run("manage.py", "collectstatic", "--noinput", "--ignore", "redoc", "--verbosity", "0")
    old.run("manage.py", "sandbox_seed")
    around.rows("UPDATE billing_subscription SET plan = 'ultra'")
    old.start(*WORKERS_FIRST)
    old.wait_for("/health/ready")


def _migrate(new: Release, around: World, traffic: Traffic, wishes: Wishes) -> tuple[float, str]:
    """Do what the Procfile calls the release, while the old version is at work."""
    traffic.phase = "migrate"
    new.run("manage.py", "collectstatic", "--noinput", "--ignore", "redoc", "--verbosity", "0")
    with _reader(around.url, wishes.held):
        began = time.monotonic()
        done: subprocess.CompletedProcess[str] = new.tried("manage.py", "migrate", "--noinput")
        taken = time.monotonic() - began
    traffic.phase = "old code, new schema"
    assert done.returncode == 0, done.stdout + done.stderr
    return taken, done.stderr.strip()


@contextmanager
def _reader(url: str, seconds: float) -> Iterator[None]:
    """Read the tables in long transactions, one after the other, until one was in the way.

    It is held for so many seconds more, which a migration does not wait for. Where an index waits
    for it, which holds up nobody, the next one begins.
    """
    over, read_all = threading.Event(), threading.Event()

    def read() -> None:
        in_the_way = False
        while not in_the_way and not over.is_set():
            with psycopg.connect(url) as database:
                for table in LOOKED_AT:
                    database.execute(f"SELECT 1 FROM {table} LIMIT 1".encode())
                read_all.set()
                waits: set[str] = set()
                while not waits and not over.wait(0.1):
                    waits = {str(mode) for (mode,) in database.execute(WAITS.encode())}
                in_the_way = "AccessExclusiveLock" in waits
                over.wait(seconds if in_the_way else 0.5)

    reading = threading.Thread(target=read)
    if seconds:
        reading.start()
        assert read_all.wait(60)
    try:
        yield
    finally:
        over.set()
        if seconds:
            reading.join()


def _replace(old: Release, new: Release, traffic: Traffic, wishes: Wishes) -> list[Stopped]:
    """Start each process of one version, let both work, then ask the other version's to end."""
    stopped = []
    for name in wishes.order:
        traffic.phase = f"both: {name}"
        new.start(name)
        if name == "web":
            new.wait_for()
            traffic.fronts.ports.append(new.port)
        time.sleep(wishes.pause)
        if name == "web":
            traffic.fronts.ports.remove(old.port)
        stopped.append(old.stop(name))
    return stopped
