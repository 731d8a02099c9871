"""What a raw socket can do to the real server: chunked bodies, ambiguous lengths, its own lines."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowia.embedded import BASE_DIR
from tests.stack import clean_environment, free_port, wait_until

OPTIONS = ["-c", "python:flowia.server", "--workers", "1", "--threads", "2"]


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def port(var: Path) -> Iterator[int]:
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
        stderr=(var / "web.err").open("wb"),
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


MARK = b"SECRETRAW12345"
UNSPEAKABLE = [
    b"GET /password/reset/%s HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET /x?token=%s HTT\r\n\r\n",
    b"%s /x HTTP/1.1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\nX-%s: 1\r\n\r\na",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX %s: y\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: a=\x00%s\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: %s@mail.fr\r\nConnection: close\r\n\r\n",
    b"GET /%s/x HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    b"GET /admin/%s/x HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    b"GET /data-deletion/%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    b"GET /" + b"a" * 9000 + b"%s HTTP/1.1\r\n\r\n",
]


def told_since(var: Path, before: int = 0) -> bytes:
    return (var / "web.err").read_bytes()[before:]


@pytest.mark.parametrize("request_line", UNSPEAKABLE, ids=range(len(UNSPEAKABLE)))
def test_the_server_s_own_lines_are_json_and_hold_nothing_of_the_caller(
    var: Path, port: int, request_line: bytes
) -> None:
    before = told_since(var)
    said(port, request_line % MARK)
    assert wait_until(lambda: told_since(var, len(before)), 5), "it is told"
    lines = told_since(var, len(before)).decode().splitlines()

    for line in lines:
        assert json.loads(line)["event"]
        assert MARK.decode().lower() not in line.lower()
        assert '"127.0.0.1"' not in line
        assert "ip=127.0.0.1" not in line


def test_an_unknown_host_is_one_warning_without_a_traceback(var: Path, port: int) -> None:
    before = told_since(var)
    answer = said(port, b"GET /login HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert wait_until(lambda: b'"request"' in told_since(var, len(before)), 5)
    lines = [json.loads(line) for line in told_since(var, len(before)).splitlines()]

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"evil.example" not in answer
    (warning,) = [line for line in lines if line["level"] != "info"]
    assert warning["event"] == "refused by Django (DisallowedHost)"
    assert warning["level"] == "warning"
    assert not [line for line in lines if "exception" in line]


def test_a_request_line_of_eight_thousand_characters_is_answered_by_the_product(port: int) -> None:
    path = b"/nothing?x=" + b"a" * 8000
    answer = said(
        port,
        b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
        b"Connection: close\r\n\r\n" % path,
    )

    assert answer.startswith(b"HTTP/1.1 404")
    assert b"application/problem+json" in answer
