"""A programmable outside service over real HTTP on loopback: what to answer, what was asked."""

import json
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Asked:
    """One request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class StandIn:
    """Answers in the order given; the last one is repeated. `(status, body, headers)` each.

    `always` has the answers of calls ("GET /path") that are neither in the order nor in `asked`.
    """

    url: str = ""
    answers: deque[tuple[int, Any, dict[str, str]]] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    always: dict[str, Any] = field(default_factory=dict)

    def answer(self, status: int, body: Any, **headers: str) -> None:
        self.answers.append((status, body, {k.replace("_", "-"): v for k, v in headers.items()}))

    def lose(self) -> None:
        """Take the next request, and let its answer get lost on the way."""
        self.answers.append((0, None, {}))

    def next_answer(self) -> tuple[int, Any, dict[str, str]]:
        if not self.answers:
            return 404, {"unprogrammed": True}, {}
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]


class _Server(ThreadingHTTPServer):
    """One address for one stand-in after the other: to start a server takes longer than a test."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.service = StandIn()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _serve(self) -> None:
        service = self.server.service
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        form = self.headers.get_content_type() == "application/x-www-form-urlencoded"
        read = (lambda: dict(parse_qsl(raw.decode()))) if form else (lambda: json.loads(raw))
        body = read() if raw else None
        fixed = service.always.get(f"{self.command} {self.path}")
        if fixed is None:
            service.asked.append(Asked(self.command, self.path, dict(self.headers), body))
        status, answer, headers = (200, fixed, {}) if fixed else service.next_answer()
        if status == 0:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


_IDLE: list[_Server] = []


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """Give a stand-in that was asked nothing yet; the servers of earlier ones are taken again."""
    server = _IDLE.pop() if _IDLE else _Server()
    server.service = StandIn(f"http://127.0.0.1:{server.server_port}")
    try:
        yield server.service
    finally:
        server.service = StandIn()
        _IDLE.append(server)
