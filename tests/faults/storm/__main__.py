"""`python -m tests.faults.storm [--webhooks N] [--kills K] [--seed S] [--keep]`: a storm by hand.

`--bug NAME` plants a bug, `--system limit` takes a system without guarantees: then it is the
harness that fails when nothing is flagged.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.storm import report
from tests.faults.storm.limited import Limit
from tests.faults.storm.planting import BUGS
from tests.faults.storm.running import Storm, Told, play
from tests.faults.storm.systems import FlowIA, System
from tests.faults.storm.world import World

LIMIT_LACKS = {"I1", "I4"}
"""What a system without guarantees has to be flagged by: it loses messages or sends them twice."""


def main(arguments: list[str]) -> int:
    """Play a storm and print what came of it; 1 when anything does not hold."""
    asked = _parser().parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="flowia-storm-"))
    bug = BUGS.get(asked.bug)
    world = World(folder / "run", **bug.world if bug else {})
    system: System = FlowIA(world, asked.bug) if asked.system == "flowia" else Limit(world)
    storm = Storm(asked.webhooks, asked.kills, asked.seed, asked.rate, asked.calm)
    try:
        told = play(system, storm, say)
    finally:
        world.stop(keep=asked.keep)
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)
    for line in report.lines(told):
        say(line)
    if asked.keep:
        say(f"kept: {folder}")
        say(f"PostgreSQL: {world.database.cluster.folder}")
    return verdict(told, asked)


def verdict(told: Told, asked: argparse.Namespace) -> int:
    """Return 1 for a breach; of a planted bug, 1 when nothing flagged it as it should."""
    found = {one.code for one in told.broken}
    if asked.system == "limit":
        seen = ", ".join(sorted(found & LIMIT_LACKS)) or "NOTHING"
        say(f"limit: flagged by {seen}, in all {sorted(found)}")
        return int(not found & LIMIT_LACKS)
    if not asked.bug:
        return int(report.is_broken(told))
    bug = BUGS[asked.bug]
    seen = ", ".join(sorted(found & bug.flagged_by)) or "NOTHING"
    say(f"planted {asked.bug} ({bug.says}): flagged by {seen}, in all {sorted(found)}")
    return int(not found & bug.flagged_by)


def say(line: str) -> None:
    """Print a line at once, with the time."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.storm")
    parser.add_argument("--webhooks", type=int, default=10_000, help="distinct messages")
    parser.add_argument("--kills", type=int, default=30, help="and other faults among them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=25.0, help="calls a second, at most")
    parser.add_argument("--calm", action="store_true", help="nothing fails but what is killed")
    parser.add_argument("--bug", choices=sorted(BUGS), default="", help="planted on purpose")
    parser.add_argument("--system", choices=("flowia", "limit"), default="flowia")
    parser.add_argument("--keep", action="store_true", help="keep the folder for a post-mortem")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
