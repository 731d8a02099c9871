"""Our texts as Airtable's cell values (crm.md, 2). Pure."""

from collections.abc import Mapping
from typing import Any

from integrations.contracts import Column
from integrations.texts import cut, option_for

LONGEST_TEXT = 100_000
SELECTS = frozenset({"singleSelect", "multipleSelects"})


def cells(
    texts: Mapping[str, str],
    columns: Mapping[str, Column],
    options: Mapping[str, tuple[str, ...]],
) -> dict[str, Any]:
    """Return a record's fields by their ids; what is empty is null, which clears a cell."""
    return {
        column.id: _cell(texts[field], column.type, options.get(column.id, ()))
        for field, column in columns.items()
    }


def new_options(
    written: Mapping[str, Any],
    columns: Mapping[str, Column],
    options: Mapping[str, tuple[str, ...]],
) -> bool:
    """Tell whether a choice has to be added before the record can be written."""
    chosen = [column for column in columns.values() if column.type in SELECTS]
    return any(
        word not in options.get(column.id, ())
        for column in chosen
        for word in _words(written[column.id])
    )


def _cell(text: str, kind: str, options: tuple[str, ...]) -> Any:
    if not text:
        return None
    if kind in SELECTS:
        word = option_for(text, options) or text
        return word if kind == "singleSelect" else [word]
    # A column of days takes no moment.
    return text[:10] if kind == "date" else cut(text, LONGEST_TEXT)


def _words(written: Any) -> list[str]:
    return written if isinstance(written, list) else [written] if written else []
