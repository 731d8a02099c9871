"""How the limit system is started: commands and environment, for the benchmark and the faults.

It speaks the product's protocols by the product's names, so it runs against the sandbox as well.
"""

import json
import sys
from collections.abc import Mapping

from benchmarks.throughput.pointing import pointed
from sandbox import demo

NAME = "benchmarks.throughput.limit"
PREPARE = [[sys.executable, "-m", "django", "migrate", "--run-syncdb", "-v", "0"]]
"""What is run once on an empty database."""
TOKENS = {
    account.id: demo.page_token(page.id)
    for page in demo.META_PAGES
    for account in (page, page.instagram)
    if account
}
"""The token of each of the demo's accounts, by its id: an Instagram account has its Page's."""


def environment(*, database: str, redis: str, port: int, world: str) -> Mapping[str, str]:
    """Return what its processes are started with; `world` is the stand-ins' address."""
    told = pointed(database=database, redis=redis, port=port, world=world)
    own = {"PAGE_TOKENS": json.dumps(TOKENS), "DJANGO_SETTINGS_MODULE": f"{NAME}.settings"}
    return {**told, **own}


def commands(port: int) -> dict[str, list[str]]:
    """Return its processes by their names; they start in the repository's root."""
    python, app = sys.executable, f"{NAME}.app"
    quiet = ["-l", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    return {
        "web": [
            *(python, "-m", "gunicorn", f"{NAME}.wsgi", "-b", f"127.0.0.1:{port}"),
            *("-w", "2", "-k", "gthread", "--threads", "4", "--preload"),
        ],
        "worker-incoming": [
            *(python, "-m", "celery", "-A", app, "worker", "-Q", "incoming"),
            *("-c", "5", "-n", "incoming@%h", *quiet),
        ],
        "worker-reply": [
            *(python, "-m", "celery", "-A", app, "worker", "-Q", "reply"),
            *("-c", "3", "-n", "reply@%h", *quiet),
        ],
    }
