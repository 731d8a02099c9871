"""Asked to stop while Redis is not to be had and nobody reads the log, a process still ends."""

import base64
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from flowia.embedded import BASE_DIR
from tests import migrated, valkey
from tests.stack import wait_until
from tests.upgrade.release import Release

pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]
PLATFORM_SECONDS = 25
SLOW_MACHINE = 2
"""How much later a busy machine may be; what the product waits for by itself is in the figure."""


class Door:
    """The way to Redis: the first so many may pass, then it is shut for everybody who comes."""

    def __init__(self, redis: str, passing: int) -> None:
        """Open it on a port of its own."""
        server, _, port = redis.removeprefix("redis://").removesuffix("/0").partition(":")
        self.behind, self.passing, self.refused = (server, int(port)), passing, 0
        self.opening = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self.opening.getsockname()[1]}/0"
        threading.Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        with suppress(OSError):
            while True:
                guest, _ = self.opening.accept()
                if self.passing:
                    self.passing -= 1
                    host = socket.create_connection(self.behind)
                    for ends in ((guest, host), (host, guest)):
                        threading.Thread(target=self._pass, args=ends, daemon=True).start()
                else:
                    self.refused += 1
                    guest.close()

    @staticmethod
    def _pass(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError), one, other:
            while told := one.recv(65536):
                other.sendall(told)

    def close(self) -> None:
        """Take it away."""
        self.opening.close()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    with valkey.server(tmp_path) as url:
        yield url


@pytest.mark.parametrize(
    ("name", "passing", "refused"),
    [
        # Its heart begins to beat with the fourth connection, and waits for that for ever.
        pytest.param("worker-incoming", 3, 6, id="worker: until it starts"),
        pytest.param("beat", 0, 2, id="beat: never"),
    ],
)
def test_a_process_that_nobody_hears_ends_in_time(
    tmp_path: Path, redis: str, name: str, passing: int, refused: int
) -> None:
    migrated.copy_to(tmp_path / "flowia.sqlite3")
    with closing(Door(redis, passing)) as door:
        keys = {key: secrets.token_urlsafe(50) for key in ("SECRET_KEY", "JWT_SIGNING_KEY")}
        encryption = base64.b64encode(secrets.token_bytes(32)).decode()
        settings = {**keys, "ENCRYPTION_KEY": encryption, "REDIS_URL": door.url}
        release = Release(BASE_DIR, tmp_path, settings)
        release.run("manage.py", "migrate", "--verbosity", "0")
        reading, writing = os.pipe()
        process = subprocess.Popen(
            [sys.executable, *shlex.split(release.commands()[name])[1:]],
            cwd=BASE_DIR,
            env=release.environment_of_processes(),
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            start_new_session=True,
        )
        os.close(writing)
        try:
            assert wait_until(lambda: door.refused >= refused, 60)
            os.close(reading)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PLATFORM_SECONDS * SLOW_MACHINE) == 0
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
