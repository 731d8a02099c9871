"""A weekday of many workspaces, on paper: `python -m benchmarks.day --workspaces 100000`.

Prints how much comes when, what it leaves in the database, and how long answers wait with so many
worker hosts at the peak, with and without a viral post. What is assumed and what was measured
stands with each figure in `costs.py` and `people.py`; see README.md.
"""

import argparse
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from math import ceil, exp
from random import Random

import django

from benchmarks.day.costs import CENTRE_CONNECTIONS, COSTS, HOST, OTHERS
from benchmarks.day.machine import Hosts, Result
from benchmarks.day.people import DAY, POLLED, Burst, Workspace, arrivals, bursts, population

WINDOW = 15
"""Minutes of the peak that are played with hosts."""
GIB = 2**30


def main() -> None:
    """Make the people, count their day, play its peak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspaces", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--viral", type=int, default=30, help="posts a day that go viral")
    parser.add_argument("--crowd", type=int, default=20_000, help="people of the largest post")
    parser.add_argument("--limit", type=int, default=60, help="model calls a minute, a workspace")
    parser.add_argument("--incoming", type=int, default=HOST.incoming, help="answers at a time")
    parser.add_argument("--reply", type=int, default=HOST.reply, help="sends at a time")
    parser.add_argument("--hosts", type=int, nargs="*", default=[], help="numbers of hosts to play")
    asked = parser.parse_args()
    random = Random(asked.seed)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    people = population(asked.workspaces, random)
    viral = bursts(asked.viral * asked.workspaces // 100_000, asked.workspaces, random)
    minutes = list(arrivals(people, viral, random))
    peak = _volumes(people, minutes)
    crowds = {post.workspace for post in viral}
    _peak(crowds | {len(people)}, minutes, peak, asked)


def _volumes(people: list[Workspace], minutes: list[list[int]]) -> int:
    """Print what the day brings; return the minute at which the busiest quarter begins."""
    from billing.plans import PLANS  # noqa: PLC0415 - Django is set up by then

    limits = {code: plan.direct_messages_per_day for code, plan in PLANS.items()}
    counts = Counter(number for minute in minutes for number in minute)
    total = sum(counts.values())
    answered = sum(
        min(number, limit) if (limit := limits[people[one].plan]) else number
        for one, number in counts.items()
    )
    sums = [sum(len(one) for one in minutes[at : at + WINDOW]) for at in range(len(minutes))]
    peak = max(range(len(sums)), key=sums.__getitem__)
    rate = sums[peak] / (WINDOW * 60)
    busiest = max(map(len, minutes)) / 60
    top = sum(number for _one, number in counts.most_common(len(people) // 100))
    print(f"{len(people):,} workspaces, {total:,} messages, {answered:,} answers within the plans")
    print(f"  the busiest hundredth of the workspaces gets {top / total:.0%} of the messages")
    print(
        f"  average {total / DAY:.1f}/s, busiest quarter of an hour (from"
        f" {peak // 60:02}:{peak % 60:02} UTC) {rate:.1f}/s, busiest minute {busiest:.1f}/s"
    )
    calls = COSTS.calls
    print(f"  webhooks: {total * calls:,} a day, {rate * calls:.0f}/s at the peak")
    rows = total * COSTS.rows
    print(f"  computing of a message: {_all():.3f} s with PostgreSQL's")
    print(f"  rows: {rows / 1e6:.1f} million a day, {rows * COSTS.row_bytes / GIB:.1f} GiB a day")
    polled = sum(POLLED.values()) * len(people)
    print(
        f"  polled accounts: {polled:,.0f}; YouTube's {POLLED['youtube'] * len(people):,.0f}"
        f" channels at 10,000 units a day: {10_000 / (POLLED['youtube'] * len(people)):.1f}"
        " units each"
    )
    notes = max(
        sum(sums[at] for at in range(begin, begin + 60, WINDOW) if at < len(sums))
        for begin in range(0, len(sums), WINDOW)
    )
    held = notes * 1.2 * COSTS.note_bytes / 2**20
    print(
        f"  Redis: {held:.0f} MiB of notes, {COSTS.wake_bytes / 1024:.1f} KiB for each wake-up"
        " that waits"
    )
    web = rate * calls * COSTS.web_call
    print(
        f"  computing at the peak, in cores: web {web:.1f}, workers {rate * _worker():.1f},"
        f" beat {rate * COSTS.beat:.1f}, PostgreSQL {rate * COSTS.database:.1f}"
    )
    return peak


def _worker() -> float:
    """Return the seconds of computing that a message's whole journey takes of workers."""
    return COSTS.calls * COSTS.receive + COSTS.respond + COSTS.send + COSTS.background


def _all() -> float:
    """Return the seconds of computing that a message takes of everybody but Redis."""
    return COSTS.calls * COSTS.web_call + _worker() + COSTS.beat + COSTS.database


def _held() -> float:
    """Return the seconds for which a message has one of the hands that answer."""
    model = COSTS.model_median * exp(COSTS.model_sigma**2 / 2)
    return COSTS.calls * COSTS.receive + COSTS.respond + model


def _peak(crowds: set[int], minutes: list[list[int]], peak: int, asked: argparse.Namespace) -> None:
    random = Random(asked.seed + 1)
    seconds = WINDOW * 60.0
    usual = sorted(
        (60.0 * at + 60 * random.random(), one)
        for at, minute in enumerate(minutes[peak : peak + WINDOW])
        for one in minute
    )
    host = replace(HOST, incoming=asked.incoming, reply=asked.reply)
    rate = len(usual) / seconds
    computing, hands = rate * _worker() / host.cores, rate * _held() / host.incoming
    need = max(computing, hands)
    numbers = asked.hosts or sorted({ceil(need * part) for part in (0.9, 1.05, 1.25, 1.6)})
    crowd = Burst(max(crowds), 60.0, asked.crowd, 600.0)
    more = (
        (crowd.at + random.expovariate(1 / crowd.fades), crowd.workspace)
        for _ in range(crowd.people)
    )
    both = sorted([*usual, *(one for one in more if one[0] < seconds)])
    print(
        f"the peak: {len(usual):,} messages in {WINDOW} minutes, the model takes"
        f" {COSTS.model_median} s (median); hosts of {host.cores} cores needed for the"
        f" computing: {computing:.1f}, for answering {host.incoming} at a time each: {hands:.1f}"
    )
    print(
        "hosts  connections  waits p50/p95/p99 s, viral aside  cores busy  longest queue  bounces"
    )
    for number in numbers:
        for name, messages in (("", usual), ("one more viral post", both)):
            found = Hosts(number, host, COSTS, limit=asked.limit, seed=asked.seed).run(
                messages, until=seconds
            )
            quiet = _quiet(found, messages, crowds)
            children = host.incoming + host.reply + host.background + OTHERS
            sessions = number * children + CENTRE_CONNECTIONS
            waits = " / ".join(f"{value:7.1f}" for value in quiet)
            print(
                f"{number:5}  {sessions:11}  {waits}        {found.busy:9.0%}"
                f"  {found.longest_queue:13,}  {found.bounced:7,}  {name}"
            )


def _quiet(found: Result, messages: list[tuple[float, int]], but: set[int]) -> Iterator[float]:
    waits = sorted(wait for number, wait in found.waits.items() if messages[number][1] not in but)
    for share in (0.5, 0.95, 0.99):
        yield waits[int(len(waits) * share)]


if __name__ == "__main__":
    main()
