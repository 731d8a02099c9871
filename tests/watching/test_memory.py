"""What processes take: told by themselves twice a minute, forgotten when they are gone."""

import json
import os
import subprocess
import sys
import time

import psutil
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


def test_a_process_that_nobody_forked_is_counted_alone() -> None:
    parent = psutil.Process(os.getpid()).parent()
    assert parent is not None
    assert 0 < memory.of_the_web() < 10 * memory.together(psutil.Process())
