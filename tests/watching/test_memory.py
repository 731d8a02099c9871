"""What processes take: told by themselves twice a minute, forgotten when they are gone."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from redis import Redis

from flowia.watching import memory


def test_a_process_tells_what_it_and_its_children_take(live_redis: Redis) -> None:
    memory._said.clear()
    alone = memory.together(psutil.Process())
    block = "import sys; room = b'x' * 30_000_000; print(1, flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", block], **pipes) as child:  # type: ignore[call-overload]
        child.stdout.readline()
        memory.say("beat@here")
        child.stdin.close()
    assert memory.known(live_redis)["beat"] > alone + 25_000_000


def test_it_tells_twice_a_minute_at_most(live_redis: Redis) -> None:
    memory._said.clear()
    memory.say("beat@here")
    live_redis.delete(memory.KEY)
    memory.say("beat@here")
    assert memory.known(live_redis) == {}


def test_hosts_are_added_up_and_who_is_gone_is_left_out(live_redis: Redis) -> None:
    for name, seconds in (("worker-reply@a", 3), ("worker-reply@b", 30), ("beat@a", 900)):
        live_redis.hset(memory.KEY, name, json.dumps({"at": time.time() - seconds, "bytes": 5}))
    assert memory.known(live_redis) == {"worker-reply": 10}


@pytest.mark.parametrize(
    ("written", "share"), [("1000\n", 0.25), ("max\n", None), (f"{2**62}\n", None), (None, None)]
)
def test_how_full_a_container_is_is_told_where_it_has_a_limit(
    written: str | None,
    share: float | None,
    tmp_path: Path,
    live_redis: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if written is not None:
        (tmp_path / "memory.max").write_text(written, encoding="ascii")
    monkeypatch.setattr(memory, "LIMITS", (tmp_path / "gone", tmp_path / "memory.max"))
    monkeypatch.setattr(memory, "together", lambda _process: 250)
    memory._said.clear()
    memory.say("worker-reply@a")
    told = {"at": time.time(), "bytes": 5, "share": 0.1}
    live_redis.hset(memory.KEY, "worker-reply@b", json.dumps(told))

    assert memory.shares(live_redis) == {"worker-reply": max(share or 0, 0.1)}


def test_a_process_that_nobody_forked_is_counted_alone() -> None:
    parent = psutil.Process(os.getpid()).parent()
    assert parent is not None
    assert 0 < memory.of_the_web() < 10 * memory.together(psutil.Process())
