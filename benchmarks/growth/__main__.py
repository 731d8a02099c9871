"""Does a message cost the same with a million stored as with ten thousand? See README.md.

`python -m benchmarks.growth` fills a database of each size and plays the same rounds in them.
"""

import argparse
import multiprocessing
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from benchmarks.growth.costs import Cost, Costs
from benchmarks.growth.playing import play
from benchmarks.ledger import timed
from tests import migrated, postgres, valkey

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 40
WARM = 4
AIM = 1.2
PATH = ("webhook", "receive", "respond", "send")


def main() -> int:
    """Make the databases, play in turn, print; 1 when a ratio is above the aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--sqlite", action="store_true", help="instead of PostgreSQL")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flowia-bench-")))
        redis = stack.enter_context(valkey.server(folder))
        urls = stack.enter_context(databases(folder, asked.sizes, sqlite=asked.sqlite))
        players = {
            size: stack.enter_context(player(url, redis.replace("/0", f"/{number}"), size))
            for number, (size, url) in enumerate(urls.items())
        }
        for size, orders in players.items():
            timed(f"{size:,} messages stored", orders.recv)
        return tell(rounds(players, asked.rounds))


@contextmanager
def databases(folder: Path, sizes: Sequence[int], *, sqlite: bool) -> Iterator[dict[int, str]]:
    """Give the URL of a migrated database for each size; they are dropped afterwards."""
    if sqlite:
        made = migrated.make_file(folder)[migrated.FILE]
        files = {size: folder / f"{size}.sqlite3" for size in sizes}
        for file in files.values():
            shutil.copy(made, file)
        yield {size: f"sqlite:///{file}" for size, file in files.items()}
        return
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server())
        if server is None:
            sys.exit("No PostgreSQL was found.")
        like = stack.enter_context(server.database())
        name = migrated.make_template(folder, like)[migrated.TEMPLATE]
        yield {size: stack.enter_context(server.database(name)) for size in sizes}


@contextmanager
def player(url: str, redis: str, messages: int) -> Iterator[Connection]:
    """Run a process that fills a database and plays in it; it ends when it is told None."""
    method = multiprocessing.get_context("spawn")
    ours, theirs = method.Pipe()
    process = method.Process(target=play, args=(url, redis, messages, theirs), daemon=True)
    process.start()
    theirs.close()  # so that its end shows
    try:
        yield ours
    finally:
        with suppress(OSError):  # it may be gone
            ours.send(None)
        process.join(30)
        process.kill()


def rounds(players: dict[int, Connection], times: int) -> dict[int, Costs]:
    """Let them play in turn, in any order: what disturbs the machine disturbs all of them."""
    costs: dict[int, Costs] = {size: {} for size in players}
    for number in range(WARM + times):
        for size in random.sample(list(players), len(players)):
            players[size].send(number % 4 == 0)
            for step, found in players[size].recv().items():
                if number >= WARM:
                    costs[size].setdefault(step, []).extend(found)
    return costs


def tell(costs: dict[int, Costs]) -> int:
    """Print what each step costs at each size, and its ratio to the smallest; 1 above the aim."""
    first, *others = costs
    heads = [f"{size:>11,}" for size in costs] + [f"x {size:>9,}" for size in others]
    print(f"{'':20} statements  {'  '.join(heads)}   (ms of computing, Python and database)")
    worst = 0.0
    for step in costs[first]:
        computed = {size: _median(found[step], "computed") for size, found in costs.items()}
        ratios = [computed[size] / computed[first] for size in others]
        asked = [_statements(found, step) for found in costs.values()]
        worst = max([worst, *ratios, *(one / asked[0] for one in asked)])
        told = "/".join(f"{one:g}" for one in dict.fromkeys(asked))
        print(f"{step:20} {told:>10}  {_row(computed, ratios)}")
    for name, what in (("python", "Python"), ("backend", "database"), ("waited", "waiting")):
        whole = {size: _of_message(found, name) for size, found in costs.items()}
        if whole[first]:
            ratios = [whole[size] / whole[first] for size in others]
            print(f"{'a message: ' + what:20} {'':>10}  {_row(whole, ratios)}")
    print(f"worst ratio: {worst:.2f} (aim: {AIM} at most)")
    return int(worst > AIM)


def _row(values: dict[int, float], ratios: list[float]) -> str:
    cells = [f"{value * 1000:11.2f}" for value in values.values()]
    return "  ".join([*cells, *(f"{ratio:11.2f}" for ratio in ratios)])


def _statements(found: Costs, step: str) -> float:
    """Return how many statements the step asks: some ask one more for one person than another."""
    return median(one.statements for one in found[step] if one.statements is not None)


def _median(costs: list[Cost], name: str) -> float:
    counted = name == "waited"
    return median(
        float(getattr(one, name)) for one in costs if (one.statements is not None) == counted
    )


def _of_message(steps: Costs, name: str) -> float:
    """Return the sum over the way of one message of somebody known."""
    return sum(_median(steps[f"known: {step}"], name) for step in PATH)


if __name__ == "__main__":
    sys.exit(main())
