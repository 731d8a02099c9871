"""A short storm over the whole product; `python -m tests.faults.storm` plays the long ones."""

from pathlib import Path

import pytest

from tests.faults.storm import report
from tests.faults.storm.running import Storm, play
from tests.faults.storm.systems import FlowIA
from tests.faults.storm.world import World
from tests.postgres import has_binaries

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
WEBHOOKS, FAULTS, SEED = 300, 6, 9


@pytest.mark.skipif(not has_binaries(), reason="no PostgreSQL of our own to kill")
def test_a_storm_of_faults_loses_nothing_and_sends_nothing_twice(tmp_path: Path) -> None:
    system = FlowIA(World(tmp_path / "storm"))
    try:
        told = play(system, Storm(WEBHOOKS, FAULTS, SEED, rate=40.0))
    finally:
        system.world.stop()
    print(*report.lines(told), sep="\n")  # noqa: T201 - shown when it fails
    assert told.broken == []
    assert told.drained
    assert told.untaken == 0
    assert len(told.struck) == FAULTS
