"""The sandbox as a process of its own, and a receiver in the product's place."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from flowia.embedded import BASE_DIR
from tests.stack import clean_environment, free_port, wait_until

ECHO_SECONDS = 0.02
"""After this long the sandbox announces what was sent to it; all of it within seven times that."""


@dataclass
class Receiver:
    """What the sandbox posted: raw bodies and headers; `status` is what it is answered."""

    url: str = ""
    status: int = 200
    posts: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)


@dataclass
class Sandbox:
    """The running sandbox."""

    url: str
    product: Receiver
    mail_port: int

    def post(self, path: str, **body: Any) -> Any:
        return requests.post(f"{self.url}{path}", json=body, timeout=10).json()

    def get(self, path: str, **query: Any) -> Any:
        return requests.get(f"{self.url}{path}", params=query, timeout=10).json()

    def delete(self, path: str) -> None:
        requests.delete(f"{self.url}{path}", timeout=10).raise_for_status()

    def wait_for_posts(self, number: int) -> list[tuple[bytes, dict[str, str]]]:
        assert wait_until(lambda: len(self.product.posts) >= number, 4), self.product.posts
        return self.product.posts


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            found.posts.append((raw, dict(self.headers)))
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            self.send_error(503)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()


@pytest.fixture(scope="session")
def running_sandbox(
    receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sandbox]:
    port, mail_port = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    told = {
        "FLOWIA_VAR": str(tmp_path_factory.mktemp("sandbox")),
        "PUBLIC_URL": receiver.url,
        "SANDBOX_URL": url,
        "SANDBOX_PORT": str(port),
        "SANDBOX_MAIL_PORT": str(mail_port),
        "SANDBOX_ECHO_SECONDS": str(ECHO_SECONDS),
    }
    # Clients of the tests keep connections open, for which gunicorn would wait half a minute.
    server = ["sandbox.wsgi", "--threads", "16", "--no-control-socket", "--graceful-timeout", "1"]
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("gunicorn")), *server, "--bind", f"127.0.0.1:{port}"],
        cwd=BASE_DIR,
        env=clean_environment(told),
        stderr=subprocess.DEVNULL,
    )
    try:
        assert wait_until(lambda: _answers(url), 20)
        yield Sandbox(url, receiver, mail_port)
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Iterator[Sandbox]:
    """Return the running sandbox without faults, log or posts."""
    running_sandbox.delete("/faults")
    running_sandbox.delete("/calls")
    running_sandbox.delete("/mail.json")
    running_sandbox.delete("/meta")
    running_sandbox.product.posts.clear()
    running_sandbox.product.status = 200
    yield running_sandbox
    if running_sandbox.get("/counts")["accepted_sends"]:
        time.sleep(10 * ECHO_SECONDS)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=2).ok
    except requests.RequestException:
        return False
