"""The worker is killed in the middle of a send: what is left of it, and what became of the message.

Where the moment is one of our own code, the process stops there (`tests.moments`); where it is one
of the network's, the stand-in does not answer. It goes on as the signal is sent: from then on it is
a race between the program and its guard, as it would be in life.
"""

import os
import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests import moments
from tests.journeys.driver import eventually
from tests.journeys.linkedin import REPLY, Member, left_of, marks_of

MINUTE = 60.0
MOST_LOOKS = 4
MOMENTS: dict[str, dict[str, object]] = {
    "before the guard": {},
    "guard started": {},
    "browser started": {},
    "navigation": {"gate": "hang"},
    "typing": {},
    "before the click": {},
    "after the click": {},
    "waiting for the answer": {"send": "late", "hang_ms": 20_000},
    "waiting, nothing kept": {"send": "hang_before"},
    "answer read": {},
    "saving the session": {},
    "session saved": {},
    "all written": {},
}
"""The moments, and what the stand-in does for them."""


@dataclass(frozen=True)
class Fate:
    """One kill: how it stood then, and what came of it; seconds count from the signal."""

    moment: str
    whom: str
    processes: int
    delivery: str
    gone: float
    left: tuple[str, ...]
    free: float
    settled: str
    messages: int
    attempts: int
    looks: int

    @property
    def well(self) -> bool:
        """Whether nothing was sent twice, nothing was left, and the outcome is the true one."""
        true = {"sent": 1, "failed": 0}.get(self.settled) == self.messages
        return true and not self.left and self.gone < MINUTE and self.free <= MINUTE


def play(member: Member, folder: Path, wanted: list[str]) -> None:
    """Kill the worker at each moment, its keeper too at every second one, and print a table."""
    began = time.monotonic()
    names = {moment: f"Aline {moment.replace(' ', '-').replace(',', '')}" for moment in wanted}
    threads = {moment: member.contact_writes(names[moment]) for moment in wanted}
    member.connect()
    print(
        f"{'killed':24}{'whom':8}{'procs':>6}{'then':>13}{'gone s':>8}{'free s':>8}"
        f"{'at last':>9}{'looks':>6}{'there':>6}{'asked':>6}  verdict"
    )
    fates = []
    for number, moment in enumerate(wanted):
        fate = kill(member, folder, moment, threads[moment], whole=number % 2 == 1)
        fates.append(fate)
        verdict = "well" if fate.well else f"WRONG {fate.left}"
        print(
            f"{fate.moment:24}{fate.whom:8}{fate.processes:>6}{fate.delivery:>13}"
            f"{fate.gone:>8.1f}{fate.free:>8.1f}{fate.settled:>9}{fate.looks:>6}"
            f"{fate.messages:>6}{fate.attempts:>6}  {verdict}",
            flush=True,
        )
    well = sum(one.well for one in fates)
    print(f"{well} of {len(fates)} well, in {time.monotonic() - began:.0f} s")


def kill(member: Member, folder: Path, moment: str, thread: str, *, whole: bool) -> Fate:
    """Approve the thread's draft, kill its sender at the moment, and follow what comes of it."""
    stops = folder / "moments"
    draft = member.draft(thread)
    member.rested()
    member.free()
    options = MOMENTS[moment]
    if options:
        member.there("options", {**options, "times": 1} if "gate" in options else dict(options))
    else:
        moments.wish(stops, moment)
    member.approve(draft)
    eventually(
        lambda: _is_there(member, moment, thread, stops), 2 * MINUTE, what=member.how_it_stands
    )
    living = member.browsing()
    marks = marks_of(living)
    victim = _victim(member, stops)
    keeper = member.stack.pids["worker-linkedin"]
    began = time.monotonic()
    if whole:
        os.killpg(keeper, signal.SIGKILL)
    else:
        os.kill(victim, signal.SIGKILL)
    moments.let_go(stops)
    until = member.busy_until()
    free = max((until - datetime.now(UTC)).total_seconds(), 0) if until else 0.0
    # The row as the dead worker left it.
    delivery = member.delivery(thread)
    places = folder / "tmp"
    while (left := left_of(living, marks, places)) and time.monotonic() - began < MINUTE:
        time.sleep(0.1)
    gone = time.monotonic() - began
    member.forget("/linkedin/sandbox/options")
    if whole:
        eventually(lambda: member.stack.pids["worker-linkedin"] != keeper, MINUTE)
    eventually(member.stack.ready, MINUTE)
    if free <= MINUTE:
        # Nobody has it any more; its time was seen to be over within a minute.
        member.give_up_turn()
    settled = _settle(member, thread)
    sent = member.sent_to(thread)
    assert all(one.endswith(REPLY) for one in sent), sent
    return Fate(
        moment=moment,
        whom="both" if whole else "child",
        processes=len(living),
        delivery=delivery,
        gone=gone,
        left=tuple(left),
        free=free,
        settled=settled,
        messages=len(sent),
        attempts=member.attempts(thread),
        looks=int(member.newest(thread, "looks") or 0),
    )


def _is_there(member: Member, moment: str, thread: str, stops: Path) -> bool:
    if moment == "navigation":
        return "hang" in [one["trap"] for one in member.there("requests")["requests"]]
    if moment.startswith("waiting"):
        return member.attempts(thread) > 0
    return moments.reached(stops) > 0


def _victim(member: Member, stops: Path) -> int:
    """Return the worker's process that has the run: it stopped itself, or has the guard below."""
    hands = {one.pid: one for one in member.hands()}
    if moments.reached(stops) in hands:
        return moments.reached(stops)
    return next(int(pid) for pid, one in hands.items() if one.children())


def _settle(member: Member, thread: str) -> str:
    """Let the lease of a lost send be over and its looks come at once; return how it ended."""
    if member.delivery(thread) == "sending":
        member.due("processing_delivery", "status = 'sending'")
        member.settled(thread, "unconfirmed", "sent")
    for _look in range(MOST_LOOKS):
        if member.delivery(thread) != "unconfirmed":
            break
        member.look_up(thread)
    return member.settled(thread, "sent", "failed", "unconfirmed")
