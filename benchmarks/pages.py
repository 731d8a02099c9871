"""Every page with a million ledger rows and 100,000 leads in its workspace, against nearly none.

See README.md. The database is made in a process of its own settings, before Django looks at them.
"""

import argparse
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from benchmarks.ledger import LARGE, database, timed

LEADS = 100_000
TIMES = 5
MOST_QUERIES = 12
MOST_MILLISECONDS = 100
LISTS = (
    *("/inbox?show=needs", "/inbox?show=drafts", "/inbox?show=hot", "/inbox?page=50"),
    *("/inbox?search=4567", "/inbox?search=zzzz", "/inbox?search=06+12+34", "/inbox?place=comment"),
    *("/inbox?network=instagram", "/inbox?show=hot&network=instagram"),
    *("/inbox/leads?order=name", "/inbox/leads?order=-name", "/inbox/leads?order=updated_at"),
    *("/inbox/leads?order=warmth", "/inbox/leads?order=-warmth", "/inbox/leads?page=3900"),
    *("/inbox/leads?search=4567", "/inbox/leads?search=zzzz", "/inbox/leads?level=hot"),
    *("/inbox/leads?level=hot&order=name", "/inbox/leads?stage=won", "/inbox/leads?period=7"),
    *("/inbox/figures?days=90", "/settings/activity?page=9", "/inbox/tasks?show=calls"),
)
"""Lists of the owner as people sort, filter, search and turn them over."""
OPERATORS = (
    *("processing/interactionevent/?reason__exact=model_timeout", "processing/message/?o=1"),
    *("processing/conversation/?has_error=no", "processing/conversation/?q=Contact+49"),
    *("processing/contact/?q=Contact+49", "processing/lead/?q=zzzz", "search/?q=contact+49"),
    *("processing/interactionevent/?q=model_timeout", "processing/message/?q=zzzz"),
)
"""The same of operators, below `/admin/`."""
Measured = dict[str, tuple[int, float]]


def main() -> int:
    """Make the database, measure, print; 1 when a page is above an aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=LARGE)
    parser.add_argument("--leads", type=int, default=LEADS)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="flowia-bench-"))
        os.environ["DATABASE_URL"] = stack.enter_context(database(folder, asked.postgres))
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        return _measure(asked.rows, asked.leads)


def _measure(rows: int, leads: int) -> int:
    import django  # noqa: PLC0415 - after the settings are named

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - as above
    from django.core.management import call_command  # noqa: PLC0415 - as above
    from django.db import connection  # noqa: PLC0415 - as above

    from benchmarks.filling import add_leads, fill_workspace  # noqa: PLC0415 - as above
    from processing import figures  # noqa: PLC0415 - as above
    from tests.callers import browser  # noqa: PLC0415 - as above
    from tests.walk.rows import make_place  # noqa: PLC0415 - as above

    settings.ALLOWED_HOSTS = ["testserver"]
    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0)
    people, ids = make_place()
    clients: dict[str, Any] = {who: browser(user) for who, user in people.items()}
    clients["nobody"] = browser()
    before = _ask(clients, ids)
    workspace = people["owner"].workspaces.get()
    timed(f"{rows:,} rows made", partial(fill_workspace, workspace, rows))
    timed(f"{leads:,} leads made", partial(add_leads, workspace, leads))
    timed("digested", lambda: figures.digest(batches=10**6, batch=2000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    return _tell(before, _ask(clients, ids))


def _ask(clients: dict[str, Any], ids: dict[str, str]) -> Measured:
    """Return each page's queries and milliseconds, the least of some after a first.

    What a busy machine adds is not the page's.
    """
    from django.db import connection  # noqa: PLC0415 - after django.setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - as above

    from tests.walk.pages import pages  # noqa: PLC0415 - as above

    found = {}
    asked_for = [(str(page), page.who, page.address(ids)) for page in pages()]
    asked_for += [(f"owner {address}", "owner", address) for address in LISTS]
    asked_for += [(f"operator {one}", "operator", f"/admin/{one}") for one in OPERATORS]
    for name, who, address in asked_for:
        get: Callable[[], Any] = partial(clients[who].get, address)
        with CaptureQueriesContext(connection) as queries:
            get()
            asked = len(queries)
        taken = []
        for _ in range(TIMES):
            started = time.perf_counter()
            get()
            taken.append((time.perf_counter() - started) * 1000)
        found[name] = (asked, min(taken))
    return found


def _tell(before: Measured, after: Measured) -> int:
    """Print the table, the slowest first."""
    print(f"{'':70} queries   small ms   large ms   ratio")
    above = 0
    for name, (queries, large) in sorted(after.items(), key=lambda one: -one[1][1]):
        small = before[name][1]
        bad = queries > MOST_QUERIES or large > MOST_MILLISECONDS
        above += bad
        mark = " <" if bad else ""
        print(f"{name[:70]:70} {queries:7} {small:10.1f} {large:10.1f} {large / small:7.2f}{mark}")
    print(f"{above} of {len(after)} pages above {MOST_QUERIES} queries or {MOST_MILLISECONDS} ms")
    return int(above > 0)


if __name__ == "__main__":
    sys.exit(main())
