"""Nothing of a run outlives it: programs that hang, fork, eat memory or talk without an end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from social.providers.linkedin.browser import Job, Outcome, guard, run, tree
from social.providers.linkedin.browser.jobs import FAILED, SEND
from tests.social.linkedin_browser.conftest import Traces
from tests.stack import wait_until

JOB = Job(what=SEND, base="http://127.0.0.1:1", storage={"cookies": []}, seconds=20, silence=4)
BEGIN = """
import json, os, sys, time
job = json.loads(sys.stdin.readline())
def say(**said):
    print(json.dumps(said), flush=True)
def click():
    say(event="clicking")
    leave = json.loads(sys.stdin.readline())
    open(sys.argv[0] + ".pressed", "w").close()
    return leave
"""
GRANDCHILD = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 3)
        time.sleep(600)
    os._exit(0)
"""
GOOD = "say(outcome={'state': 'ok', 'result': 'sent', 'capability': 'send'})"


@pytest.fixture(autouse=True)
def _nothing_left(traces: Traces) -> Iterator[None]:
    before = {one.pid for one in psutil.Process().children(recursive=True)}
    yield
    left = [one for one in psutil.Process().children(recursive=True) if one.pid not in before]
    assert left == []
    assert traces.living() == []
    assert traces.folders() == []


def play(tmp_path: Path, script: str, job: Job = JOB, *, going: bool = True) -> Outcome:
    program = tmp_path / "program.py"
    program.write_text(BEGIN + script)
    return run(job, keep_going=lambda: going, program=[sys.executable, str(program)])


def pressed(tmp_path: Path) -> bool:
    return (tmp_path / "program.py.pressed").exists()


def test_a_programs_outcome_and_its_peak_of_memory_come_back(tmp_path: Path) -> None:
    outcome = play(tmp_path, f"assert 'go' in click(); time.sleep(1.5); {GOOD}")
    assert (outcome.state, outcome.result, outcome.clicked) == ("ok", "sent", True)
    assert outcome.killed == ""
    assert outcome.peak_mb > 1


@pytest.mark.parametrize(
    ("script", "changes", "detail"),
    [
        ("time.sleep(600)", {"seconds": 1}, "killed_time"),
        ("import signal; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\ntime.sleep(600)",
         {"seconds": 1}, "killed_time"),
        ("hold = [bytearray(os.urandom(1024) * 1024 * 200)]\ntime.sleep(600)",
         {"memory_mb": 120}, "killed_memory"),
        ("print('x' * 5_000_000, flush=True); time.sleep(600)", {}, "killed_output"),
        ("while True: print('y' * 1_000_000, flush=True)", {}, "killed_output"),
        ("os._exit(3)", {}, "died"),
        ("os.kill(os.getpid(), 9)", {}, "died"),
        ("print('{\"outcome\": 7}\\n[]\\nnonsense', flush=True)", {}, "died"),
        (f"{GRANDCHILD}\nos._exit(0)", {}, "died"),
        (f"{GRANDCHILD}\ntime.sleep(600)", {"seconds": 1}, "killed_time"),
    ],
    ids=["hangs", "hangs-deaf", "memory", "long-line", "endless", "exits", "killed", "nonsense",
         "leaves-a-daemon", "hangs-with-a-daemon"],
)  # fmt: skip
@pytest.mark.parametrize("clicked", [False, True])
def test_a_program_that_ends_without_an_outcome_leaves_nothing(
    tmp_path: Path, script: str, changes: dict[str, int], detail: str, clicked: bool
) -> None:
    begin = "click()\n" if clicked else ""
    outcome = play(tmp_path, begin + script, replace(JOB, **changes))  # type: ignore[arg-type]
    assert (outcome.state, outcome.detail) == (FAILED, detail)
    assert outcome.result == ("unconfirmed" if clicked else "not_sent")


def test_a_daemon_of_a_program_that_ended_well_is_gone_too(tmp_path: Path) -> None:
    assert play(tmp_path, f"{GRANDCHILD}\n{GOOD}").state == "ok"


def test_a_program_that_closed_its_output_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.monotonic()
    outcome = play(tmp_path, f"{GOOD}\nos.close(1)\ntime.sleep(600)")
    assert (outcome.state, outcome.killed) == ("ok", "")
    assert time.monotonic() - began < 10


def test_a_worker_that_may_not_go_on_ends_the_run(tmp_path: Path) -> None:
    outcome = play(tmp_path, "time.sleep(600)", going=False)
    assert (outcome.killed, outcome.detail) == ("stopped", "killed_stopped")


