"""What really leaves for Sentry: a planted crash, received by a server of our own."""

import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from flowia.embedded import BASE_DIR
from tests.stack import clean_environment

CRASH = """
import django, sys
django.setup()
from django.test import Client
from django.test.utils import override_settings
answer = None
with override_settings(ROOT_URLCONF="tests.security.urls", ALLOWED_HOSTS=["*"]):
    client = Client(raise_request_exception=False, headers={"cookie": "a=marked-cookie"})
    client.post("/crash?x=marked-query", {"text": "marked-body"})
import sentry_sdk
sentry_sdk.flush(5)
"""
MARKS = ["hunter2-glycine", "marked-cookie", "marked-query", "marked-body"]


@pytest.fixture
def received() -> Iterator[tuple[int, list[str]]]:
    bodies: list[str] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            zipped = self.headers.get("Content-Encoding") == "gzip"
            bodies.append((gzip.decompress(raw) if zipped else raw).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server.server_port, bodies
    server.shutdown()
    server.server_close()


def test_a_crash_arrives_without_anything_secret(
    tmp_path: Path, received: tuple[int, list[str]]
) -> None:
    port, bodies = received
    told = {"FLOWIA_VAR": str(tmp_path), "SENTRY_DSN": f"http://public@127.0.0.1:{port}/1"}
    environment = {**told, "DJANGO_SETTINGS_MODULE": "flowia.settings"}
    command = [sys.executable, "-c", CRASH]
    subprocess.run(
        command, cwd=BASE_DIR, env=clean_environment(environment), timeout=60, check=False
    )

    text = "".join(bodies)
    assert "ValueError" in text
    assert "tests/security/urls.py" in text
    assert not [mark for mark in MARKS if mark in text]
