"""What a raw socket can do to the real server: chunked bodies, ambiguous lengths."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowia.embedded import BASE_DIR
from tests.stack import clean_environment, free_port, wait_until

OPTIONS = ["--workers", "1", "--worker-class", "gthread", "--threads", "2", "--no-control-socket"]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    var: Path = tmp_path_factory.mktemp("var")
    (var / "static").mkdir()
    number = free_port()
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "flowia.wsgi",
            "--bind",
            f"127.0.0.1:{number}",
            *OPTIONS,
        ],
        cwd=BASE_DIR,
        env=clean_environment({"FLOWIA_VAR": str(var), "REDIS_URL": "redis://127.0.0.1:1/0"}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert wait_until(lambda: answers(number), 30)
        yield number
    finally:
        server.terminate()
        server.wait()


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def said(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        try:
            client.sendall(request)
        except ConnectionError:
            return client.recv(65536)
        return b"".join(iter(lambda: client.recv(65536), b""))


def post(address: str, kind: str, *lines: str) -> bytes:
    head = [f"POST {address} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {kind}"]
    ends = ["Connection: close", "Accept: application/json"]
    return "\r\n".join([*head, *ends, *lines, "", ""]).encode()


def chunked(body: bytes, size: int = 65536) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


CHUNKED = "Transfer-Encoding: chunked"


def test_a_chunked_body_is_read(port: int) -> None:
    head = post("/auth/login", "application/json", CHUNKED)
    answer = said(port, head + chunked(b'{"email": "a@b.fr"}', 5))

    assert answer.startswith(b"HTTP/1.1 400")
    assert b'"password"' in answer
    assert b'"email"' not in answer


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("address", ["/auth/login", "/login"])
def test_a_chunked_body_over_the_limit_answers_413(port: int, kind: str, address: str) -> None:
    answer = said(port, post(address, kind, CHUNKED) + chunked(b"x" * 1_048_577))
    assert answer.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 4", CHUNKED),
        (CHUNKED, "Content-Length: 4"),
        ("Content-Length: 4", "Content-Length: 5"),
        ("Transfer-Encoding: chunked, chunked",),
        ("Transfer-Encoding : chunked",),
    ],
)
def test_two_lengths_are_refused(port: int, lines: tuple[str, ...]) -> None:
    smuggled = b"0\r\n\r\nGET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    answer = said(port, post("/auth/login", "application/json", *lines) + smuggled)

    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1
