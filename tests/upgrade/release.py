"""One version's processes, as its own Procfile starts them, beside another version's."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.stack import clean_environment, fetch, free_port, wait_until

START_SECONDS = 90
STOP_SECONDS = 60
OK = 200
OUT_OF_TIME = ("SoftTimeLimitExceeded", "soft_timeout_sighandler")


@dataclass(frozen=True)
class Stopped:
    """How a process ended that was asked to: its name, its exit code, after how many seconds."""

    name: str
    code: int
    seconds: float


@dataclass
class Release:
    """A version in `root`, with a folder `var` of its own and the services in `environment`."""

    root: Path
    var: Path
    environment: Mapping[str, str]
    port: int = field(default_factory=free_port)
    running: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    def prepare(self) -> None:
        """Learn from this version's sandbox how its providers are addressed."""
        (self.var / "log").mkdir(parents=True)
        told = self.run("-m", "sandbox", "environment")
        (self.var / "demo.env").write_text(told, encoding="utf-8")

    def run(self, *arguments: str) -> str:
        """Run a Python command line of this version to its end; fails with what it said."""
        done = self.tried(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def tried(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a Python command line of this version to its end, whatever it says."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=self.environment_of_processes(),
            capture_output=True,
            text=True,
            check=False,
        )

    def commands(self) -> dict[str, str]:
        """Return the Procfile's processes."""
        lines = (self.root / "Procfile").read_text(encoding="utf-8").splitlines()
        found = dict(line.split(": ", 1) for line in lines if ": " in line)
        return {name: command for name, command in found.items() if name != "release"}

    def start(self, *names: str) -> None:
        """Start processes of the Procfile; each is the first of a group of its own."""
        for name in names:
            command = shlex.split(self.commands()[name])
            if name == "web":
                command += ["--bind", f"127.0.0.1:{self.port}"]
            self.launch(name, command[1:])

    def launch(self, name: str, arguments: list[str]) -> None:
        """Start a Python command line under a name."""
        with (self.var / "log" / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.root,
                env=self.environment_of_processes(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def answers(self, path: str = "/health") -> bool:
        """Return whether the web process answers there."""
        try:
            return fetch(f"http://127.0.0.1:{self.port}{path}")[0] == OK
        except OSError:
            return False

    def wait_for(self, path: str = "/health") -> None:
        """Wait until the web process answers there."""
        assert wait_until(lambda: self.answers(path), START_SECONDS), self.log("web")[-2000:]

    def stop(self, name: str, *, whole: bool = False) -> Stopped:
        """Ask one process to end, as a platform does: its first process, or its `whole` group."""
        process, began = self.running.pop(name), time.monotonic()
        (os.killpg if whole else os.kill)(process.pid, signal.SIGTERM)
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._end(process)
            code = process.wait()
        return Stopped(name, code, round(time.monotonic() - began, 1))

    def log(self, name: str) -> str:
        """Return what a process wrote."""
        return (self.var / "log" / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def errors(self) -> list[str]:
        """Return the lines of all logs that tell of an error, and of tracebacks.

        But for tasks that a busy machine let run out of time: they are done again, or missed.
        """
        signs = ('"level": "error"', '"level": "critical"', "Traceback (most recent")
        found = []
        for path in sorted((self.var / "log").iterdir()):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            lines = [line for line in lines if not any(sign in line for sign in OUT_OF_TIME)]
            found += [f"{path.stem}: {one[:2000]}" for one in lines if any(s in one for s in signs)]
        return found

    def end_all(self) -> None:
        """End whatever still runs, without asking."""
        for process in self.running.values():
            self._end(process)
            process.wait()
        self.running.clear()

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def environment_of_processes(self) -> dict[str, str]:
        """Return what every process of this version starts with."""
        own = {"FLOWIA_VAR": str(self.var), "PYTHONPATH": str(self.root)}
        return clean_environment({**self.environment, **own})
