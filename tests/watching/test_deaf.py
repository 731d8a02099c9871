"""A worker that takes nothing of what waits ends; one that is busy, idle or without Redis stays."""

import shlex
from pathlib import Path

import pytest

from flowia.watching.deaf import Ear
from tests import migrated, valkey
from tests.stack import wait_until
from tests.upgrade.release import Release

PATIENCE = 90.0
HASTY = """
import sys
from flowia.watching import deaf
deaf.LOOK_SECONDS, deaf.USUAL_SECONDS = 0.5, 4.0
from celery.__main__ import main
sys.argv[0] = "celery"
main()
"""


@pytest.mark.parametrize(
    ("looks", "deaf"),
    [
        ([(0, 0)] * 20, False),
        ([(3, 0)] * 9, False),
        ([(3, 0)] * 10, True),
        ([(3, one) for one in range(20)], False),
        ([(3, 1)] * 6 + [(0, 1)] + [(3, 1)] * 9, False),
        ([(3, 1)] * 6 + [(0, 1)] + [(3, 1)] * 10, True),
        ([(3, 0)] * 8 + [(3, 1)] * 10, False),
    ],
)
def test_deaf_is_who_begins_nothing_while_work_waits(
    looks: list[tuple[int, int]], deaf: bool
) -> None:
    ear = Ear(PATIENCE, heard_at=0.0)
    found = [
        ear.is_deaf(waiting=waiting, begun=begun, now=10.0 * number)
        for number, (waiting, begun) in enumerate(looks, 1)
    ]

    assert found[-1] is deaf
    assert not any(found[:-1])


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_a_worker_that_no_longer_hears_its_queue_ends_with_an_error_in_its_log(
    tmp_path: Path,
) -> None:
    migrated.copy_to(tmp_path / "flowia.sqlite3")
    with valkey.server(tmp_path) as url:
        release = Release(Path.cwd(), tmp_path, {"REDIS_URL": url, "CELERY_SKIP_CHECKS": "1"})
        (tmp_path / "log").mkdir()
        command = shlex.split(release.commands()["worker-background"])
        words = command[command.index("-A") :]
        release.launch("hasty", ["-c", HASTY, *words])
        celery = ["-m", "celery", "-A", "flowia"]
        try:
            asked = (*celery, "inspect", "ping", "-t", "2")
            assert wait_until(lambda: "pong" in release.tried(*asked).stdout, 60)
            release.run(*celery, "control", "cancel_consumer", "background")
            release.run(*celery, "call", "processing.tasks.note_browser", "--queue", "background")
            process = release.running["hasty"]
            assert wait_until(lambda: process.poll() is not None, 60), release.log("hasty")
        finally:
            release.end_all()
        assert '"event": "deaf"' in release.log("hasty")
        assert process.returncode == 0
