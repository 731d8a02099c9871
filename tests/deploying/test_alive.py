"""What a container's health check says of web, workers and beat, asked as a platform asks."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from flowia import alive
from flowia.embedded import BASE_DIR
from flowia.watching import workers
from processing import dispatch
from tests import valkey
from tests.standin import stand_in


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with valkey.server(tmp_path_factory.mktemp("valkey")) as url:
        yield url


def asked(role: str, **told: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", "flowia/alive.py", role],
        cwd=BASE_DIR,
        env={"PATH": os.environ["PATH"], **told},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_web_is_alive_while_it_answers_to_its_own_name() -> None:
    with stand_in() as web:
        web.answer(200, {"status": "ok"})
        port = web.url.rpartition(":")[2]
        found = asked("web", PORT=port, PUBLIC_URL="https://app.example.com")

    assert (found.returncode, found.stderr) == (0, "")
    assert [(call.path, call.headers["Host"]) for call in web.asked] == [
        ("/health", "app.example.com")
    ]


def test_web_that_fails_or_is_not_there_is_not_alive() -> None:
    with stand_in() as web:
        web.answer(500, {})
        failing = asked("web", PORT=web.url.rpartition(":")[2])
    missing = asked("web", PORT="1")

    assert (failing.returncode, failing.stderr.strip()) == (1, "web: 500")
    assert (missing.returncode, missing.stderr.strip()) == (1, "web: ConnectionRefusedError")


@pytest.mark.parametrize(("seconds", "code"), [(0, 0), (59, 0), (90, 1)])
def test_beat_is_alive_while_it_ticks(redis_url: str, seconds: int, code: int) -> None:
    Redis.from_url(redis_url).set(dispatch.TICK, time.time() - seconds + 1)

    assert asked("beat", REDIS_URL=redis_url).returncode == code


@pytest.mark.parametrize(("seconds", "silent"), [(0, False), (90, True)])
def test_a_worker_is_alive_while_it_says_so(redis_url: str, seconds: int, *, silent: bool) -> None:
    said = json.dumps({"at": time.time() - seconds, "queues": ["autoReply"]})
    Redis.from_url(redis_url).hset(workers.KEY, "worker-reply@box", said)

    wrong = alive._silent("worker", "worker-reply@box", {"REDIS_URL": redis_url})

    assert bool(wrong) is silent


def test_a_worker_that_was_never_heard_is_not_alive(redis_url: str) -> None:
    wrong = alive._silent("worker", "worker-x@box", {"REDIS_URL": redis_url})

    assert wrong == "worker-x@box was never heard"


def test_nobody_is_ended_because_redis_is_away() -> None:
    away = {"REDIS_URL": "redis://127.0.0.1:1/0"}

    assert alive._silent("beat", "", away) == ""


def test_it_costs_no_import_of_the_product() -> None:
    told = "import sys; sys.argv = ['x', 'beat']; import runpy; runpy.run_path('flowia/alive.py')"
    found = subprocess.run(
        [sys.executable, "-P", "-c", f"{told}; print([m for m in sys.modules if 'django' in m])"],
        cwd=Path(BASE_DIR),
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.strip() == "[]"
