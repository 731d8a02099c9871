"""Customers' addresses: which may be called, and that nothing inside is ever reached."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from flowia.lib import outward
from flowia.lib.outward import OutwardError
from flowia.lib.public import is_public, numeric
from tests.standin import StandIn, stand_in

PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.9.9.9", "93.184.216.34", "100.63.255.255", "100.128.0.1",
    "172.15.255.255", "172.32.0.1", "11.0.0.1", "126.255.255.255", "128.0.0.1", "169.253.1.1",
    "169.255.0.1", "192.0.1.1", "192.167.1.1", "192.169.0.1", "198.17.0.1", "198.20.0.1",
    "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4007:80e::2004", "2001:4860:4860::8888",
    "2400:cb00:2048:1::c629:d7a2",
]  # fmt: skip
NOT_PUBLIC = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200",
    "100.127.255.255", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.0.1",
    "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1",
    "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1",
    "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8",
    "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:0:7f00:1::", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1",
    "2002:7f00:1::", "2002:a9fe:a9fe::", "2002:808:808::1", "3ffe::1", "3fff::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip


@pytest.mark.parametrize("text", PUBLIC)
def test_the_internet_may_be_called(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))
    outward.check(f"https://[{text}]/" if ":" in text else f"https://{text}/")


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_nothing_else_may(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))
    with pytest.raises(OutwardError, match="not_public"):
        outward.check(f"https://[{text}]/" if ":" in text else f"https://{text}/")


REFUSED = [
    ("http://93.184.216.34/", "not_https"),
    ("ftp://93.184.216.34/", "not_https"),
    ("file:///etc/passwd", "not_https"),
    ("gopher://127.0.0.1:6379/_x", "not_https"),
    ("//93.184.216.34/", "not_https"),
    ("93.184.216.34", "not_https"),
    ("", "not_https"),
    ("https://", "bad_address"),
    ("https:///path", "bad_address"),
    ("https://user@93.184.216.34/", "user_in_address"),
    ("https://user:password@93.184.216.34/", "user_in_address"),
    ("https://93.184.216.34@127.0.0.1/", "user_in_address"),
    ("https://@127.0.0.1/", "user_in_address"),
    ("https://93.184.216.34:22/", "port_not_allowed"),
    ("https://93.184.216.34:6379/", "port_not_allowed"),
    ("https://93.184.216.34:0x1/", "bad_address"),
    ("https://93.184.216.34:99999/", "bad_address"),
    ("https://2130706433/", "bad_address"),
    ("https://0x7f000001/", "bad_address"),
    ("https://127.1/", "bad_address"),
    ("https://0177.0.0.1/", "bad_address"),
    ("https://0x7f.0.0.1/", "bad_address"),
    ("https://127.0.0.1./", "bad_address"),
    ("https://1.1.1/", "bad_address"),
    ("https://１２７.０.０.１/", "bad_address"),
    ("https://①②⑦.⓪.⓪.①/", "bad_address"),
    ("https://exa mple.fr/", "bad_address"),
    ("https://example.fr\\@127.0.0.1/", "bad_address"),
    ("https://example.fr/\r\nX-Header: 1", "bad_address"),
    ("https://exam\tple.fr/", "bad_address"),
    ("https://%31%32%37.0.0.1/", "bad_address"),
    ("https://-x.fr/", "bad_address"),
    ("https://[::1", "bad_address"),
    ("https://[fe80::1%25eth0]/", "not_public"),
    ("https://[::ffff:7f00:1]/", "not_public"),
    ("https://localhost/", "not_public"),
    ("https://LOCALHOST./", "not_public"),
    ("https://nobody.invalid/", "unknown_host"),
    ("https://example.fr/" + "x" * 500, "bad_address"),
]


@pytest.mark.parametrize(("url", "code"), REFUSED)
def test_an_address_is_refused_with_its_reason(
    url: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"localhost": "127.0.0.1"}
    resolve(monkeypatch, known)
    with pytest.raises(OutwardError) as caught:
        outward.check(url)
    assert caught.value.code == code


def resolve(monkeypatch: pytest.MonkeyPatch, names: dict[str, Any]) -> list[str]:
    """Let names lead to addresses: one, or a list, or a function; returns what is asked."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: Any, port: Any, *given: Any, **options: Any) -> Any:
        asked.append(str(host))
        if host not in names:
            if numeric(str(host)) is None:
                raise socket.gaierror
            return real(host, port, *given, **options)
        found = names[host]() if callable(names[host]) else names[host]
        found = [found] if isinstance(found, str) else found
        return [row for one in found for row in real(one, port, *given, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize(
    "addresses", [["93.184.216.34", "127.0.0.1"], ["2606:4700::1", "fd00::1"], ["169.254.169.254"]]
)
def test_one_private_address_among_many_refuses_the_name(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, {"hooks.example.fr": addresses})
    with pytest.raises(OutwardError, match="not_public"):
        outward.check("https://hooks.example.fr/")


def test_names_in_every_script_are_asked_for_as_dns_writes_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = resolve(
        monkeypatch,
        {"xn--bcher-kva.example": "93.184.216.34", "xn--strae-oqa.de": "93.184.216.34"},
    )
    outward.check("https://Bücher.example/crochet/é?q=ü")
    outward.check("https://straße.de/")

    assert asked == ["xn--bcher-kva.example", "xn--strae-oqa.de"]
    target = outward.target_of("https://Bücher.example:8443/crochet/é?q=ü#part")
    assert (target.path, target.authority) == (
        "/crochet/%C3%A9?q=%C3%BC",
        "xn--bcher-kva.example:8443",
    )


@pytest.fixture
def canary() -> Iterator[StandIn]:
    with stand_in() as found:
        found.answer(200, {})
        yield found


def test_a_name_that_leads_elsewhere_a_moment_later_leads_nowhere(
    canary: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = iter(["93.184.216.34"])
    asked = resolve(monkeypatch, {"rebind.example.fr": lambda: next(turns, "127.0.0.1")})
    tried: list[Any] = []

    class Sock(socket.socket):
        def connect(self, address: Any) -> None:
            tried.append(address[0])
            raise ConnectionRefusedError

    monkeypatch.setattr(socket, "socket", Sock)
    with pytest.raises(OutwardError, match="unreachable"):
        outward.post("https://rebind.example.fr:8443/", b"{}", {})

    assert tried == ["93.184.216.34"]
    assert asked == ["rebind.example.fr"]
    assert canary.asked == []
    with pytest.raises(OutwardError, match="not_public"):
        outward.post("https://rebind.example.fr:8443/", b"{}", {})
    assert canary.asked == []


def test_a_private_network_is_reached_only_where_it_is_named(
    canary: StandIn, settings: Settings
) -> None:
    with pytest.raises(OutwardError, match="not_https"):
        outward.post(canary.url, b"{}", {})
    assert canary.asked == []
    settings.WEBHOOK_PRIVATE_NETWORKS = ["10.0.0.0/8"]
    with pytest.raises(OutwardError, match="not_public"):
        outward.post(canary.url, b"{}", {})
    assert canary.asked == []
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]

    assert outward.post(f"{canary.url}/way?a=1", b'{"a":1}', {"X-One": "1"}).status == 200
    (asked,) = canary.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/way?a=1", {"a": 1})
    assert asked.headers["Host"] == canary.url.removeprefix("http://")
    assert asked.headers["X-One"] == "1"


def test_in_the_clear_only_what_is_private_may_be_called(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    for addresses in (["93.184.216.34"], ["127.0.0.1", "93.184.216.34"]):
        resolve(monkeypatch, {"mixed.example.fr": addresses})
        with pytest.raises(OutwardError, match="not_https"):
            outward.check("http://mixed.example.fr/")


@pytest.fixture
def inside(settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int, canary: StandIn) -> None:
    with stand_in() as first:
        first.answer(status, {}, Location=canary.url)
        heard = outward.post(first.url, b"{}", {})

    assert heard.status == status
    assert canary.asked == []


@pytest.mark.usefixtures("inside")
def test_the_environments_proxies_are_not_used(
    canary: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stand_in() as proxy:
        proxy.answer(200, {})
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        outward.post(canary.url, b"{}", {})

        assert proxy.asked == []
    assert len(canary.asked) == 1


@pytest.mark.usefixtures("inside")
def test_retry_after_is_told_as_it_was_said() -> None:
    with stand_in() as busy:
        busy.answer(503, {}, Retry_After="120")
        assert outward.post(busy.url, b"{}", {}) == outward.Heard(503, "120")


@pytest.mark.usefixtures("inside")
def test_a_port_nobody_listens_on_is_unreachable() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(OutwardError, match="unreachable"):
        outward.post(f"http://127.0.0.1:{port}/", b"{}", {})


@pytest.fixture
def speaker() -> Iterator[Any]:
    """A server that says to each caller whatever it is told to, piece by piece."""
    listener = socket.create_server(("127.0.0.1", 0))
    said: dict[str, Any] = {"pieces": [], "pause": 0.0, "url": "", "sent": 0}
    said["url"] = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    over = threading.Event()

    def talk(caller: socket.socket) -> None:
        with caller:
            try:
                caller.recv(65536)
                for piece in said["pieces"]:
                    caller.sendall(piece)
                    said["sent"] += len(piece)
                    over.wait(said["pause"])
            except OSError:
                return

    def serve() -> None:
        while not over.is_set():
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(caller,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield said
    over.set()
    listener.close()


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    "pieces", [[b"H"] * 100, [b"HTTP/1.1 200 OK\r\n"] + [b"X-A: b\r\n"] * 90, []]
)
def test_a_trickle_ends_when_the_time_for_all_is_over(
    pieces: list[bytes], speaker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outward, "SECONDS", 0.5)
    speaker.update(pieces=[*pieces, b""], pause=0.05 if pieces else 5)
    begun = time.monotonic()
    with pytest.raises(OutwardError, match=r"no_answer|not_http"):
        outward.post(speaker["url"], b"{}", {})
    assert time.monotonic() - begun < 2


@pytest.mark.usefixtures("inside")
def test_of_a_long_answer_little_is_read(speaker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outward, "BODY_SECONDS", 0.5)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 500000000\r\n\r\n"
    speaker.update(pieces=[head, *[b"x" * 65536] * 1000], pause=0)
    begun = time.monotonic()

    assert outward.post(speaker["url"], b"{}", {}).status == 200
    assert time.monotonic() - begun < 2
    assert speaker["sent"] < 20_000_000


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    "pieces", [[b"SSH-2.0-OpenSSH_9.6\r\n"], [b"220 mail\r\n"], [b"HTTP/1.1 abc\r\n\r\n"]]
)
def test_what_does_not_speak_http_is_said_so(pieces: list[bytes], speaker: Any) -> None:
    speaker.update(pieces=pieces)
    with pytest.raises(OutwardError, match="not_http"):
        outward.post(speaker["url"], b"{}", {})


def test_production_refuses_private_networks(settings: Settings) -> None:
    settings.PRODUCTION = True
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    assert "flowia.E006" in {one.id for one in run_checks()}
    settings.WEBHOOK_PRIVATE_NETWORKS = []
    assert "flowia.E006" not in {one.id for one in run_checks()}
    settings.PRODUCTION, settings.WEBHOOK_PRIVATE_NETWORKS = False, ["127.0.0.0/8"]
    assert "flowia.E006" not in {one.id for one in run_checks()}


def test_what_is_no_network_is_named(settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = ["loopback"]
    assert [one.msg for one in run_checks() if one.id == "flowia.E005"] == [
        "WEBHOOK_PRIVATE_NETWORKS: loopback is no network."
    ]


def test_older_protocols_than_tls_1_2_are_not_spoken() -> None:
    context = outward.trusted()
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED
