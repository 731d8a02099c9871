"""Notion's property values: which columns the demo's data source has, what each accepts.

Source: Notion API 2025-09-03, "Page property values"; limits of "Request limits".
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

COLUMNS: dict[str, str] = {
    "Nom": "title",
    "Flow IA ID": "rich_text",
    "Niveau": "select",
    "Téléphone": "phone_number",
    "Réseau": "select",
    "Preuves": "rich_text",
    "Intention": "rich_text",
    "Mis à jour": "date",
}
OPTIONS: dict[str, tuple[str, ...]] = {
    "Niveau": ("Chaud", "Tiède", "Froid"),
    "Réseau": ("Messenger", "Instagram"),
}
LONGEST_TEXT = 2000
MOST_PIECES = 100
LONGEST_PHONE = 200
LONGEST_OPTION = 100


class InvalidValueError(ValueError):
    """A value that Notion would refuse; the message names the column."""


def schema() -> dict[str, Any]:
    """Return the data source's `properties`, each with its id, name and type."""
    return {name: _column(name, kind) for name, kind in COLUMNS.items()}


def column_id(name: str) -> str:
    """Return the short id of a column, stable like Notion's own."""
    return "title" if COLUMNS[name] == "title" else f"c{list(COLUMNS).index(name)}%3A"


def column_named(name_or_id: str) -> str | None:
    """Return the column's name for its name or id; None when there is no such column."""
    if name_or_id in COLUMNS:
        return name_or_id
    return {column_id(name): name for name in COLUMNS}.get(name_or_id)


def checked(properties: Any) -> dict[str, Any]:
    """Return what is written, by column name; raises InvalidValueError as Notion would."""
    if not isinstance(properties, dict):
        raise InvalidValueError("body.properties should be an object.")
    values = {}
    for key, value in properties.items():
        name = column_named(key)
        if name is None:
            raise InvalidValueError(f"{key} is not a property that exists.")
        kind = COLUMNS[name]
        if not isinstance(value, dict) or kind not in value:
            raise InvalidValueError(f"{name} is expected to be {kind}.")
        values[name] = CHECKS[kind](name, value[kind])
    return values


def shown(name: str, stored: Any) -> dict[str, Any]:
    """Return a stored value as a page object carries it."""
    kind = COLUMNS[name]
    if kind in ("title", "rich_text"):
        stored = [_piece(text) for text in stored or []]
    elif kind == "select" and stored:
        stored = {"id": f"o-{stored}", "name": stored, "color": "default"}
    return {"id": column_id(name), "type": kind, kind: stored}


def plain(name: str, stored: Any) -> str:
    """Return a stored value as plain text, for filters and for the table on the page."""
    if COLUMNS[name] in ("title", "rich_text"):
        return "".join(stored or [])
    if COLUMNS[name] == "date":
        return str(stored["start"]) if stored else ""
    return str(stored or "")


def moment(name: str, stored: Any) -> datetime | None:
    """Return a stored date as a moment, or None for another column or an empty cell."""
    return datetime.fromisoformat(stored["start"]) if stored and COLUMNS[name] == "date" else None


def _column(name: str, kind: str) -> dict[str, Any]:
    options = [
        {"id": f"o-{option}", "name": option, "color": "default", "description": None}
        for option in OPTIONS.get(name, ())
    ]
    inside: dict[str, Any] = {"options": options} if kind == "select" else {}
    return {"id": column_id(name), "name": name, "description": None, "type": kind, kind: inside}


def _piece(text: str) -> dict[str, Any]:
    return {
        "type": "text",
        "text": {"content": text, "link": None},
        "annotations": {"bold": False, "italic": False, "color": "default"},
        "plain_text": text,
        "href": None,
    }


def _texts(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_PIECES:
        raise InvalidValueError(f"{name} should be an array of at most {MOST_PIECES} elements.")
    texts = []
    for piece in value:
        content = piece.get("text", {}).get("content") if isinstance(piece, dict) else None
        if not isinstance(content, str):
            raise InvalidValueError(f"{name}[].text.content should be defined.")
        if len(content) > LONGEST_TEXT:
            raise InvalidValueError(
                f"{name}[].text.content.length should be ≤ `{LONGEST_TEXT}`, "
                f"instead was `{len(content)}`."
            )
        texts.append(content)
    return texts


def _select(name: str, value: Any) -> str | None:
    if value is None:
        return None
    option = value.get("name") if isinstance(value, dict) else None
    if not isinstance(option, str) or not option or len(option) > LONGEST_OPTION or "," in option:
        raise InvalidValueError(f"{name}.select.name is not a valid option.")
    return option


def _phone(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_PHONE:
        raise InvalidValueError(f"{name}.phone_number should be a non-empty string or `null`.")
    return value


def _date(name: str, value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    start = value.get("start") if isinstance(value, dict) else None
    try:
        datetime.fromisoformat(str(start))
    except ValueError as error:
        raise InvalidValueError(f"{name}.date.start should be a valid ISO 8601 date.") from error
    return {"start": start, "end": value.get("end"), "time_zone": value.get("time_zone")}


CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "title": _texts,
    "rich_text": _texts,
    "select": _select,
    "phone_number": _phone,
    "date": _date,
}
