"""Reading TikTok's values: ids, texts and moments, or an error of `MALFORMED`.

Ids are numbers of 19 digits in webhooks and texts in answers; moments are seconds in envelopes and
of comments in answers, milliseconds elsewhere (tiktok.md 3.5, 4, 6.1 and 10).
"""

from datetime import UTC, datetime
from typing import Any

KIND = "tiktok"
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError)
MILLISECONDS_ABOVE = 10**11
LATEST = 4 * 10**9
"""In seconds, the year 2096: what claims to be later is no moment."""


def identifier(value: Any, *, longest: int = 128) -> str:
    """Return an id as text; an empty, shortened or mended one would stand for somebody else's."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise TypeError("an id is a text or a number")
    name = str(value)
    if not name or len(name) > longest or text(name) != name:
        raise ValueError("not a usable id")
    return name


def text(value: Any) -> str:
    """Return a text that can be stored, "" for none."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("a text is a string")
    # PostgreSQL refuses NUL, and lone surrogates cannot be written anywhere.
    return value.replace("\x00", "").encode("utf-8", "replace").decode()


def number(value: Any) -> int:
    """Return a whole number, given as such or as a text of digits."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not a whole number")
    return value


def moment(value: Any) -> datetime:
    """Return the moment of a number of seconds or milliseconds, in UTC."""
    given = number(value)
    seconds = given / 1000 if given > MILLISECONDS_ABOVE else given
    if not 0 < seconds < LATEST:
        raise ValueError("not a moment")
    return datetime.fromtimestamp(seconds, tz=UTC)
