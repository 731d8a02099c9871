"""Which programs are forked from the one that has imported the product, and how they end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flowia.run.forking import ours

LEASHED = ["/usr/bin/python3", "-I", "-S", "leash.py", "0"]
PYTHON = ["/usr/bin/python3", "-m"]


@pytest.mark.parametrize(
    ("argv", "command"),
    [
        (
            [*LEASHED, *PYTHON, "celery", "-A", "flowia", "beat"],
            ["celery", "-A", "flowia", "beat"],
        ),
        (
            [*LEASHED, *PYTHON, "gunicorn", "flowia.wsgi", "-c", "python:flowia.server"],
            ["gunicorn", "flowia.wsgi", "-c", "python:flowia.server"],
        ),
        ([*LEASHED, *PYTHON, "gunicorn", "sandbox.wsgi"], None),
        ([*LEASHED, *PYTHON, "celery", "-A", "another", "worker"], None),
        ([*LEASHED, "/usr/bin/valkey-server", "valkey.conf"], None),
        ([*LEASHED, "/usr/bin/python3"], None),
        ([*LEASHED, *PYTHON], None),
    ],
)
def test_only_the_product_itself_is_forked(argv: list[str], command: list[str] | None) -> None:
    assert ours(argv) == command


PROGRAM = """
import atexit, os, signal, sys
from flowia.run import forking

def be_supervisor(*_):
    sys.stderr.write("supervisor's own way")

signal.signal(signal.SIGTERM, be_supervisor)
signal.signal(signal.SIGINT, be_supervisor)
child = os.fork()
if child:
    status = os.waitpid(child, 0)[1]
    sys.exit(os.waitstatus_to_exitcode(status) % 256)
try:
    forking._become(["becoming", *sys.argv[1:]])
except BaseException:
    sys.stderr.write("the caller saw it")
"""
BECOMING = """
import atexit, os, signal, sys, time
print("I am", __name__, sys.argv[0].endswith("becoming.py"), sys.argv[1:], flush=True)
atexit.register(print, "goodbye")
if sys.argv[1] == "signal":
    os.kill(os.getpid(), int(sys.argv[2]))
    time.sleep(30)
if sys.argv[1] == "raise":
    raise RuntimeError("broken")
sys.exit({"none": None, "words": "it does not start"}.get(sys.argv[1], 0) if len(sys.argv) < 3
         else int(sys.argv[2]))
"""


def become(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Fork a process that becomes a program, as supervisor's child does."""
    (folder / "becoming.py").write_text(BECOMING, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env={**os.environ, "FLOWIA_VAR": str(folder), "PYTHONPATH": f"{folder}:{Path.cwd()}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["none"], 0, ""),
        (["code", "3"], 3, ""),
        (["words"], 1, "it does not start"),
        (["raise"], 1, "RuntimeError: broken"),
    ],
)
def test_a_program_ends_as_if_it_had_been_started_anew(
    tmp_path: Path, arguments: list[str], code: int, told: str
) -> None:
    ended = become(tmp_path, *arguments)

    assert ended.returncode == code, ended.stderr
    assert ended.stdout == f"I am __main__ True {arguments}\ngoodbye\n"
    assert told in ended.stderr
    assert "caller" not in ended.stderr


def test_a_program_inherits_none_of_the_supervisors_signals(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        ended = become(tmp_path, "signal", str(int(number)))

        assert ended.returncode != 0
        assert "supervisor" not in ended.stderr.replace("flowia.run", "")


def test_nothing_starts_in_a_run_that_is_ending(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "ending").touch()

    ended = become(tmp_path, "none")

    assert (ended.returncode, ended.stdout) == (0, "")