def test_the_click_waits_for_a_worker_that_may_still_go_on(tmp_path: Path) -> None:
    outcome = play(tmp_path, "click(); time.sleep(600)", going=False)
    assert (outcome.killed, outcome.result, outcome.clicked) == ("stopped", "not_sent", False)
    assert not pressed(tmp_path)


@pytest.mark.parametrize(
    ("script", "came"),
    [
        ("os.kill(os.getppid(), 19); say(event='clicking'); os.kill(os.getppid(), 9); click()",
         (False, "not_sent")),
        ("click(); os.kill(os.getppid(), 9); time.sleep(600)", (True, "unconfirmed")),
    ],
    ids=["before", "after"],
)  # fmt: skip
def test_a_guard_that_is_killed_hides_no_click(
    tmp_path: Path, script: str, came: tuple[bool, str], traces: Traces
) -> None:
    """The kernel takes it when memory is short, starved before: its pipes may be full of news."""
    outcome = play(tmp_path, script)
    assert (outcome.clicked, outcome.result) == came
    assert pressed(tmp_path) is outcome.clicked
    for left in traces.folders():
        shutil.rmtree(left)


def test_an_exception_of_the_worker_ends_the_run_before_it_is_passed_on(tmp_path: Path) -> None:
    class SoftLimit(Exception):  # noqa: N818
        """As Celery raises it, from a signal, in the middle of anything."""

    def late(*_: object) -> None:
        raise SoftLimit

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 1)
    with pytest.raises(SoftLimit):
        play(tmp_path, f"{GRANDCHILD}\ntime.sleep(600)")


WORKER = """
import sys
from social.providers.linkedin.browser import Job, run
job = Job(what="send", base="http://127.0.0.1:1", storage={}, seconds=60, silence=3)
outcome = run(job, keep_going=lambda: True, program=[sys.executable, sys.argv[1]])
print(outcome.killed, outcome.result, flush=True)
"""


@pytest.fixture
def worker(tmp_path: Path, traces: Traces) -> Iterator["subprocess.Popen[str]"]:
    """A worker in the middle of a run whose program hangs, with a daemon of its own."""
    program = tmp_path / "program.py"
    program.write_text(f"{BEGIN}\n{GRANDCHILD}\nclick()\ntime.sleep(600)")
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, str(program)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert wait_until(lambda: len(traces.living()) >= 3 and pressed(tmp_path), 10)
        yield process
        process.kill()


def test_a_killed_worker_takes_everything_with_it(
    worker: "subprocess.Popen[str]", traces: Traces
) -> None:
    worker.kill()
    wait_until(lambda: not traces.living(), 5)


def test_a_worker_that_stands_still_loses_the_run_and_wakes_knowing_it(
    worker: "subprocess.Popen[str]", traces: Traces
) -> None:
    worker.send_signal(signal.SIGSTOP)
    wait_until(lambda: not traces.living(), 8)
    worker.send_signal(signal.SIGCONT)
    assert worker.communicate()[0].split() == ["parent", "unconfirmed"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
def test_without_its_guard_the_worker_cleans_up_itself(
    worker: "subprocess.Popen[str]", number: int, traces: Traces, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching = psutil.Process(worker.pid).children()[0]
    os.kill(watching.pid, number)
    if number == signal.SIGSTOP:
        # Only the worker's own end shows it: its limit is the job's and half a minute.
        worker.send_signal(signal.SIGINT)
    worker.wait(30)
    assert wait_until(lambda: not traces.living(), 8)
    monkeypatch.setattr(tempfile, "tempdir", str(traces.folder))
    wait_until(lambda: not traces.living(), 8)
    for left in traces.folders():
        # A guard that was killed could not; the next one does after an hour.
        os.utime(left, (0, 0))
    guard._sweep()


def test_neither_arguments_nor_environment_show_what_a_run_is_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "marked-4f1d")
    script = (
        "say(outcome={'state': 'ok', 'detail': json.dumps([dict(os.environ), sys.argv,"
        " open(f'/proc/{os.getppid()}/cmdline').read()])})"
    )
    storage = {"cookies": [{"name": "li_at", "value": "marked-77aa"}]}
    outcome = play(tmp_path, script, replace(JOB, storage=storage))
    assert "marked-" not in outcome.detail
    assert "marked-" not in repr(replace(JOB, storage=storage))
    assert json.loads(outcome.detail)[0][tree.MARK]
