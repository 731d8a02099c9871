"""Many readings in a row: how long one takes, and whether anything grows."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from tests.journeys.linkedin import Member

MEGABYTE = 1024 * 1024
WARMING, TOLD_EVERY = 2, 10


@dataclass(frozen=True)
class Weight:
    """What the worker and its processes hold between two runs."""

    processes: int
    rss_mb: float
    pss_mb: float
    files: int
    threads: int
    folder: int
    machine: int

    def __str__(self) -> str:
        return (
            f"{self.processes} processes, RSS {self.rss_mb:.1f} MB, PSS {self.pss_mb:.1f} MB,"
            f" {self.files} open files, {self.threads} threads, {self.folder} temporary entries,"
            f" {self.machine} browser processes of ours"
        )


def play(member: Member, folder: Path, number: int) -> None:
    """Read the list so many times, something new in every fourth, and print what it took."""
    if not member.account:
        member.connect()
    for _ in range(WARMING):
        member.read()
    before, told = weigh(member, folder), len(runs(member))
    print(f"before: {before}")
    took = []
    for turn in range(number):
        if turn % 4 == 0:
            member.contact_writes(f"Basile Roche{turn}", "Bonjour, je vous remercie.")
        member.free()
        began = time.monotonic()
        member.read()
        took.append(time.monotonic() - began)
        if not (turn + 1) % TOLD_EVERY:
            print(f"  after {turn + 1}: {weigh(member, folder)}", flush=True)
    after = weigh(member, folder)
    inside = [one["milliseconds"] / 1000 for one in runs(member)[told:]]
    peaks = [one["peak_mb"] for one in runs(member)[told:]]
    print(f"after:  {after}")
    print(f"{len(took)} readings from due to read, seconds: {spread(took)}")
    print(f"{len(inside)} runs of the program, seconds: {spread(inside)}; {max(peaks)} MB at most")
    grown = after.pss_mb - before.pss_mb
    print(f"grown: PSS {grown:+.1f} MB, files {after.files - before.files:+d}")


def spread(seconds: Iterable[float]) -> str:
    """Return the median, the 95th percentile and the longest."""
    ordered = sorted(seconds)
    late = ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
    return f"median {median(ordered):.2f}, 95 % {late:.2f}, longest {ordered[-1]:.2f}"


def weigh(member: Member, folder: Path) -> Weight:
    """Weigh the worker while it rests."""
    member.free()
    while member.browsing():
        time.sleep(0.1)
    keeper = psutil.Process(member.stack.pids["worker-linkedin"])
    all_of_it = [keeper, *keeper.children(recursive=True)]
    memory = [one.memory_full_info() for one in all_of_it]
    return Weight(
        processes=len(all_of_it),
        rss_mb=sum(one.rss for one in memory) / MEGABYTE,
        pss_mb=sum(one.pss for one in memory) / MEGABYTE,
        files=sum(one.num_fds() for one in all_of_it),
        threads=sum(one.num_threads() for one in all_of_it),
        folder=len(list((folder / "tmp").iterdir())),
        machine=_of_ours(folder),
    )


def runs(member: Member) -> list[dict[str, float]]:
    """Return what the worker logged of its runs of a browser."""
    lines = [one for one in member.logged().splitlines() if '"browser run"' in one]
    return [json.loads(one[one.index("{") :]) for one in lines]


def _of_ours(folder: Path) -> int:
    """Count the processes that were started with the benchmark's folder for temporary files."""
    mark = str(folder / "tmp" / "flowia-browser-")
    found = 0
    for one in psutil.process_iter():
        try:
            found += any(mark in part for part in one.cmdline())
        except psutil.Error:
            continue
    return found
