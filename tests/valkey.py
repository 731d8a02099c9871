"""A private Valkey for quick tests of what counts in Redis."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as NotThereError

from flowia.run.valkey import binary
from tests.stack import free_port, wait_until


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run a server that keeps nothing, and return its URL."""
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
    process = subprocess.Popen([binary(), *options], stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    try:
        assert wait_until(lambda: answers(url), 10)
        yield url
    finally:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    try:
        return bool(Redis.from_url(url).ping())
    except NotThereError:
        return False
