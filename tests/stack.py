"""The real product for tests: `manage.py up` with its workers, Valkey and sandbox.

Nothing is eager and nothing is faked inside: only the outside services are stand-ins.
"""

import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flowia.embedded import BASE_DIR
from flowia.run.ports import is_free
from tests.names import product_names

READY_SECONDS = 150
STOP_SECONDS = 80
SPAWNED = re.compile(r"spawned: '([\w-]+)' with pid (\d+)")


def free_port() -> int:
    """Return a port nobody uses, outside the range of outgoing connections."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        if is_free(port):
            return port


def free_ports(number: int) -> list[int]:
    """Return so many different ports that nobody uses."""
    found: set[int] = set()
    while len(found) < number:
        found.add(free_port())
    return list(found)


def clean_environment(changes: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment without anything that the product listens to.

    Nor without compiled files: dozens of processes would each compile the same source again.
    """
    hidden = product_names() | {"DJANGO_SETTINGS_MODULE", "MAKELEVEL", "PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**kept, "LANG": "C.UTF-8", **changes}


class Stack:
    """One running product. `var` is its folder; `environment` is added to a clean one."""

    def __init__(
        self, var: Path, environment: Mapping[str, str] | None = None, *, root: Path = BASE_DIR
    ) -> None:
        """Choose ports; nothing starts before `start`."""
        self.var = var
        self.root = root
        self.port, self.sandbox_port, self.mail_port = free_ports(3)
        self.web_url = f"http://127.0.0.1:{self.port}"
        self.sandbox_url = f"http://127.0.0.1:{self.sandbox_port}"
        self.environment = clean_environment(
            {
                "FLOWIA_VAR": str(var),
                "PORT": str(self.port),
                "SANDBOX_PORT": str(self.sandbox_port),
                "SANDBOX_MAIL_PORT": str(self.mail_port),
                **(environment or {}),
            }
        )
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> str:
        """What `up` has printed since the last start."""
        return (self.var / "up.out").read_text(encoding="utf-8")

    @property
    def pids(self) -> dict[str, int]:
        """The main process of each program now: web, worker-incoming, valkey, sandbox…"""
        log = (self.var / "log" / "supervisord.log").read_text(encoding="utf-8")
        return {name: int(pid) for name, pid in SPAWNED.findall(log)}

    def launch(
        self, *options: str, command: list[str] | None = None, **popen: Any
    ) -> "subprocess.Popen[bytes]":
        """Start `manage.py up`, or another command for it, and return at once."""
        self.var.mkdir(exist_ok=True)
        with (self.var / "up.out").open("wb") as output:
            self.process = subprocess.Popen(
                command or [sys.executable, "manage.py", "up", *options],
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **{"start_new_session": True, **popen},
            )
        return self.process

    def start(self, *options: str, **popen: Any) -> None:
        """Start and wait until everything is ready; fails with what was printed."""
        process = self.launch(*options, **popen)
        try:
            wait_until(lambda: "Ctrl-C" in self.output or process.poll() is not None, READY_SECONDS)
            assert process.poll() is None, self.output
            assert self.ready(), self.output
        except BaseException:
            self.kill()
            raise

    def ready(self) -> bool:
        """Tell whether the product says that all its parts work."""
        try:
            return fetch(f"{self.web_url}/health/ready")[0] == http.client.OK
        except OSError:
            return False

    def manage(self, *arguments: str, timeout: float = 90) -> "subprocess.CompletedProcess[str]":
        """Run a management command beside the stack, in the stack's environment."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def stop(self, number: int = signal.SIGINT) -> None:
        """Ask it to stop, and make sure that it went quietly and left no process."""
        assert self.process is not None
        try:
            self.process.send_signal(number)
            code = self.process.wait(STOP_SECONDS)
            assert code == 0, f"{code}: {self.output}"
            self.assert_nothing_left(3)
        finally:
            self.kill()

    def assert_nothing_left(self, seconds: float) -> None:
        """Fail if a process of this folder still lives after so many seconds."""
        wait_until(lambda: not self.survivors(), seconds)
        assert not self.survivors(), self.survivors()

    def survivors(self) -> dict[int, str]:
        """Return the processes started with this folder, and their command lines."""
        mark = f"FLOWIA_VAR={self.var}".encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    line = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(folder.name)] = line.decode(errors="replace")
            except OSError:
                continue
        return found

    def kill(self) -> None:
        """End whatever is left, without asking."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in self.survivors():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def wait_until(condition: Callable[[], object], seconds: float) -> bool:
    """Wait until the condition holds; tell whether it did in time."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.05)
    return True


def fetch(url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """Get, or post JSON, and return the status and the decoded answer (text if not JSON)."""
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=10)
    sent = None if body is None else json.dumps(body).encode()
    try:
        connection.request(
            "GET" if body is None else "POST",
            f"/{path}",
            sent,
            {"Content-Type": "application/json", **headers},
        )
        response = connection.getresponse()
        text = response.read().decode()
    finally:
        connection.close()
    try:
        return response.status, json.loads(text)
    except ValueError:
        return response.status, text
