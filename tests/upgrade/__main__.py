"""`python -m tests.upgrade OLD [NEW]`: upgrade from one git revision to another with traffic.

NEW is this folder as it stands unless it is named. Exit code 1 when something went wrong.
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from flowia.embedded import BASE_DIR
from tests import postgres
from tests.upgrade.rehearsal import WEB_FIRST, WORKERS_FIRST, Wishes, rehearse
from tests.upgrade.trees import lay_out


def main() -> int:
    """Rehearse, and tell what was seen."""
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade")
    parser.add_argument("old")
    parser.add_argument("new", nargs="?")
    parser.add_argument("--rate", type=float, default=20, help="webhooks a second")
    parser.add_argument("--pause", type=float, default=5, help="seconds side by side")
    parser.add_argument("--held", type=float, default=0, help="seconds of a long transaction")
    parser.add_argument("--web-first", action="store_true", help="not the order of the pages")
    parser.add_argument("--back", action="store_true", help="go back to the old code afterwards")
    told = parser.parse_args()
    # Whatever runs is ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    order = WEB_FIRST if told.web_first else WORKERS_FIRST
    wishes = Wishes(told.rate, told.pause, told.held, order, told.back)
    with tempfile.TemporaryDirectory() as name, postgres.server() as server:
        folder = Path(name)
        if server is None:
            sys.stderr.write("no PostgreSQL: set TEST_DATABASE_URL or install postgresql\n")
            return 2
        old = lay_out(told.old, folder / "old-tree")
        new = lay_out(told.new, folder / "new-tree") if told.new else BASE_DIR
        report = rehearse(old, new, folder, server, wishes)
    sys.stdout.writelines(f"{line}\n" for line in report.lines())
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
