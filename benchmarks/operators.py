"""The operators' lists, search and trace over a million ledger rows; see README.md."""

import argparse
import logging
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from statistics import median
from typing import Any

from benchmarks.ledger import LARGE, database, timed

AIM_SECONDS, TIMES = 1.0, 3
SEARCHES = (
    "Contact 12345",
    "contact 9",
    "1-777",
    "+33 6 12 34 56 78",
    "nobody@exemple.fr",
    "cus_X",
)


def main() -> int:
    """Make the database, ask for every page, print; 1 where one takes longer than the aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=LARGE)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="flowia-bench-"))
        os.environ["DATABASE_URL"] = stack.enter_context(database(folder, asked.postgres))
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        return _measure(asked.rows)


def _measure(rows: int) -> int:
    import django  # noqa: PLC0415 - after the settings are named

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - as above
    from django.db import connection  # noqa: PLC0415 - as above

    from benchmarks.filling import fill  # noqa: PLC0415 - as above
    from tests.admin.pages import operator  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    logging.disable(logging.CRITICAL)
    timed(f"{rows:,} rows made on {connection.vendor}", lambda: fill("large", rows))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    client, _user = operator()
    slow = 0
    for name, address in _pages():
        taken = [_seconds(client, address) for _ in range(TIMES)]
        slow += median(taken) > AIM_SECONDS
        print(f"{median(taken) * 1000:9.1f} ms  {name}")
    print(f"{slow} slower than {AIM_SECONDS:.0f} s")
    return int(slow > 0)


def _pages() -> list[tuple[str, str]]:
    from django.contrib import admin  # noqa: PLC0415 - after django.setup
    from django.urls import reverse  # noqa: PLC0415 - as above
    from django.utils.http import urlencode  # noqa: PLC0415 - as above

    from processing.models import Conversation  # noqa: PLC0415 - as above

    found = []
    for model in admin.site._registry:  # noqa: SLF001 - Django's own name
        name = model._meta.label_lower.replace(".", "_")  # noqa: SLF001 - Django's documented name
        found.append((name, reverse(f"admin:{name}_changelist")))
    search = reverse("admin:search")
    found += [(f"search {text}", f"{search}?{urlencode({'q': text})}") for text in SEARCHES]
    pk = Conversation.objects.values_list("pk", flat=True).order_by("-pk")[0]
    found.append(("trace", reverse("admin:conversation-trace", args=[pk])))
    return [*found, ("causes", reverse("admin:repairs")), ("home", reverse("admin:index"))]


def _seconds(client: Any, address: str) -> float:
    started = time.perf_counter()
    answer = client.get(address, headers={"host": "localhost"})
    if answer.status_code != 200:  # noqa: PLR2004 - HTTP
        sys.exit(f"{address}: {answer.status_code}")
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
