"""Beat's tick with a hundred thousand workspaces: `python -m benchmarks.day.ticks`.

Fills a PostgreSQL of its own, makes rows due as at the evening's peak, and lets the product's own
dispatcher run against it and a Valkey. Prints what each tick cost, what it woke, and the slowest
statements; the end is 1 when a tick took a second or longer.
"""

import argparse
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

AIM = 1.0
"""Seconds: beat's tick comes every second."""
SHOWN = 8


@dataclass
class Watch:
    """Notes of each statement how long it took, in seconds, by its first words and tables."""

    taken: dict[str, list[float]] = field(default_factory=dict)

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        """Run the statement, as Django asks of a wrapper."""
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.taken.setdefault(sql, []).append(time.perf_counter() - started)

    def slowest(self) -> list[tuple[float, int, str]]:
        """Return the statements by their slowest run: seconds, how often, text."""
        found = [(max(times), len(times), sql) for sql, times in self.taken.items()]
        return sorted(found, reverse=True)[:SHOWN]


def main() -> int:
    """Make the database, run some ticks; 1 when one took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspaces", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=300, help="due in one moment")
    parser.add_argument("--deliveries", type=int, default=150)
    parser.add_argument("--events", type=int, default=300)
    parser.add_argument("--viral", type=int, default=20_000, help="of one workspace, due as well")
    parser.add_argument("--ticks", type=int, default=5)
    asked = parser.parse_args()
    from tests import migrated, postgres, valkey  # noqa: PLC0415 - they need no settings yet

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flowia-day-")))
        server = stack.enter_context(postgres.server())
        if server is None:
            sys.exit("No PostgreSQL was found.")
        os.environ["DATABASE_URL"] = stack.enter_context(server.database(like=migrated.template()))
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        return _measure(stack.enter_context(valkey.server(folder)), asked)


def _measure(redis_url: str, asked: argparse.Namespace) -> int:
    import django  # noqa: PLC0415 - after the settings are named

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - as above
    from django.core.management import call_command  # noqa: PLC0415 - as above

    from benchmarks.day import rows  # noqa: PLC0415 - as above
    from benchmarks.ledger import timed  # noqa: PLC0415 - as above
    from flowia.celery import app  # noqa: PLC0415 - as above

    settings.REDIS_URL = redis_url
    app.conf.update(broker_url=redis_url)
    call_command("migrate", verbosity=0)
    logging.disable(logging.CRITICAL)
    counts = timed("filled", lambda: rows.fill(asked.workspaces))
    print("  " + ", ".join(f"{number:,} {name}" for name, number in counts.items()))
    worst = _ticks("nothing but polls and looks due", asked.ticks)
    rows.make_due(
        messages=asked.messages, deliveries=asked.deliveries, events=asked.events, viral=0
    )
    worst = max(worst, _ticks("the evening's peak", asked.ticks))
    rows.make_due(messages=0, deliveries=0, events=0, viral=asked.viral)
    worst = max(worst, _ticks(f"and {asked.viral:,} messages of one workspace", asked.ticks))
    print(f"the longest tick: {worst:.2f} s (aim: less than {AIM:.0f} s)")
    return int(worst >= AIM)


def _ticks(name: str, number: int) -> float:
    from django.db import connection  # noqa: PLC0415 - after django.setup

    from flowia.lib.redis import redis_client  # noqa: PLC0415 - as above
    from flowia.lib.wake import wake  # noqa: PLC0415 - as above
    from processing import dispatch, tasks  # noqa: PLC0415 - as above

    print(name)
    worst, watch = 0.0, Watch()
    for tick in range(number):
        watch.taken.clear()
        started, began = time.perf_counter(), time.process_time()
        with connection.execute_wrapper(watch):
            found = dispatch.due(redis_client())
        asked = time.perf_counter() - started
        for one in found:
            wake(tasks.STEPS[one.step], one.row_id)
        took, computed = time.perf_counter() - started, time.process_time() - began
        woken = ", ".join(f"{n} {step}" for step, n in Counter(w.step for w in found).items())
        print(
            f"  {took:5.2f} s ({asked:.2f} s to find, {computed:.2f} s of computing, "
            f"{sum(map(sum, watch.taken.values())):.2f} s of PostgreSQL in"
            f" {sum(map(len, watch.taken.values()))} statements): {woken or 'nobody'}"
        )
        worst = max(worst, took if tick else 0.0)
    for seconds, times, sql in watch.slowest()[:3]:
        print(f"    {seconds * 1000:6.1f} ms, {times} times: {' '.join(sql.split())[:160]}")
    return worst


if __name__ == "__main__":
    sys.exit(main())
