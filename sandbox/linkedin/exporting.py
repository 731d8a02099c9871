"""The cookies of a session as three programs would export them (linkedin.md 6)."""

import time
from dataclasses import dataclass
from typing import Any

from sandbox.linkedin.models import Session

YEAR = 365 * 86_400
COMMON, SITE = ".linkedin.com", ".www.linkedin.com"


@dataclass(frozen=True)
class Cookie:
    """One cookie of LinkedIn; `seconds` is how long it lasts, 0 as long as the browser."""

    name: str
    value: str
    domain: str = COMMON
    seconds: int = YEAR
    http_only: bool = False
    same_site: str = "None"


def of(session: Session) -> list[Cookie]:
    """Return every cookie that a member's browser holds for LinkedIn."""
    spoken = "fr-fr" if session.member.language == "fr" else "en-us"
    return [
        Cookie("bcookie", f'"v=2&{session.browser}"'),
        Cookie("bscookie", f'"v=1&{session.browser}"', SITE, http_only=True),
        Cookie("li_at", session.li_at, SITE, http_only=True),
        Cookie("liap", "true", seconds=90 * 86_400),
        Cookie("JSESSIONID", f'"{session.jsessionid}"', SITE, 90 * 86_400),
        Cookie("lidc", f'"{session.lidc}"', seconds=86_400),
        Cookie("lang", f"v=2&lang={spoken}", seconds=0, same_site=""),
        Cookie("timezone", "Europe/Paris", SITE, 14 * 86_400, same_site=""),
        Cookie("li_theme", "light", SITE, 180 * 86_400, same_site="Lax"),
    ]


def formats(session: Session) -> dict[str, Any]:
    """Return the three exports: Cookie-Editor's JSON, a cookies.txt, Playwright's state."""
    cookies, now = of(session), time.time()
    return {
        "cookie_editor": [_edited(cookie, now) for cookie in cookies],
        "cookies_txt": _netscape(cookies, int(now)),
        "storage_state": {"cookies": [_stored(one, now) for one in cookies], "origins": []},
    }


def _edited(cookie: Cookie, now: float) -> dict[str, Any]:
    said = {"None": "no_restriction", "Lax": "lax", "": "unspecified"}
    told: dict[str, Any] = {
        "domain": cookie.domain,
        "hostOnly": False,
        "httpOnly": cookie.http_only,
        "name": cookie.name,
        "path": "/",
        "sameSite": said[cookie.same_site],
        "secure": True,
        "session": not cookie.seconds,
        "storeId": "0",
        "value": cookie.value,
    }
    if cookie.seconds:
        told["expirationDate"] = round(now + cookie.seconds, 3)
    return told


def _netscape(cookies: list[Cookie], now: int) -> str:
    lines = ["# Netscape HTTP Cookie File", ""]
    for cookie in cookies:
        before = "#HttpOnly_" if cookie.http_only else ""
        ends = now + cookie.seconds if cookie.seconds else 0
        fields = (before + cookie.domain, "TRUE", "/", "TRUE", ends, cookie.name, cookie.value)
        lines.append("\t".join(map(str, fields)))
    return "\n".join(lines) + "\n"


def _stored(cookie: Cookie, now: float) -> dict[str, Any]:
    return {
        "name": cookie.name,
        "value": cookie.value,
        "domain": cookie.domain,
        "path": "/",
        "expires": now + cookie.seconds if cookie.seconds else -1,
        "httpOnly": cookie.http_only,
        "secure": True,
        "sameSite": cookie.same_site or "Lax",
    }
