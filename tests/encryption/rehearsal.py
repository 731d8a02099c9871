"""A change of the key under way: real processes read while real commands are killed.

`python -m tests.encryption.rehearsal 10000` does it once on SQLite and once on PostgreSQL and
prints the figures; the tests do it with fewer secrets.
"""

import base64
import hashlib
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from flowia.embedded import BASE_DIR
from flowia.lib.crypto import make_key
from tests import migrated, postgres
from tests.stack import clean_environment

TABLES = ("social_socialaccount", "integrations_integration")
WAIT_SECONDS = 200


class TooQuickError(RuntimeError):
    """The command had finished before it could be killed: more secrets are needed."""


@dataclass(frozen=True)
class Outcome:
    """What was seen; `killed_after` counts the secrets done at each kill, `said` is the end's."""

    killed_after: list[int]
    reads: int
    unreadable: int
    said: str
    readable_without_the_old_key: int
    seconds: float


@dataclass(frozen=True)
class Rehearsal:
    """One database without rows at `url`, or SQLite in `var`; and how many secrets it gets."""

    var: Path
    secrets: int
    url: str = ""
    readers: int = 2
    kills: int = 5

    def run(self) -> Outcome:
        """Fill it, change its key under readers, kill the command, and take the old key away."""
        old, new = make_key(), make_key()
        if not self.url:
            migrated.copy_to(self.var / "flowia.sqlite3")
        finish(self.step(old, "fill", str(self.secrets)))
        started = time.monotonic()
        with self.reading(f"{new},{old}") as reports, closing(self.connect()) as database:
            killed_after = [self.kill_one(f"{new},{old}", database) for _ in range(self.kills)]
            said = finish(self.rotate(f"{new},{old}"))
        seconds = round(time.monotonic() - started, 1)
        seen = [json.loads(report) for report in reports]
        last = json.loads(finish(self.step(new, "once")))
        return Outcome(
            killed_after=killed_after,
            reads=sum(one["reads"] for one in seen),
            unreadable=sum(one["unreadable"] for one in seen),
            said=said,
            readable_without_the_old_key=last["reads"] - last["unreadable"],
            seconds=seconds,
        )

    @contextmanager
    def reading(self, keys: str) -> Iterator[list[str]]:
        """Let processes decrypt meanwhile; the list holds their reports afterwards."""
        reports: list[str] = []
        running = [self.step(keys, "read", str(self.var)) for _ in range(self.readers)]
        try:
            wait_for(lambda: len(list(self.var.glob("reading-*"))) == self.readers)
            yield reports
        finally:
            (self.var / "stop").touch()
            reports += [finish(reader) for reader in running]

    def kill_one(self, keys: str, database: Any) -> int:
        """Start the command, kill it after an eleventh of the secrets; return how many are done."""
        enough = self.done(keys, database) + self.secrets // 11
        command = self.rotate(keys)
        wait_for(lambda: command.poll() is not None or self.done(keys, database) >= enough)
        command.kill()
        command.communicate()
        if command.returncode >= 0:
            raise TooQuickError
        return self.done(keys, database)

    def done(self, keys: str, database: Any) -> int:
        """Count, without the product's code, what is under the first key."""
        key_id = hashlib.sha256(base64.b64decode(keys.partition(",")[0])).hexdigest()[:8]
        like = f"sealed_credentials LIKE 'v2:{key_id}:%'"
        asked = [f"SELECT count(*) FROM {table} WHERE {like}" for table in TABLES]
        return sum(database.execute(query).fetchone()[0] for query in asked)

    def connect(self) -> Any:
        """Open a connection beside the product's."""
        if self.url:
            return psycopg.connect(self.url, autocommit=True)
        return sqlite3.connect(self.var / "flowia.sqlite3", timeout=20)

    def step(self, keys: str, *words: str) -> "subprocess.Popen[str]":
        """Start one step of `vault.py`."""
        return self.start(keys, "-m", "tests.encryption.vault", *words)

    def rotate(self, keys: str) -> "subprocess.Popen[str]":
        """Start the command."""
        return self.start(keys, "manage.py", "rotate_encryption")

    def start(self, keys: str, *words: str) -> "subprocess.Popen[str]":
        """Start Python with the product's environment and these keys."""
        environment = {"FLOWIA_VAR": str(self.var), "ENCRYPTION_KEY": keys}
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=BASE_DIR,
            env=clean_environment(environment | ({"DATABASE_URL": self.url} if self.url else {})),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def finish(process: "subprocess.Popen[str]") -> str:
    """Wait for the end and return what was said; raises RuntimeError with the errors."""
    said, errors = process.communicate(timeout=WAIT_SECONDS)
    if process.returncode:
        raise RuntimeError(f"{said}\n{errors}")
    return said


def wait_for(condition: Any) -> None:
    """Wait until it holds; raises TimeoutError."""
    limit = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > limit:
            raise TimeoutError
        time.sleep(0.002)


def main(secrets: int) -> None:
    """Rehearse on both databases and print what was seen."""
    with postgres.server() as server:
        if server is None:
            sys.exit("There is no PostgreSQL.")
        with server.database() as url:
            for address in ("", url):
                with tempfile.TemporaryDirectory() as var:
                    outcome = Rehearsal(Path(var), secrets, address).run()
                sys.stdout.write(f"{'PostgreSQL' if address else 'SQLite'}: {outcome}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
