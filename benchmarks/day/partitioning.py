"""Is the ledger partitioned by month without a pause? `python -m benchmarks.day.partitioning`.

Runs the statements of docs/scaling.md, one after the other as they stand there, on a PostgreSQL
with a million ledger rows, while two others write and read without end. Prints how long each
block took and how long the slowest write and read had to wait meanwhile.
"""

import argparse
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from benchmarks.ledger import timed
from flowia.embedded import BASE_DIR

PAGE = BASE_DIR / "docs" / "scaling.md"
BLOCK = re.compile(r"^```sql\n-- (?P<name>.+)\n(?P<body>(?:.*\n)*?)```", re.MULTILINE)
TALKED = 100_000
"""Rows that are made with their conversations; the others repeat them."""
DECEMBER = "2026-12-01"
"""The page's example is about this month; the rows are of the ninety days before its end."""
AT_ONCE = 1.0
"""Seconds that nobody may wait for a lock."""
COLUMNS = (
    "uid, created_at, workspace_id, conversation_id, message_id, kind, outcome, reason, gates,"
    " data, request_id, counted"
)
WRITE = f"""
INSERT INTO processing_interactionevent ({COLUMNS})
SELECT gen_random_uuid(), '{DECEMBER}', workspace_id, conversation_id, message_id, kind, outcome,
       reason, gates, data, request_id, counted
FROM processing_interactionevent WHERE conversation_id = %s ORDER BY id LIMIT 1
"""
READ = "SELECT id, kind FROM processing_interactionevent WHERE conversation_id = %s ORDER BY id"
COPY = f"""
INSERT INTO processing_interactionevent ({COLUMNS})
SELECT gen_random_uuid(), created_at, workspace_id, conversation_id, message_id, kind, outcome,
       reason, gates, data, request_id, counted
FROM processing_interactionevent, generate_series(1, %s)
"""


@dataclass
class Traffic:
    """Somebody who asks the same of the ledger again and again; `waits` are in seconds."""

    statement: str
    waits: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def run(self, url: str, talk: int, over: threading.Event) -> None:
        """Ask until it is over, each time in a transaction of its own."""
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.wait(0.01):
                started = time.monotonic()
                try:
                    connection.execute(self.statement.encode(), [talk])
                except psycopg.Error as error:
                    self.failures.append(str(error))
                self.waits.append(time.monotonic() - started)


def main() -> int:
    """Make the ledger, run the page's statements; 1 when somebody waited or failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    from tests import postgres  # noqa: PLC0415 - it needs no settings yet

    with postgres.server() as server, tempfile.TemporaryDirectory() as folder:
        if server is None:
            sys.exit("No PostgreSQL was found.")
        with server.database() as url:
            os.environ |= {"DATABASE_URL": url, "FLOWIA_VAR": folder}
            os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
            _fill(rows)
            return _partition(url)


def blocks() -> dict[str, list[str]]:
    """Return the page's statements: each block's by the comment that it begins with."""
    found = BLOCK.finditer(PAGE.read_text(encoding="utf-8"))
    return {block["name"]: statements(block["body"]) for block in found}


def statements(text: str) -> list[str]:
    """Return the statements of a block without its comments."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    parts = "\n".join(lines).split(";\n")
    return [one.strip().removesuffix(";") for one in parts if one.strip()]


def _fill(rows: int) -> None:
    import django  # noqa: PLC0415 - after the settings are named

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - as above
    from django.db import connection  # noqa: PLC0415 - as above

    from benchmarks.filling import fill  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    timed(f"{min(rows, TALKED):,} rows made", lambda: fill("large", min(rows, TALKED)))
    with connection.cursor() as cursor:
        if rows > TALKED:
            copies = [rows // TALKED - 1]
            timed(f"{rows:,} rows in all", lambda: cursor.execute(COPY, copies))
        cursor.execute(
            "UPDATE processing_interactionevent SET counted = true, created_at ="
            f" '{DECEMBER}'::timestamptz - random() * interval '90 days'"
        )
        cursor.execute("VACUUM ANALYZE processing_interactionevent")
    connection.close()


def _partition(url: str) -> int:
    worst = 0.0
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT min(id) FROM processing_conversation").fetchone()
        assert found is not None
        for name, todo in blocks().items():
            write, read = Traffic(WRITE), Traffic(READ)
            started = time.monotonic()
            with _asked(url, found[0], write, read):
                for statement in todo:
                    connection.execute(statement.encode())
                took = time.monotonic() - started
            slowest = [max(one.waits, default=0.0) for one in (write, read)]
            worst = max(worst, *slowest)
            print(
                f"{took:7.2f} s  longest write {slowest[0]:.3f} s, read {slowest[1]:.3f} s  {name}"
            )
            for failure in {*write.failures, *read.failures}:
                print(f"           failed: {failure}")
                worst = max(worst, 2 * AT_ONCE)
        _tell(connection)
    return int(worst > AT_ONCE)


def _tell(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Print where the rows are now."""
    rows = connection.execute(
        "SELECT tableoid::regclass::text, count(*) FROM processing_interactionevent"
        " GROUP BY 1 ORDER BY 1"
    )
    for name, number in rows:
        print(f"{number:>12,} rows  {name}")


@contextmanager
def _asked(url: str, talk: int, *traffic: Traffic) -> Iterator[None]:
    """Let everybody ask while the block runs, and for a moment before it."""
    over = threading.Event()
    threads = [threading.Thread(target=one.run, args=(url, talk, over)) for one in traffic]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.2)
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    sys.exit(main())
