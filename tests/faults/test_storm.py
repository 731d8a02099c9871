"""Short storms over the whole product; `python -m tests.faults.storm` plays the long ones.

The harness can fail: a system without guarantees and a planted bug are seen by it.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.storm import report
from tests.faults.storm.limited import Limit
from tests.faults.storm.nemesis import KILLS
from tests.faults.storm.planting import BUGS
from tests.faults.storm.running import Storm, Told, play
from tests.faults.storm.systems import FlowIA, System
from tests.faults.storm.world import World
from tests.postgres import has_binaries

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(2400),
    pytest.mark.skipif(not has_binaries(), reason="no PostgreSQL of our own to kill"),
]
BUG = "calls-uncounted"


def told(world: World, made: Callable[[World], System], storm: Storm) -> Told:
    """Play a storm and print its report, which is shown when the test fails."""
    try:
        found = play(made(world), storm)
    finally:
        world.stop()
    print(*report.lines(found), sep="\n")  # noqa: T201 - shown when it fails
    return found


def codes(found: Told) -> set[str]:
    return {one.code for one in found.broken}


def test_a_storm_of_faults_loses_nothing_and_sends_nothing_twice(
    tmp_path: Path, long: bool
) -> None:
    messages, kills = (300, 6) if long else (150, 4)
    storm = Storm(webhooks=messages, kills=kills, seed=9, rate=40.0)
    found = told(World(tmp_path / "storm"), FlowIA, storm)
    assert found.broken == []
    assert found.drained
    assert found.untaken == 0
    assert sum(one.kind in KILLS for one in found.struck) == storm.kills


def test_a_system_without_guarantees_is_flagged_because_of_the_faults(tmp_path: Path) -> None:
    lacking = {"I1", "I4"}
    calm = Storm(webhooks=60, kills=0, seed=9, rate=40.0, calm=True)
    assert not codes(told(World(tmp_path / "calm"), Limit, calm)) & lacking
    storm = Storm(webhooks=90, kills=4, seed=3, rate=8.0)
    assert codes(told(World(tmp_path / "storm"), Limit, storm)) >= lacking


def test_a_planted_bug_is_flagged(tmp_path: Path) -> None:
    bug = BUGS[BUG]
    world = World(tmp_path / "storm", **bug.world)
    storm = Storm(webhooks=100, kills=0, seed=9, rate=40.0)
    assert codes(told(world, lambda made: FlowIA(made, BUG), storm)) & bug.flagged_by
