"""A browser or program in words, and a network address shortened, for people to recognise."""

import re
from ipaddress import ip_address, ip_network

from django.utils.translation import gettext as _

# In this order: Edge and Opera call themselves Chrome as well, and Chrome calls itself Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
PROGRAM = re.compile(r"[A-Za-z][A-Za-z0-9._-]{1,30}")
IPV4, IPV6_BITS = 4, 48


def device_in_words(device: str) -> str:
    """Return "Firefox, Windows" for a browser's User-Agent, else the program's own name.

    It is what the caller said of itself: a hint for people, never a proof.
    """
    browser = next((name for mark, name in BROWSERS if mark in device), "")
    system = next((name for mark, name in SYSTEMS if mark in device), "")
    program = PROGRAM.match(device)
    if not browser and program and program[0] != "Mozilla":
        browser = program[0]
    return ", ".join(filter(None, (browser, system))) or _("unknown device")


def short_address(address: str) -> str:
    """Return "203.0.113.x" or "2001:db8:1::": enough to recognise one's network by."""
    try:
        found = ip_address(address)
    except ValueError:
        return _("unknown")
    if found.version == IPV4:
        return f"{address.rpartition('.')[0]}.x"
    return str(ip_network((found, IPV6_BITS), strict=False).network_address)
