"""Asked to stop at any moment, a run stops, quietly, and leaves no process."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowia.embedded import BASE_DIR
from tests import migrated
from tests.stack import Stack, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
STARTED_SECONDS = 60
# The bootstrap's last step, without its first: nothing is installed from here.
HAND_OVER = """
import sys, pathlib
sys.path.insert(0, "flowia")
import bootstrap
bootstrap.PYTHON = pathlib.Path(sys.executable)
bootstrap.remember_make()
bootstrap.listen()
bootstrap.hand_over("run")
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the preparation is soon over."""
    folder = tmp_path_factory.mktemp("prepared")
    migrated.copy_to(folder / "flowia.sqlite3")
    return folder


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Stack]:
    yield from _stack(tmp_path / "var")


@pytest.fixture
def known(prepared: Path) -> Iterator[Stack]:
    yield from _stack(prepared)


def _stack(var: Path) -> Iterator[Stack]:
    found = Stack(var, {"LANG": "en_US.UTF-8"})
    yield found
    found.kill()


def reach(stack: Stack, word: str, later: float) -> None:
    """Wait until `up` says this word, and a moment longer."""
    process = stack.process
    assert process is not None
    wait_until(lambda: word in stack.output or process.poll() is not None, 60)
    assert process.poll() is None, stack.output
    time.sleep(later)


@pytest.mark.parametrize("later", [0.0, 1.5])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_in_the_middle_of_the_preparation(
    fresh: Stack, number: signal.Signals, later: float
) -> None:
    process = fresh.launch()
    reach(fresh, "Preparing", later)
    process.send_signal(number)

    assert process.wait(20) == (0 if number == signal.SIGINT else -number)
    fresh.assert_nothing_left(5)


@pytest.mark.parametrize(
    ("number", "later"),
    [
        (signal.SIGTERM, 0.0),
        (signal.SIGINT, 0.5),
        (signal.SIGHUP, 1.0),
        (signal.SIGINT, 2.0),
        (signal.SIGTERM, 4.0),
    ],
)
def test_in_the_middle_of_the_start(known: Stack, number: signal.Signals, later: float) -> None:
    known.launch()
    reach(known, "Starting", later)

    known.stop(number)


@pytest.mark.parametrize("later", [0.3, 3.0])
def test_a_run_that_is_shot_takes_its_processes_along(known: Stack, later: float) -> None:
    process = known.launch()
    reach(known, "Starting", later)
    process.kill()
    process.wait()

    known.assert_nothing_left(50)


def test_when_both_keepers_are_shot_the_others_still_go(known: Stack) -> None:
    process = known.launch()
    written = known.var / "run" / "supervisord.pid"
    assert wait_until(written.exists, STARTED_SECONDS)
    time.sleep(4)
    supervisor = int(written.read_text())
    subprocess.run(["kill", "-9", str(process.pid), str(supervisor)], check=True)
    process.wait()

    known.assert_nothing_left(50)


def test_a_shell_that_ignores_ctrl_c_is_overruled(known: Stack) -> None:
    known.launch(preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    reach(known, "Starting", 0.5)

    known.stop(signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_make_that_is_asked_alone(known: Stack, tmp_path: Path, number: signal.Signals) -> None:
    """A terminal that closes tells its first program only, and make keeps it to itself."""
    (tmp_path / "over.py").write_text(HAND_OVER)
    recipe = f"goal:\n\t@exec '{sys.executable}' '{tmp_path / 'over.py'}'\n"
    (tmp_path / "Makefile").write_text(recipe)
    process = known.launch(command=["make", "-f", str(tmp_path / "Makefile"), "goal"])
    reach(known, "Starting", 1)
    process.send_signal(number)
    process.wait(60)

    known.assert_nothing_left(50)


def test_a_second_request_hurries(known: Stack) -> None:
    process = known.launch()
    reach(known, "Starting", 3)
    process.send_signal(signal.SIGINT)
    wait_until(lambda: "Stopping" in known.output, 10)
    time.sleep(1.1)
    process.send_signal(signal.SIGINT)

    assert process.wait(10) == 0
    known.assert_nothing_left(3)


@pytest.mark.parametrize("later", [0.0, 0.3, 0.8, 1.5])
def test_before_django_is_even_loaded(known: Stack, later: float) -> None:
    """The bootstrap hands over with its signals blocked, so that none is lost or shown raw."""
    with (known.var / "up.out").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", HAND_OVER],
            cwd=BASE_DIR,
            env=known.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    known.process = process
    time.sleep(later)
    process.send_signal(signal.SIGINT)

    assert process.wait(60) in {0, 130, -signal.SIGINT}
    known.assert_nothing_left(3)
    assert later < 0.3 or "Traceback" not in known.output
