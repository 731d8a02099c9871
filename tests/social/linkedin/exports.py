"""Invented cookies in the three forms in which members hand them over."""

import json
from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
LATER = NOW.timestamp() + 300 * 86400
SESSION_VALUE = "AQEDinvented-session-value"
TOKEN_VALUE = '"ajax:1234567890123456789"'


def extension(name: str, value: Any, **fields: Any) -> dict[str, Any]:
    """One cookie as Cookie-Editor and EditThisCookie write it."""
    return {
        "domain": ".www.linkedin.com",
        "expirationDate": LATER,
        "hostOnly": False,
        "httpOnly": False,
        "name": name,
        "path": "/",
        "sameSite": "no_restriction",
        "secure": True,
        "session": False,
        "storeId": "0",
        "value": value,
        **fields,
    }


def exported() -> list[dict[str, Any]]:
    """A whole export of linkedin.com, with one cookie of another site."""
    return [
        extension("li_at", SESSION_VALUE, httpOnly=True),
        extension("JSESSIONID", TOKEN_VALUE),
        extension("bcookie", '"v=2&invented"', domain=".linkedin.com"),
        extension("lidc", '"b=INV1"', domain=".linkedin.com", sameSite="unspecified"),
        extension("lang", "v=2&lang=fr-fr", sameSite=None, session=True, expirationDate=None),
        extension("_other", "secret-of-another-site", domain=".evil-linkedin.com"),
    ]


def netscape(*, tab: str = "\t", header: bool = True) -> str:
    """The same session as a cookies.txt; JSESSIONID ends with the session (expiry 0)."""
    rows = [
        ("#HttpOnly_.www.linkedin.com", "TRUE", "/", "TRUE", str(int(LATER)), "li_at"),
        (".www.linkedin.com", "TRUE", "/", "TRUE", "0", "JSESSIONID"),
        (".linkedin.com", "TRUE", "/", "TRUE", str(int(LATER)), "bcookie"),
        ("docs.example", "FALSE", "/", "FALSE", "0", "other"),
    ]
    values = [SESSION_VALUE, TOKEN_VALUE, '"v=2&invented"', "x"]
    lines = [tab.join((*row, value)) for row, value in zip(rows, values, strict=True)]
    return "\n".join([*(["# Netscape HTTP Cookie File", ""] if header else []), *lines, ""])


def playwright(name: str, value: str, **fields: Any) -> dict[str, Any]:
    """One cookie of a storage state."""
    return {
        "name": name,
        "value": value,
        "domain": ".www.linkedin.com",
        "path": "/",
        "expires": LATER,
        "httpOnly": False,
        "secure": True,
        "sameSite": "None",
        **fields,
    }


def storage() -> dict[str, Any]:
    """A storage state with the session."""
    return {
        "cookies": [
            playwright("li_at", SESSION_VALUE, httpOnly=True),
            playwright("JSESSIONID", TOKEN_VALUE, expires=-1),
            playwright("bcookie", '"v=2&invented"', domain=".linkedin.com"),
        ],
        "origins": [{"origin": "https://www.linkedin.com", "localStorage": []}],
    }


def as_text(given: Any) -> str:
    """`given` as a member pastes it."""
    return json.dumps(given, indent=4)
