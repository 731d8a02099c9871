"""The three forms in which a member hands cookies over (linkedin.md 6), as one.

An extension's JSON (Cookie-Editor, EditThisCookie), Netscape's cookies.txt, Playwright's storage
state: each cookie becomes the fields of an extension's, still unchecked. Pure. Errors carry the
place alone: the texts open an account.
"""

import contextlib
import json
import math
import re
from collections.abc import Iterator
from typing import Any

LONGEST = 256 * 1024
MOST = 200
COLUMNS = 7
HTTP_ONLY = "#HttpOnly_"
FLAGS = {"TRUE": True, "FALSE": False}
NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,20})?", re.ASCII)
Fields = dict[str, Any]


class UnreadableError(ValueError):
    """What was given is none of the three forms."""


class TooMuchError(ValueError):
    """More cookies, or more bytes, than anybody's session has."""


class BrokenError(ValueError):
    """One of the cookies is not as its form asks: the `number`th, from 1."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__("a broken cookie")


def fields_of(given: object) -> list[Fields]:
    """Return each cookie of `given` (text of any form, or parsed JSON) as an extension's fields.

    Raises UnreadableError, TooMuchError, BrokenError.
    """
    if isinstance(given, str):
        _check_size(given)
        text = given.lstrip("\ufeff \t\r\n")
        if not text.startswith(("[", "{")):
            return _bounded(list(_netscape(text)))
        given = _parsed(text)
    else:
        _check_size(_written(given))
    return _bounded(list(_listed(given)))


def _check_size(text: str) -> None:
    if len(text) > LONGEST or len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        raise TooMuchError


def _parsed(text: str) -> object:
    parsed: object = None
    # Its error holds the whole text: ours is raised apart from it.
    with contextlib.suppress(ValueError, RecursionError):
        parsed = json.loads(text)
    if parsed is None:
        raise UnreadableError
    return parsed


def _written(given: object) -> str:
    written = ""
    with contextlib.suppress(TypeError, ValueError, RecursionError):
        written = json.dumps(given, ensure_ascii=False)
    if not written:
        raise UnreadableError
    return written


def _bounded(cookies: list[Fields]) -> list[Fields]:
    if len(cookies) > MOST:
        raise TooMuchError
    return cookies


def _listed(given: object) -> Iterator[Fields]:
    listed = given.get("cookies") if isinstance(given, dict) else given
    if not isinstance(listed, list):
        raise UnreadableError
    for number, cookie in enumerate(listed, start=1):
        if not isinstance(cookie, dict):
            raise BrokenError(number)
        yield cookie if _is_extensions(cookie) else _of_playwright(cookie)


def _is_extensions(cookie: Fields) -> bool:
    return "expires" not in cookie


def _of_playwright(cookie: Fields) -> Fields:
    """Playwright marks a host-only cookie by a domain without a dot, a session's by −1."""
    domain = cookie.get("domain")
    host_only = isinstance(domain, str) and not domain.startswith(".")
    return {"hostOnly": host_only, "expirationDate": cookie["expires"], **cookie}


def _netscape(text: str) -> Iterator[Fields]:
    """Read lines of seven columns; tabs may have become spaces on the way through a mail."""
    read, number = 0, 0
    broken = None
    for line in text.split("\n"):
        stripped = line.strip(" \r")
        if not stripped.strip() or (
            stripped.startswith("#") and not stripped.startswith(HTTP_ONLY)
        ):
            continue
        number += 1
        fields = _columns(stripped)
        if fields is None:
            broken = broken or number
            continue
        read += 1
        yield fields
    if not read:
        raise UnreadableError
    if broken:
        raise BrokenError(broken)


def _columns(line: str) -> Fields | None:
    columns = line.removeprefix(HTTP_ONLY).split("\t")
    if len(columns) != COLUMNS:
        columns = line.removeprefix(HTTP_ONLY).split()
    if len(columns) == COLUMNS - 1:  # a value that is empty, its tab cut off
        columns.append("")
    if len(columns) != COLUMNS:
        return None
    domain, below, path, secure, expires, name, value = columns
    if below.upper() not in FLAGS or secure.upper() not in FLAGS:
        return None
    if expires and not NUMBER.fullmatch(expires):
        return None
    until = float(expires or 0)
    return {
        "domain": domain,
        "hostOnly": not FLAGS[below.upper()] and not domain.startswith("."),
        "path": path,
        "secure": FLAGS[secure.upper()],
        "expirationDate": until if math.isfinite(until) else 0,
        "name": name,
        "value": value,
        "httpOnly": line.startswith(HTTP_ONLY),
    }
