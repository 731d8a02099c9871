"""Reading Meta's JSON: ids, texts and moments that a database takes, or an error.

Each reader raises KeyError, TypeError, ValueError or OverflowError for what is not of the
documented form; `BROKEN` names them.
"""

from datetime import UTC, datetime
from typing import Any

BROKEN = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError)
MILLISECONDS_ABOVE = 10**11
"""Meta mixes seconds and milliseconds; a larger number is milliseconds (meta.md 5.7)."""
ID_LONGEST, MID_LONGEST = 128, 255
NAME_LONGEST, TITLE_LONGEST, PAYLOAD_LONGEST, ORIGIN_LONGEST = 200, 200, 1000, 200


def object_in(parent: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the object under `key`, an empty one when it is missing or null."""
    value = parent.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(f"{key} is no object")
    return value


def list_in(parent: dict[str, Any], key: str) -> list[Any]:
    """Return the list under `key`, an empty one when there is none."""
    value = parent.get(key)
    return value if isinstance(value, list) else []


def id_of(value: Any, *, longest: int = ID_LONGEST) -> str:
    """Return an id as text: some networks' answers spell the same one as a number."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise TypeError("an id is a string or a number")
    text = str(value)
    # An empty or shortened name would stand for somebody else's row.
    if not text or len(text) > longest or text_of(text) != text:
        raise ValueError("not a usable id")
    return text


def id_or_nothing(value: Any, *, longest: int = ID_LONGEST) -> str:
    """Return an id as text, "" when there is none."""
    return "" if value is None or value == "" else id_of(value, longest=longest)


def mid_of(holder: dict[str, Any]) -> str:
    """Return the id of a message; it is always a string."""
    return id_of(text_of(holder["mid"]), longest=MID_LONGEST)


def text_of(value: Any, *, longest: int | None = None) -> str:
    """Return a text that can be stored, cut at `longest` characters."""
    if not isinstance(value, str):
        raise TypeError("a text is a string")
    # PostgreSQL refuses NUL, and lone surrogates cannot be written anywhere.
    return value.replace("\x00", "").encode("utf-8", "replace").decode()[:longest]


def text_in(holder: dict[str, Any], key: str, *, longest: int | None = None) -> str:
    """Return the text under `key`, "" when it is missing or null."""
    value = holder.get(key)
    return "" if value is None else text_of(value, longest=longest)


def moment(value: Any) -> datetime:
    """Return a moment given in seconds or milliseconds, as a number or a string."""
    if isinstance(value, bool):
        raise TypeError("a moment is a number")
    number = int(value)
    if number <= 0:
        raise ValueError("a moment lies after 1970")
    seconds = number / 1000 if number > MILLISECONDS_ABOVE else number
    return datetime.fromtimestamp(seconds, tz=UTC)


def written_moment(value: Any) -> datetime:
    """Return a moment as Graph's reading spells it: ISO 8601 with a zone, or a number."""
    if isinstance(value, str) and "T" in value:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError("a moment has a zone")
        return found.astimezone(UTC)
    return moment(value)
