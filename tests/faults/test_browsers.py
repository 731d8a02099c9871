"""A worker is killed while a browser of its own sends: nothing is left, nothing is sent twice.

Ten more moments are played by `python -m benchmarks.linkedin --kills`.
"""

import os
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.journeys.driver import eventually
from tests.journeys.linkedin import REPLY, Member, left_of, marks_of, members
from tests.stack import Stack, wait_until

pytestmark = pytest.mark.slow
TEMPORARY = Path(tempfile.gettempdir())
MINUTE = timedelta(minutes=1)
MOST_LOOKS = 5
"""On a busy machine a look may break off, which proves nothing; after as many, nobody looks."""


@pytest.fixture(scope="module")
def member(sqlite_stack: Stack) -> Iterator[Member]:
    for member in members(sqlite_stack):
        member.connect()
        yield member


def kill(member: Member, *, whole: bool) -> None:
    """Kill the process that has the browser, or the worker as a whole; wait until all is gone."""
    living = member.browsing()
    marks = marks_of(living)
    assert marks
    keeper = member.stack.pids["worker-linkedin"]
    if whole:
        os.killpg(keeper, signal.SIGKILL)
    else:
        next(one for one in member.hands() if one.children()).kill()
    wait_until(lambda: not left_of(living, marks, TEMPORARY), 30)
    assert left_of(living, marks, TEMPORARY) == []
    until = member.busy_until()
    assert until is None or until < datetime.now(UTC) + MINUTE
    if whole:
        eventually(lambda: member.stack.pids["worker-linkedin"] != keeper, what="it is back")
        eventually(member.stack.ready, what="all parts work")
    member.forget("/linkedin/sandbox/options")
    member.give_up_turn()


@dataclass(frozen=True)
class Case:
    """Where the stand-in does not answer, whom the signal hits, how many looks prove the truth."""

    name: str
    options: dict[str, object]
    whole: bool
    looks: int
    ends: str


CASES = (
    Case("Aline Gros", {"gate": "hang", "times": 1}, whole=False, looks=2, ends="failed"),
    Case("Basile Gros", {"send": "hang_before"}, whole=False, looks=2, ends="failed"),
    Case("Cyril Gros", {"send": "hang"}, whole=True, looks=1, ends="sent"),
)


@pytest.mark.parametrize("case", CASES, ids=["page-asked-for", "message-lost", "message-there"])
def test_a_killed_send_leaves_no_process_and_ends_as_it_was(member: Member, case: Case) -> None:
    thread = member.contact_writes(case.name)
    member.free()
    member.read()
    draft = member.draft(thread)
    member.rested()
    member.forget("/linkedin/sandbox/requests")
    member.there("options", case.options)
    member.approve(draft)
    eventually(lambda: met(member), what=member.how_it_stands)
    kill(member, whole=case.whole)

    assert member.delivery(thread) == "sending"
    member.due("processing_delivery", "status = 'sending'")
    member.settled(thread, "unconfirmed")
    for look in range(1, MOST_LOOKS + 1):
        member.look_up(thread)
        if look < case.looks:
            assert member.delivery(thread) == "unconfirmed", member.how_it_stands()
        elif member.delivery(thread) != "unconfirmed":
            break
    assert member.delivery(thread) == case.ends, member.how_it_stands()
    assert [one.endswith(REPLY) for one in member.sent_to(thread)] == [True] * (case.ends == "sent")


def met(member: Member) -> bool:
    """Return whether a page waits for an answer that does not come."""
    requests = member.there("requests")["requests"]
    return any(one["trap"].startswith("hang") for one in requests)
