"""Cells by their places, and our texts in them. Pure: rows count from 1, columns from 0."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.contracts import Column, ConnectorError
from integrations.fitting import ANYTHING, CELLS, mapped
from integrations.texts import cut

LONGEST_CELL = 50_000
LETTERS = 26
START = re.compile(r"(?:.*!)?\$?([A-Z]+)", re.DOTALL)
Cells = Mapping[int, Any]
"""Values of one row by the place of the column."""


@dataclass(frozen=True)
class Layout:
    """Where each of our fields stands in a sheet, and the block of named columns around them."""

    places: Mapping[str, int]
    first: int

    @property
    def key(self) -> int:
        """The column of our identifier."""
        return self.places["lead_id"]

    @property
    def last(self) -> int:
        """The last column that we write."""
        return max(self.places.values())


def columns_of(header: Sequence[str]) -> list[Column]:
    """Return the columns that the first row names; a name that stands there twice names none."""
    names = [name.strip() for name in header]
    return [
        Column(name, name, CELLS, ANYTHING) for name in names if name and names.count(name) == 1
    ]


def layout(header: Sequence[str], field_map: Mapping[str, str]) -> Layout:
    """Return where our fields stand now; raises ConnectorError (`needs_mapping`).

    Columns may have moved, and are found by their names. Between them no name may be missing:
    Google would take the columns behind the gap for another table and append elsewhere.
    """
    names = [name.strip() for name in header]
    found = mapped(field_map, columns_of(header))
    places = {field: names.index(column.id) for field, column in found.items()}
    first = places["lead_id"]
    while first and names[first - 1]:
        first -= 1
    last = max(places.values())
    if min(places.values()) < first or not all(names[first : last + 1]):
        raise ConnectorError("header_gap", needs="needs_mapping")
    return Layout(places, first)


def row_of(texts: Mapping[str, str], where: Layout) -> dict[int, str]:
    """Return the values of a lead's row by their columns."""
    return {place: cut(texts[field], LONGEST_CELL) for field, place in where.places.items()}


def in_line(cells: Cells, where: Layout) -> list[Any]:
    """Return a new row from the block's first column on; None leaves a cell to its owner."""
    return [cells.get(place) for place in range(where.first, where.last + 1)]


def runs(cells: Cells) -> Iterator[tuple[int, list[Any]]]:
    """Yield the values side by side, each with the column that it begins in."""
    begin, values = -1, list[Any]()
    for place in sorted(cells):
        if values and place != begin + len(values):
            yield begin, values
            values = []
        begin = begin if values else place
        values.append(cells[place])
    if values:
        yield begin, values


def letters(place: int) -> str:
    """Return a column's letters."""
    name, rest = "", place + 1
    while rest:
        rest, letter = divmod(rest - 1, LETTERS)
        name = chr(ord("A") + letter) + name
    return name


def area(title: str, left: int, top: int, right: int | None = None, bottom: str = "") -> str:
    """Return a range of the sheet `title`: one row from `left` to `right`, or down to `bottom`."""
    quoted = title.replace("'", "''")
    last = letters(left if right is None else right)
    return f"'{quoted}'!{letters(left)}{top}:{last}{bottom or top}"


def column_below(title: str, place: int) -> str:
    """Return the range of a whole column without its name."""
    return columns_below(title, place, place)


def columns_below(title: str, left: int, right: int) -> str:
    """Return the range of whole columns without their names."""
    quoted = title.replace("'", "''")
    return f"'{quoted}'!{letters(left)}2:{letters(right)}"


def starts_at(told: str, place: int) -> bool:
    """Tell whether a range that Google names begins in this column."""
    found = START.match(told)
    return bool(found) and found is not None and found[1] == letters(place)
