"""LinkedIn's cookies as Playwright keeps them (linkedin.md 6), and for another base in tests.

A storage state is `{"cookies": [...], "origins": []}`; what pages store beside cookies is not kept.
Pure, and without Django: the browser's program uses it. Nothing here tells a value in an error.
"""

import ipaddress
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

Cookie = dict[str, Any]
Storage = dict[str, Any]
SESSION, TOKEN = "li_at", "JSESSIONID"
HOST, DOMAIN = "www.linkedin.com", ".linkedin.com"
# Labels, so that evil-linkedin.com and linkedin.com.example are not LinkedIn's.
OURS = re.compile(r"\.?(?:[a-z0-9-]+\.)*linkedin\.com", re.ASCII | re.IGNORECASE)
NEVER = -1
LATEST = 253402300799  # the last second of 9999: Playwright refuses what is later


def is_linkedins(domain: object) -> bool:
    """Tell whether a cookie's domain, or a host, is linkedin.com or below it."""
    return isinstance(domain, str) and OURS.fullmatch(domain) is not None


def is_sent(cookie: Mapping[str, Any]) -> bool:
    """Tell whether a browser sends `cookie` to every page of www.linkedin.com."""
    domain = str(cookie.get("domain", "")).lower()
    return domain in {HOST, f".{HOST}", DOMAIN} and cookie.get("path") == "/"


def expires_of(storage: Mapping[str, Any]) -> datetime | None:
    """Return until when the session's cookie says it lives; None where it does not say."""
    ends = [one.get("expires") for one in cookies_of(storage) if one["name"] == SESSION]
    found = [end for end in ends if isinstance(end, int | float) and 0 < end <= LATEST]
    return datetime.fromtimestamp(max(found), UTC) if found else None


def cookies_of(storage: Mapping[str, Any]) -> list[Cookie]:
    """Return the cookies of a storage state that have at least a name, a value and a domain."""
    listed = storage.get("cookies")
    return [
        cookie
        for cookie in (listed if isinstance(listed, list) else ())
        if isinstance(cookie, dict)
        and all(isinstance(cookie.get(key), str) for key in ("name", "value", "domain"))
    ]


def for_base(storage: Mapping[str, Any], base: str) -> Storage:
    """Return LinkedIn's cookies as the browser needs them to visit `base`.

    Raises ValueError where `base` is neither LinkedIn over https nor this machine.
    """
    host, secure = _place(base)
    ours = [one for one in cookies_of(storage) if is_linkedins(one["domain"])]
    if host == HOST:
        return _state(ours)
    return _state([_moved(one, host, secure=secure) for one in ours if is_sent(one)])


def from_base(storage: Mapping[str, Any], base: str) -> Storage:
    """Return what the browser had after visiting `base`, as LinkedIn's cookies again.

    Raises ValueError as `for_base` does. Cookies of other sites are left out.
    """
    host, _ = _place(base)
    found = cookies_of(storage)
    if host == HOST:
        return _state([one for one in found if is_linkedins(one["domain"])])
    mine = (one for one in found if one["domain"].lstrip(".").lower() == host)
    return _state([_moved(one, DOMAIN, secure=True) for one in mine])


def _place(base: str) -> tuple[str, bool]:
    """Return the host for cookies (LinkedIn's as HOST) and whether it is reached over TLS."""
    parts = urlsplit(base)
    host, secure = (parts.hostname or "").lower(), parts.scheme == "https"
    if is_linkedins(host) and secure:
        return HOST, True
    if parts.scheme not in {"http", "https"} or not _loopback(host):
        raise ValueError("LinkedIn's cookies go to LinkedIn over https, or to this machine")
    return f"[{host}]" if ":" in host else host, secure


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _moved(cookie: Cookie, domain: str, *, secure: bool) -> Cookie:
    moved = {**cookie, "domain": domain, "path": "/", "secure": secure}
    # Chromium drops SameSite=None without Secure, and says nothing.
    if not secure and moved.get("sameSite") == "None":
        moved["sameSite"] = "Lax"
    return moved


def _state(cookies: list[Cookie]) -> Storage:
    # The last of two with one name wins, as in the browser.
    unique = {(one["name"], one["domain"], one.get("path")): one for one in cookies}
    return {"cookies": [dict(one) for one in unique.values()], "origins": []}
