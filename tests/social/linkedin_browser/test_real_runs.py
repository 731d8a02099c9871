"""Whole runs: a guard, a program and a browser each; what they leave, and what they cost."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from social.providers.linkedin.browser import Job, Outcome, run
from tests.sandbox.conftest import Sandbox
from tests.social.linkedin_browser.conftest import Traces
from tests.social.linkedin_browser.world import TEXT, World
from tests.stack import wait_until

ZOE = "Zoé Martin"
WORKER = """
import json, sys
from social.providers.linkedin.browser import Job, run
outcome = run(Job(**json.loads(sys.stdin.readline())), keep_going=lambda: True)
print(json.dumps([outcome.state, outcome.result, outcome.why]), flush=True)
"""


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    return World(sandbox)


@pytest.fixture(autouse=True)
def _nothing_left(traces: Traces) -> Iterator[None]:
    yield
    assert traces.living() == []


def job(world: World, executable: str, what: str, **changes: object) -> Job:
    asked = world.asked(ZOE) if what in {"send", "thread"} else {"pages": 2}
    told = {"params": asked, **changes}
    return Job(what, world.base, world.storage(), executable, **told)  # type: ignore[arg-type]


def test_a_visit_a_poll_a_thread_and_a_send_with_their_costs(
    world: World, executable: str, traces: Traces, capsys: pytest.CaptureFixture[str]
) -> None:
    found: dict[str, Outcome] = {}
    lines = []
    for what in ("visit", "inbox", "thread", "send"):
        began, before = time.monotonic(), os.times()
        found[what] = run(job(world, executable, what), keep_going=lambda: True)
        after = os.times()
        used = after.children_user + after.children_system
        used -= before.children_user + before.children_system
        lines.append(
            f"{what:7} {time.monotonic() - began:5.1f} s in all, {used:4.1f} s of CPU,"
            f" {found[what].milliseconds} ms in the browser, {found[what].peak_mb} MB at most"
        )
        assert (found[what].state, found[what].killed) == ("ok", "")
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
    assert found["send"].result == "sent"
    assert [text for _, text in world.sent()] == [TEXT]
    assert traces.folders() == []


def test_the_sessions_cookies_are_written_nowhere(
    world: World, executable: str, traces: Traces
) -> None:
    storage = world.storage()
    secret = next(one["value"] for one in storage["cookies"] if one["name"] == "li_at").encode()
    world.behave(voyager_ms=2500)
    looked_at: set[str] = set()
    leaks: set[str] = set()
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.3):
            for folder, _, names in (one for root in traces.folders() for one in os.walk(root)):
                for name in names:
                    with suppress(OSError):
                        looked_at.add(name)
                        path = Path(folder, name)
                        if path.is_file() and secret in path.read_bytes():
                            leaks.add(name)

    watcher = threading.Thread(target=look)
    watcher.start()
    outcome = run(Job("visit", world.base, storage, executable), keep_going=lambda: True)
    done.set()
    watcher.join()
    assert outcome.state == "ok"
    assert len(looked_at) > 10
    assert leaks == set()
    assert traces.folders() == []


def test_a_page_that_hangs_is_ended_with_its_browser(
    world: World, executable: str, traces: Traces
) -> None:
    world.behave(gate="hang")
    outcome = run(job(world, executable, "visit", seconds=6), keep_going=lambda: True)
    assert (outcome.state, outcome.detail) == ("failed", "killed_time")
    assert traces.folders() == []


def test_a_browser_that_needs_too_much_memory_is_ended(
    world: World, executable: str, traces: Traces
) -> None:
    outcome = run(job(world, executable, "visit", memory_mb=60), keep_going=lambda: True)
    assert (outcome.state, outcome.detail) == ("failed", "killed_memory")
    assert outcome.peak_mb > 60


def test_a_browser_that_does_not_start_is_told_as_such(world: World) -> None:
    outcome = run(job(world, "/bin/false", "visit"), keep_going=lambda: True)
    assert (outcome.state, outcome.detail) == ("failed", "not_started")


def test_a_crashed_browser_is_no_sign_of_the_session(
    world: World, executable: str, traces: Traces
) -> None:
    world.behave(gate="hang")

    def crash() -> None:
        wait_until(lambda: "hang" in [one["trap"] for one in world.requests()], 40)
        for one in traces.processes():
            with suppress(psutil.Error):
                command = " ".join(one.cmdline())
                if "remote-debugging-pipe" in command and "--type" not in command:
                    one.kill()

    threading.Thread(target=crash).start()
    outcome = run(job(world, executable, "visit", seconds=40), keep_going=lambda: True)
    assert (outcome.state, outcome.result) == ("failed", "")
    assert outcome.detail in {"browser_died", "network", "timeout"}


def at_click(world: World, _: Traces) -> bool:
    return bool(world.sent())


def at_typing(world: World, _: Traces) -> bool:
    return bool(world.opened())


def at_start(_: World, traces: Traces) -> bool:
    return len(traces.living()) > 4


@pytest.mark.parametrize(
    ("victim", "moment"),
    [
        ("worker", at_start),
        ("worker", at_typing),
        ("worker", at_click),
        ("guard", at_typing),
        ("guard", at_click),
        ("program", at_click),
    ],
)
def test_whoever_is_killed_in_a_send_nothing_is_left_and_nothing_sent_twice(
    world: World,
    executable: str,
    traces: Traces,
    victim: str,
    moment: Callable[[World, Traces], bool],
) -> None:
    if moment is at_click:
        world.behave(send="late", hang_ms=3000)
    told = {name: getattr(one := job(world, executable, "send"), name) for name in JOB_FIELDS}
    with subprocess.Popen(
        [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert one.what == "send"
        assert worker.stdin is not None
        worker.stdin.write(json.dumps(told) + "\n")
        worker.stdin.flush()
        assert wait_until(lambda: moment(world, traces), 60)
        line = [psutil.Process(worker.pid)]
        line += line[0].children()
        line += line[1].children()[:1]
        os.kill(line[["worker", "guard", "program"].index(victim)].pid, signal.SIGKILL)
        said = worker.communicate(timeout=60)[0]
    assert wait_until(lambda: not traces.living(), 20), traces.living()
    assert len(world.sent()) == (moment is at_click)
    if victim != "worker":
        result = json.loads(said)[1]
        assert result in ({"unconfirmed"} if moment is at_click else {"not_sent", "unconfirmed"})


JOB_FIELDS = ("what", "base", "storage", "executable", "params")
