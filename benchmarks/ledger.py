"""Pages and API of a workspace with a million ledger rows, against one with ten thousand.

See README.md. The database is made in a process of its own settings, before Django looks at them.
"""

import argparse
import logging
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

SMALL = 10_000
LARGE = 1_000_000
PER_THREAD = 20
SPREAD = timedelta(days=90)
TIMES = 30
AIM = 1.5
BOUND = ("conversation page", "/interactions", "/analytics")


def main() -> int:
    """Make the database, measure, print; 1 when a ratio is above the aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=LARGE)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="flowia-bench-"))
        os.environ["DATABASE_URL"] = stack.enter_context(database(folder, asked.postgres))
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        return _measure(asked.rows, asked.times)


@contextmanager
def database(folder: str, postgres: bool) -> Iterator[str]:
    """Give the URL of an empty database that is dropped afterwards."""
    from tests import postgres as servers  # noqa: PLC0415 - it needs no settings yet

    named = os.environ.get("DATABASE_URL", "")
    if not named and not postgres:
        yield f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        return
    if named:
        with servers.Server(named).database() as url:
            yield url
        return
    with servers.server() as found:
        if found is None:
            sys.exit("No PostgreSQL was found.")
        with found.database() as url:
            yield url


def _measure(rows: int, times: int) -> int:
    import django  # noqa: PLC0415 - after the settings are named

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - as above
    from django.db import connection  # noqa: PLC0415 - as above

    from benchmarks.filling import fill  # noqa: PLC0415 - as above
    from processing import figures  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    print(f"{connection.vendor}, {rows:,} rows against {SMALL:,}")
    logging.disable(logging.CRITICAL)
    timed("10,000 rows made", partial(fill, "small", SMALL))
    timed(f"{rows:,} rows made", partial(fill, "large", rows))
    counted = timed("digested", lambda: figures.digest(batches=10**6, batch=2000))
    print(f"  {counted:,} rows of the ledger counted")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    results = _compare(times)
    width = max(map(len, results))
    print(f"{'':{width}}   small ms   large ms   ratio")
    for name, (small, large) in results.items():
        print(f"{name:{width}} {small:10.2f} {large:10.2f} {large / small:7.2f}")
    worst = max(results[name][1] / results[name][0] for name in BOUND)
    print(f"worst of {', '.join(BOUND)}: {worst:.2f} (aim: {AIM} at most)")
    return int(worst > AIM)


def timed(what: str, work: Callable[[], Any]) -> Any:
    """Do `work`, say how long it took, return what it gave."""
    started = time.monotonic()
    result = work()
    print(f"  {what} in {time.monotonic() - started:.1f} s")
    return result


def _compare(times: int) -> dict[str, tuple[float, float]]:
    from benchmarks.asking import askers  # noqa: PLC0415 - after django.setup

    small, large = askers("small"), askers("large")
    for name in small:  # templates, plans and caches are warm before anything counts
        small[name]()
        large[name]()
    taken: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in small}
    for _ in range(times):
        for name, (fast, slow) in taken.items():
            # In turn and in either order: what disturbs the machine disturbs both.
            pairs = [(small[name], fast), (large[name], slow)]
            for ask, into in pairs if secrets.randbelow(2) else reversed(pairs):
                started = time.perf_counter()
                ask()
                into.append((time.perf_counter() - started) * 1000)
    return {name: (median(fast), median(slow)) for name, (fast, slow) in taken.items()}


if __name__ == "__main__":
    sys.exit(main())
