"""A worker that takes nothing of what waits ends; one that is busy, idle or without Redis stays."""

import shlex
from pathlib import Path

import pytest
from celery.worker import state
from redis.exceptions import RedisError

from flowia.celery import app
from flowia.watching.deaf import LATE_SECONDS, Ear, Tasks, _safely
from tests import migrated, valkey
from tests.stack import wait_until
from tests.upgrade.release import Release

HASTY = """
import sys
from flowia.watching import deaf
deaf.LOOK_SECONDS, deaf.DEAF_SECONDS = 1.0, 4.0
from celery.__main__ import main
sys.argv[0] = "celery"
main()
"""


@pytest.mark.parametrize(
    ("looks", "deaf"),
    [
        ([(0, 0, False)] * 20, False),
        ([(3, 0, False)] * 9, False),
        ([(3, 0, False)] * 10, True),
        ([(3, 0, True)] * 20, False),
        ([(3, one, False) for one in range(20)], False),
        ([(3, 1, False)] * 6 + [(0, 1, False)] + [(3, 1, False)] * 9, False),
        ([(3, 1, False)] * 6 + [(0, 1, False)] + [(3, 1, False)] * 10, True),
        ([(3, 1, False)] * 6 + [(3, 1, True)] + [(3, 1, False)] * 9, False),
        ([(3, 0, False)] * 8 + [(3, 1, False)] * 10, False),
    ],
)
def test_deaf_is_who_begins_nothing_while_work_waits_and_there_is_room(
    looks: list[tuple[int, int, bool]], deaf: bool
) -> None:
    ear = Ear(heard_at=0.0, looked_at=0.0)
    found = [
        ear.is_deaf(waiting=waiting, begun=begun, full=full, now=10.0 * number)
        for number, (waiting, begun, full) in enumerate(looks, 1)
    ]

    assert found[-1] is deaf
    assert not any(found[:-1])


class Request:
    """A task as a worker's first process knows it."""

    def __init__(self, began: float | None, limit: float | None) -> None:
        self.time_start, self.task, self.app, self.time_limit = began, self, app, limit


def test_a_task_counts_until_its_time_is_long_over(monkeypatch: pytest.MonkeyPatch) -> None:
    usual, long = 30.0 + LATE_SECONDS, 1830.0 + LATE_SECONDS
    known = [Request(None, None), Request(1, None), Request(1, 1830.0)]
    monkeypatch.setattr(state, "active_requests", known)
    tasks = Tasks()

    assert tasks.at_work(1000) == 2
    assert tasks.at_work(999 + usual) == 2
    assert tasks.at_work(1000 + usual) == 1
    assert tasks.at_work(999 + long) == 1
    assert tasks.at_work(1000 + long) == 0


def test_a_worker_that_was_frozen_hears_once_it_goes_on() -> None:
    ear = Ear(heard_at=0.0, looked_at=0.0)
    looks = [ear.is_deaf(waiting=3, begun=0, full=False, now=now) for now in (500.0, 510.0, 580.0)]

    assert looks == [False] * 3


@pytest.mark.parametrize("error", [RedisError(), OSError(), KeyError("queue")])
def test_whoever_cannot_look_goes_on_watching(error: Exception) -> None:
    def waiting() -> int:
        raise error

    assert _safely(waiting) == 0


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
            cancel = (*celery, "control", "-t", "10", "cancel_consumer", "background")
            assert wait_until(lambda: release.tried(*cancel).returncode == 0, 60)
            release.run(*celery, "call", "processing.tasks.note_browser", "--queue", "background")
            process = release.running["hasty"]
            assert wait_until(lambda: process.poll() is not None, 60), release.log("hasty")
        finally:
            release.end_all()
        assert '"event": "deaf"' in release.log("hasty")
        assert process.returncode == 1, release.log("hasty")
