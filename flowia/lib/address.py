"""Whose network address a request comes from, behind the proxies we know and no others."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

Network = IPv4Network | IPv6Network
IPV4, IPV4_BITS, IPV6_BITS = 4, 24, 48
SITE_BITS = 64


def client_address(request: HttpRequest) -> str:
    """Return the caller's address.

    `CLIENT_ADDRESS_HEADER` is believed where one of `TRUSTED_PROXIES` calls: a platform whose own
    edge has public addresses says there whom it saw. Otherwise `X-Forwarded-For` is read from its
    end, where our own proxies write, and only while the hop before is one of them: what a caller
    puts into the header is never believed.
    """
    address = str(request.META.get("REMOTE_ADDR") or "")
    named = settings.CLIENT_ADDRESS_HEADER
    if named and is_trusted_proxy(address) and (told := _plain(request.headers.get(named, ""))):
        return told
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    while hops and is_trusted_proxy(address):
        before = _plain(hops.pop().strip())
        if not before:
            break
        address = before
    return address


def is_trusted_proxy(address: str) -> bool:
    """Return whether `address` is one of our own proxies'."""
    plain = _plain(address)
    return bool(plain) and any(ip_address(plain) in network for network in _trusted())


def shortened(address: str) -> str:
    """Return the network of an address (IPv4 /24, IPv6 /48), since a whole one is personal data."""
    plain = _plain(address)
    if not plain:
        return ""
    bits = IPV4_BITS if ip_address(plain).version == IPV4 else IPV6_BITS
    return str(ip_network(f"{plain}/{bits}", strict=False))


def limit_key(address: str) -> str:
    """Return what limits count an address by: IPv4 whole, IPv6 by its /64; other text as it is.

    One subscriber has a whole /64 at least and may take a new address of it for every call
    (RFC 6177, section 2).
    """
    plain = _plain(address)
    if not plain or ip_address(plain).version == IPV4:
        return plain or address
    return str(ip_network((int(ip_address(plain)), SITE_BITS), strict=False))


def _trusted() -> list[Network]:
    return [ip_network(name, strict=False) for name in settings.TRUSTED_PROXIES]


def _plain(address: str) -> str:
    """Return the address in its usual form, without the port some proxies add; "" for none."""
    text = address.removeprefix("[").partition("]")[0] if address.startswith("[") else address
    if text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return ""
    return str(getattr(found, "ipv4_mapped", None) or found)


def plain(request: Request) -> HttpRequest:
    """Return Django's own request inside an API call's."""
    return request._request  # noqa: SLF001 - the framework offers no other way
