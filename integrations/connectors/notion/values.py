"""Our texts as Notion's property values (crm.md, 1: property values and limits). Pure."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from integrations.contracts import Column
from integrations.texts import cut, option_for, pieces

CUT = 1900
"""Notion takes 2000 characters an element, and counts some double."""
MOST_PIECES = 50
LONGEST_OPTION = 100
LONGEST_PHONE = 200
LONGEST_ADDRESS = 2000


class OptionMissingError(Exception):
    """A status does not know the word, and the API cannot teach it."""


def properties(
    texts: Mapping[str, str],
    columns: Mapping[str, Column],
    options: Mapping[str, tuple[str, ...]],
) -> dict[str, Any]:
    """Return a page's properties by the ids of the columns; raises OptionMissingError.

    What is empty is null: an empty text is refused where null is taken.
    """
    written = {}
    for field, column in columns.items():
        value = FORMS[column.type](texts[field], options.get(column.id, ()))
        if value is not None:
            written[column.id] = value
    return written


def plain(page: Mapping[str, Any], column: Column) -> str:
    """Return the text in one column of a page, empty where there is none."""
    for held in page.get("properties", {}).values():
        if held.get("id") == column.id:
            parts = held.get(held.get("type"))
            parts = parts if isinstance(parts, list) else []
            return "".join(str(one.get("plain_text", "")) for one in parts).strip()
    return ""


def _rich(text: str) -> list[dict[str, Any]]:
    return [{"text": {"content": piece}} for piece in islice(pieces(text, CUT), MOST_PIECES)]


def _option(text: str, options: tuple[str, ...]) -> str:
    # Notion refuses a comma in an option.
    return option_for(text, options) or cut(text.replace(",", " "), LONGEST_OPTION)


def _select(text: str, options: tuple[str, ...]) -> dict[str, Any]:
    return {"select": {"name": _option(text, options)} if text else None}


def _selects(text: str, options: tuple[str, ...]) -> dict[str, Any]:
    return {"multi_select": [{"name": _option(text, options)}] if text else []}


def _status(text: str, options: tuple[str, ...]) -> dict[str, Any] | None:
    if not text:
        return None
    known = option_for(text, options)
    if known is None:
        raise OptionMissingError(text)
    return {"status": {"name": known}}


FORMS: dict[str, Callable[[str, tuple[str, ...]], dict[str, Any] | None]] = {
    "title": lambda text, _options: {"title": _rich(text)},
    "rich_text": lambda text, _options: {"rich_text": _rich(text)},
    "select": _select,
    "multi_select": _selects,
    "status": _status,
    "phone_number": lambda text, _options: {"phone_number": cut(text, LONGEST_PHONE) or None},
    "url": lambda text, _options: {"url": cut(text, LONGEST_ADDRESS) or None},
    "date": lambda text, _options: {"date": {"start": text} if text else None},
}
