"""Only our own proxies are believed about addresses and https (S58)."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from flowia.lib.address import client_address, limit_key, shortened
from flowia.proxies import ForwardedHeaders

PROXY, STRANGER, CALLER = "10.0.0.7", "198.51.100.9", "203.0.113.77"
FORGED = [
    {"X-Forwarded-For": CALLER},
    {"X-Forwarded-For": f"{CALLER}, {PROXY}"},
    {"X-Forwarded-Proto": "https"},
    {"X-Forwarded-Protocol": "ssl"},
    {"X-Forwarded-Ssl": "on"},
    {"X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-Port": "443"},
    {"Forwarded": f"for={CALLER};proto=https;host=evil.example"},
    {"X-Real-IP": CALLER},
    {"Fly-Client-IP": CALLER},
]
EDGE = "66.241.124.10"


def passed(remote: str, headers: dict[str, str], scheme: str = "http") -> HttpRequest:
    """What views see of a request from `remote`."""
    request = RequestFactory(headers=headers, REMOTE_ADDR=remote).get("/x")
    request.META["wsgi.url_scheme"] = scheme
    ForwardedHeaders(lambda _request: HttpResponse())(request)
    return request


@pytest.fixture(autouse=True)
def _one_proxy(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.USE_X_FORWARDED_HOST = True
    settings.CLIENT_ADDRESS_HEADER = "Fly-Client-IP"


@pytest.mark.parametrize("headers", FORGED)
@pytest.mark.parametrize("remote", [STRANGER, "127.0.0.1", "", "not-an-address", "::1"])
def test_a_stranger_is_not_believed(headers: dict[str, str], remote: str) -> None:
    # gunicorn already believed the header when it came from loopback.
    request = passed(remote, headers, scheme="https")

    assert client_address(request) == remote
    assert not request.is_secure()
    assert request.get_host() == "testserver"
    assert not [name for name in headers if name in request.headers]


def test_our_proxy_is_believed() -> None:
    request = passed(PROXY, {"X-Forwarded-For": CALLER, "X-Forwarded-Proto": "https"})

    assert client_address(request) == CALLER
    assert request.is_secure()


def test_what_the_caller_wrote_before_our_proxy_is_not_believed() -> None:
    request = passed(PROXY, {"X-Forwarded-For": f"1.2.3.4, {CALLER}"})
    assert client_address(request) == CALLER


@pytest.mark.parametrize(
    ("header", "value", "seen"),
    [
        ("Fly-Client-IP", CALLER, CALLER),  # https://fly.io/docs/networking/request-headers/
        ("CF-Connecting-IP", CALLER, CALLER),  # Render stands behind Cloudflare
        ("X-Real-IP", "2001:db8::7", "2001:db8::7"),
        ("X-Real-IP", "somebody", EDGE),
        ("X-Real-IP", "", EDGE),
        ("", CALLER, EDGE),
    ],
)
def test_a_platform_whose_edge_has_public_addresses_names_the_caller_in_a_header_of_its_own(
    header: str, value: str, seen: str, settings: Settings
) -> None:
    settings.CLIENT_ADDRESS_HEADER = header
    told = {header or "Fly-Client-IP": value, "X-Forwarded-For": f"{CALLER}, {EDGE}"}
    assert client_address(passed(PROXY, told)) == seen
    assert client_address(passed(STRANGER, told)) == STRANGER


@pytest.mark.parametrize(
    ("address", "network"),
    [
        (CALLER, "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("nobody", ""),
        ("", ""),
    ],
)
def test_an_address_is_shortened_to_its_network(address: str, network: str) -> None:
    assert shortened(address) == network


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.77", "203.0.113.77"),
        ("::ffff:203.0.113.77", "203.0.113.77"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_limits_count_ipv4_whole_and_ipv6_by_its_network(address: str, key: str) -> None:
    assert limit_key(address) == key
