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


STAT = "anon 500\ninactive_file 300\ntotal_inactive_file 400\n"


@pytest.mark.parametrize(
    ("version", "limit", "share"),
    [(0, "1000\n", 0.6), (1, "1000\n", 0.5), (0, "max\n", None), (1, f"{2**62}\n", None)],
)
def test_how_full_it_is_is_told_of_the_container_else_of_the_machine(
    version: int, limit: str, share: float | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = [(tmp_path / str(number), *one[1:]) for number, one in enumerate(memory.GROUPS)]
    monkeypatch.setattr(memory, "GROUPS", groups)
    folder, most, now, _returned = groups[version]
    folder.mkdir()
    for name, written in ((most, limit), (now, "900\n"), ("memory.stat", STAT)):
        (folder / name).write_text(written, encoding="ascii")

    found = memory.share_in_use()
    if share is None:
        assert found == pytest.approx(psutil.virtual_memory().percent / 100, abs=0.2)
    else:
        assert found == share


def test_of_several_places_the_fullest_is_told(live_redis: Redis) -> None:
    for host, share in (("a", 0.2), ("b", 0.7), ("c", 0.1)):
        told = {"at": time.time(), "bytes": 5, "share": share}
        live_redis.hset(memory.KEY, f"worker-reply@{host}", json.dumps(told))

    assert memory.shares(live_redis) == {"worker-reply": 0.7}


def test_a_process_that_nobody_forked_is_counted_alone() -> None:
    parent = psutil.Process(os.getpid()).parent()
    assert parent is not None
    assert 0 < memory.of_the_web() < 10 * memory.together(psutil.Process())
