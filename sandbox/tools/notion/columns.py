"""Notion's columns and their values: what each type accepts, answers and is compared by.

Source: Notion API 2025-09-03, "Page property values", "Data source properties"; the sizes of
"Request limits". Texts are measured as JavaScript does, so an emoji counts twice.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote

Column = dict[str, Any]
LONGEST_TEXT = 2000
MOST_PIECES = 100
LONGEST: dict[str, int] = {"phone_number": 200, "email": 200, "url": 2000}
LONGEST_OPTION = 100
TEXTS = ("title", "rich_text")
WITH_OPTIONS = ("select", "multi_select", "status")
READ_ONLY = ("created_time", "last_edited_time", "formula", "unique_id")


class InvalidValueError(ValueError):
    """A value or column that Notion would refuse; the message names the column."""


def new_id() -> str:
    """Return a column's id, with a character that has to be quoted, like Notion's own."""
    return f"{secrets.token_hex(2)}%3A"


def described(name: str, asked: Any, columns: list[Column]) -> Column:
    """Return the new column that `asked` describes beside `columns`; raises InvalidValueError."""
    given = {k: v for k, v in asked.items() if k not in ("type", "description", "name")}
    if len(given) != 1 or (kind := next(iter(given))) not in {*CHECKS, *READ_ONLY}:
        raise InvalidValueError(f"body.properties.{name} should have exactly one known type.")
    if kind == "title" and any(column["type"] == "title" for column in columns):
        raise InvalidValueError("A data source has exactly one property of type title.")
    if kind == "status":
        raise InvalidValueError("Properties of type status cannot be created by the API.")
    if named(name, columns):
        raise InvalidValueError(f"Property named {name} already exists.")
    made: Column = {"id": "title" if kind == "title" else new_id(), "name": name, "type": kind}
    if kind in WITH_OPTIONS:
        options = given[kind].get("options", []) if isinstance(given[kind], dict) else []
        made["options"] = [str(one["name"]) for one in options]
    return made


def schema(columns: list[Column]) -> dict[str, Any]:
    """Return the `properties` of a data source: each with its id, name and type."""
    return {column["name"]: _described(column) for column in columns}


def named(name_or_id: str, columns: list[Column]) -> Column | None:
    """Return the column for its name or id; None when there is no such column."""
    by_name = {column["name"]: column for column in columns}
    by_id = {unquote(column["id"]): column for column in columns}
    return by_name.get(name_or_id) or by_id.get(unquote(name_or_id))


def checked(properties: Any, columns: list[Column]) -> dict[str, Any]:
    """Return what is written, by the id of the column; new options are added to `columns`.

    Raises InvalidValueError as Notion would refuse.
    """
    if not isinstance(properties, dict):
        raise InvalidValueError("body.properties should be an object.")
    values = {}
    for key, value in properties.items():
        column = named(key, columns)
        if column is None:
            raise InvalidValueError(f"{key} is not a property that exists.")
        kind = column["type"]
        if kind in READ_ONLY or not isinstance(value, dict) or kind not in value:
            raise InvalidValueError(f"{column['name']} is expected to be {kind}.")
        values[column["id"]] = CHECKS[kind](column, value[kind])
    return values


def shown(column: Column, stored: Any) -> dict[str, Any]:
    """Return a stored value as a page object carries it."""
    kind = column["type"]
    value = stored
    if kind in TEXTS:
        value = [_piece(text) for text in stored or []]
    elif kind == "multi_select":
        value = [_option(name) for name in stored or []]
    elif kind in WITH_OPTIONS and stored:
        value = _option(stored)
    elif kind == "checkbox":
        value = bool(stored)
    return {"id": column["id"], "type": kind, kind: value}


def plain(column: Column, stored: Any) -> str:
    """Return a stored value as plain text, for filters and for the table on the page."""
    kind = column["type"]
    if kind in TEXTS:
        return "".join(stored or [])
    if kind == "multi_select":
        return ", ".join(stored or [])
    if kind == "date":
        return str(stored["start"]) if stored else ""
    if kind == "checkbox":
        return "✓" if stored else ""
    return "" if stored is None else str(stored)


def moment(column: Column, stored: Any) -> datetime | None:
    """Return a stored date as a moment, or None for another column or an empty cell."""
    dated = stored and column["type"] == "date"
    return datetime.fromisoformat(stored["start"]) if dated else None


def _described(column: Column) -> dict[str, Any]:
    kind = column["type"]
    options = [{**_option(name), "description": None} for name in column.get("options", [])]
    inside: dict[str, Any] = {"options": options} if kind in WITH_OPTIONS else {}
    if kind == "number":
        inside = {"format": "number"}
    said = {"id": column["id"], "name": column["name"], "description": None}
    return {**said, "type": kind, kind: inside}


def _option(name: str) -> dict[str, Any]:
    return {"id": f"o-{name}", "name": name, "color": "default"}


def _piece(text: str) -> dict[str, Any]:
    return {
        "type": "text",
        "text": {"content": text, "link": None},
        "annotations": {"bold": False, "italic": False, "color": "default"},
        "plain_text": text,
        "href": None,
    }


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _texts(column: Column, value: Any) -> list[str]:
    name = column["name"]
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MOST_PIECES:
        raise InvalidValueError(f"{name} should be an array of at most {MOST_PIECES} elements.")
    texts = []
    for piece in value:
        content = piece.get("text", {}).get("content") if isinstance(piece, dict) else None
        if not isinstance(content, str):
            raise InvalidValueError(f"{name}[].text.content should be defined.")
        if _length(content) > LONGEST_TEXT:
            raise InvalidValueError(
                f"{name}[].text.content.length should be ≤ `{LONGEST_TEXT}`, "
                f"instead was `{_length(content)}`."
            )
        texts.append(content)
    return texts


def _select(column: Column, value: Any) -> str | None:
    if value is None:
        return None
    option = value.get("name") if isinstance(value, dict) else None
    if not isinstance(option, str) or not option or len(option) > LONGEST_OPTION or "," in option:
        raise InvalidValueError(f"{column['name']}.{column['type']}.name is not a valid option.")
    known = column.setdefault("options", [])
    if option not in known:
        if column["type"] == "status":
            words = f'Status option "{option}" does not exist.'
            raise InvalidValueError(f"Invalid status option. {words}")
        known.append(option)
    return option


def _selects(column: Column, value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_PIECES:
        raise InvalidValueError(f"{column['name']}.multi_select should be an array.")
    return [found for found in (_select(column, one) for one in value) if found]


def _string(column: Column, value: Any) -> str | None:
    kind = column["type"]
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST[kind]:
        raise InvalidValueError(f"{column['name']}.{kind} should be a non-empty string or `null`.")
    return value


def _number(column: Column, value: Any) -> float | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise InvalidValueError(f"{column['name']}.number should be a number or `null`.")
    return value


def _checkbox(column: Column, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidValueError(f"{column['name']}.checkbox should be a boolean.")
    return value


def _date(column: Column, value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    start = value.get("start") if isinstance(value, dict) else None
    try:
        datetime.fromisoformat(str(start))
    except ValueError as error:
        words = f"{column['name']}.date.start should be a valid ISO 8601 date."
        raise InvalidValueError(words) from error
    return {"start": start, "end": value.get("end"), "time_zone": value.get("time_zone")}


CHECKS: dict[str, Callable[[Column, Any], Any]] = {
    **dict.fromkeys(TEXTS, _texts),
    **dict.fromkeys(LONGEST, _string),
    "select": _select,
    "status": _select,
    "multi_select": _selects,
    "date": _date,
    "number": _number,
    "checkbox": _checkbox,
}
