"""Acting in a browser, with real processes: `python -m benchmarks.linkedin --kills --polls 40`.

The product runs as `manage.py up` starts it, against the sandbox's LinkedIn and a real Chromium.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from benchmarks.linkedin import kills, polls, routes
from flowia.embedded import BASE_DIR
from tests import moments
from tests.conftest import QUICK
from tests.journeys.linkedin import Member, members
from tests.stack import Stack


def main() -> None:
    """Do what is asked for, one after the other, in one running product."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", nargs="*", metavar="MOMENT", help="all moments, or these")
    parser.add_argument("--polls", type=int, default=0, help="so many readings in a row")
    parser.add_argument("--routes", type=int, default=0, help="so many calls of each address")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, running(folder := Path(name)) as one:
        if asked.kills is not None:
            kills.play(one, folder, asked.kills or list(kills.MOMENTS))
        if asked.polls:
            polls.play(one, folder, asked.polls)
        if asked.routes:
            routes.play(one, asked.routes)


@contextmanager
def running(folder: Path) -> Iterator[Member]:
    """Start the product in a folder, its temporary files in there as well, and give its member."""
    (folder / "tmp").mkdir()
    told = {
        **QUICK,
        "TMPDIR": str(folder / "tmp"),
        "PYTHONPATH": moments.write(folder / "moments", BASE_DIR),
    }
    stack = Stack(folder / "var", told)
    stack.environment["OPENAI_BASE_URL"] = f"{stack.sandbox_url}/openai/v1"
    stack.start()
    try:
        with contextmanager(members)(stack) as member:
            yield member
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
