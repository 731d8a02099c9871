"""A worker whose task takes longer than a platform waits ends in time, and gives the task back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis

from flowia.embedded import BASE_DIR
from flowia.watching.workers import KEY
from tests import valkey
from tests.stack import wait_until
from tests.upgrade.endless import BEGUN
from tests.upgrade.release import Release

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
QUEUE = "flowia:background"
START_SECONDS = 90
PLATFORM_SECONDS = 25
SLOW_MACHINE = 2
SEND = "from tests.upgrade import endless; endless.{name}.apply_async((7,))"


@dataclass
class Worker:
    """A worker for background work, and the broker it works from."""

    release: Release
    broker: "Redis"

    def start(self, name: str) -> None:
        """Start it as the Procfile does, knowing these tasks too."""
        command = self.release.commands()["worker-background"].split()
        self.release.launch(name, [*command[1:], "--include", "tests.upgrade.endless"])

    def send(self, name: str) -> None:
        """Publish a task."""
        self.release.run("manage.py", "shell", "--no-imports", "-c", SEND.format(name=name))

    def begun(self) -> int:
        """Return how often a task began."""
        return int(self.broker.llen(BEGUN))


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    with valkey.server(tmp_path) as url, Redis.from_url(url) as broker:
        environment = {"REDIS_URL": url, "LOG_LEVEL": "WARNING", "CELERY_SKIP_CHECKS": "1"}
        release = Release(BASE_DIR, tmp_path / "var", environment)
        (release.var / "log").mkdir(parents=True)
        try:
            yield Worker(release, broker)
        finally:
            release.end_all()


@pytest.mark.parametrize(("task", "whole"), [("wait", True), ("hear_nothing", False)])
def test_it_ends_in_time_whatever_its_task_does(worker: Worker, task: str, whole: bool) -> None:
    worker.start("first")
    worker.send(task)
    assert wait_until(lambda: worker.begun() == 1, START_SECONDS), worker.release.log("first")

    stopped = worker.release.stop("first", whole=whole)

    assert stopped.code == 0, worker.release.log("first")
    assert stopped.seconds <= PLATFORM_SECONDS * SLOW_MACHINE
    if task == "wait":
        assert worker.broker.llen(QUEUE) == 1, (stopped, worker.release.log("first")[-1500:])
        worker.start("second")
        assert wait_until(lambda: worker.begun() == 2, START_SECONDS)


def test_an_idle_worker_ends_at_once(worker: Worker) -> None:
    worker.start("idle")
    assert wait_until(lambda: worker.broker.hlen(KEY), START_SECONDS), worker.release.log("idle")

    stopped = worker.release.stop("idle")

    assert stopped.code == 0
    assert stopped.seconds < PLATFORM_SECONDS
