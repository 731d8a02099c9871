"""The one way to call an address that a customer gave us: it reaches the public internet alone.

Looked up once, every address of the answer judged, connected to those very addresses: a name that
leads elsewhere a moment later leads nowhere. No redirect is followed, no proxy of the environment
used. https alone, but for the networks of WEBHOOK_PRIVATE_NETWORKS, which only a demo has.
"""

import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from operator import or_
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import quote, urlsplit

import certifi
import idna
from django.conf import settings

from flowia.lib.public import Address, is_public, is_within, numeric

PORTS = {"https": 443, "http": 80}
ALLOWED_PORTS = {80, 443, 5678, 8080, 8443}
"""What web servers listen on; 5678 is n8n's own."""
LOOKUP_SECONDS, CONNECT_SECONDS, SECONDS = 5.0, 5.0, 15.0
BODY_SECONDS = 2.0
LONGEST_ANSWER = 65_536
MOST_ADDRESSES = 4
CHUNK = 16_384
LONGEST = 500
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
SAFE = "/?:@!$&'()*+,;=-._~%"
Place = tuple[socket.AddressFamily, tuple[Any, ...]]


class OutwardError(Exception):
    """The address cannot be called, or did not answer; `code` says why.

    Of the address itself: `bad_address`, `not_https`, `user_in_address`, `port_not_allowed`,
    `unknown_host`, `not_public`. Of the call: `unreachable`, `bad_certificate`, `no_answer`,
    `not_http`.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Target:
    """A customer's address taken apart: `host` as DNS and certificates write it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True)
class Heard:
    """What the other side said; nothing of its body is kept. `retry_after` is as it was sent."""

    status: int
    retry_after: str = ""


def check(url: str) -> None:
    """Look the address up and judge it, without calling it; raises OutwardError."""
    _places(target_of(url))


def target_of(url: str) -> Target:
    """Take an address apart as we understand it, and refuse what others might understand otherwise.

    Raises OutwardError for what could never be called, whatever it leads to.
    """
    if len(url) > LONGEST or "\\" in url or any(ord(one) <= ord(" ") for one in url):
        raise OutwardError("bad_address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise OutwardError("bad_address") from error
    if parts.scheme not in PORTS or (
        parts.scheme == "http" and not settings.WEBHOOK_PRIVATE_NETWORKS
    ):
        raise OutwardError("not_https")
    if not parts.hostname:
        raise OutwardError("bad_address")
    if "@" in parts.netloc:
        raise OutwardError("user_in_address")
    path = quote(parts.path or "/", safe=SAFE)
    query = f"?{quote(parts.query, safe=SAFE)}" if parts.query else ""
    return Target(parts.scheme, _host(parts.hostname), port or PORTS[parts.scheme], path + query)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Heard:
    """Post `body` once and return what was said; 15 seconds in all, beside 5 to look it up.

    Raises OutwardError; after `no_answer` and `not_http` the call may have arrived.
    """
    target = target_of(url)
    places = _places(target)
    until = time.monotonic() + SECONDS
    with closing(_connected(target, places, until)) as sock:
        connection = http.client.HTTPConnection(target.host, target.port)
        # What is closed is never opened again: that would look the name up once more.
        connection.auto_open = 0
        timed = _Timed(sock, until)
        connection.sock = timed
        given = {"Host": target.authority, "Connection": "close", **headers}
        try:
            connection.request("POST", target.path, body, given)
            answer = connection.getresponse()
        except TimeoutError as error:
            raise OutwardError("no_answer") from error
        except (http.client.HTTPException, OSError, ValueError) as error:
            code = "no_answer" if isinstance(error, OSError) else "not_http"
            raise OutwardError(code) from error
        timed.until = min(until, time.monotonic() + BODY_SECONDS)
        with suppress(OSError, ValueError, http.client.HTTPException):
            answer.read(LONGEST_ANSWER)
        return Heard(answer.status, answer.headers.get("Retry-After") or "")


def _host(name: str) -> str:
    """Return the host in ASCII; raises OutwardError for numbers in disguise."""
    if numeric(name) is not None:
        return str(numeric(name))
    host = name.rstrip(".").lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError as error:
            raise OutwardError("bad_address") from error
    labels = host.split(".")
    # "2130706433", "0x7f.1" and "127.1" are addresses to some libraries and names to others.
    if not all(map(LABEL.fullmatch, labels)) or NUMBER.fullmatch(labels[-1]):
        raise OutwardError("bad_address")
    return host


def _places(target: Target) -> list[Place]:
    """Return where to connect; raises OutwardError unless every address is one that we may call."""
    found = _looked_up(target.host, target.port)
    addresses = [numeric(str(place[0])) for _family, place in found]
    ours = [one is not None and _is_ours(one) for one in addresses]
    public = [one is not None and is_public(one) for one in addresses]
    if not all(map(or_, ours, public)):
        raise OutwardError("not_public")
    if not all(ours) and target.scheme != "https":
        raise OutwardError("not_https")
    if not all(ours) and target.port not in ALLOWED_PORTS:
        raise OutwardError("port_not_allowed")
    return found[:MOST_ADDRESSES]


def _is_ours(address: Address) -> bool:
    return is_within(address, settings.WEBHOOK_PRIVATE_NETWORKS)


def _looked_up(host: str, port: int) -> list[Place]:
    """Ask for the addresses of `host` once; the system's own resolver knows no time-out."""
    answers: SimpleQueue[list[Place]] = SimpleQueue()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            rows = []
        answers.put([(row[0], row[4]) for row in rows])

    Thread(target=ask, daemon=True, name="lookup").start()
    try:
        found = answers.get(timeout=LOOKUP_SECONDS)
    except Empty:
        found = []
    if not found:
        raise OutwardError("unknown_host")
    return found


def _connected(target: Target, places: list[Place], until: float) -> socket.socket:
    """Connect to the first of `places` that takes us, and greet it by its name."""
    last = min(until, time.monotonic() + CONNECT_SECONDS)
    for family, place in places:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(max(0.1, last - time.monotonic()))
            sock.connect(place)
        except OSError:
            sock.close()
            continue
        return _greeted(sock, target, until) if target.scheme == "https" else sock
    raise OutwardError("unreachable")


def _greeted(sock: socket.socket, target: Target, until: float) -> socket.socket:
    try:
        sock.settimeout(max(0.1, until - time.monotonic()))
        return trusted().wrap_socket(sock, server_hostname=target.host)
    except ssl.SSLCertVerificationError as error:
        sock.close()
        raise OutwardError("bad_certificate") from error
    except (OSError, ValueError) as error:
        sock.close()
        raise OutwardError("unreachable") from error


def trusted() -> ssl.SSLContext:
    """Return whom we believe: the usual authorities, TLS 1.2 and later."""
    return ssl.create_default_context(cafile=certifi.where())


class _Timed:
    """A socket whose every step has only what is left of the time for all of them.

    A socket's own time-out begins anew with every byte.
    """

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self.until = sock, until

    def makefile(self, *_mode: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self))

    def received_into(self, buffer: Any) -> int:
        self._hurry()
        return self._sock.recv_into(buffer)

    def sendall(self, data: Any) -> None:
        view = memoryview(data)
        for start in range(0, len(view), CHUNK):
            self._hurry()
            self._sock.sendall(view[start : start + CHUNK])

    def close(self) -> None:
        """Leave the socket open: http.client closes it before the body is read."""

    def _hurry(self) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)


class _Reader(io.RawIOBase):
    """What http.client reads an answer from."""

    def __init__(self, timed: _Timed) -> None:
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._timed.received_into(buffer)
