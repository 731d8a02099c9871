"""How the rows of a sheet stand at one moment, and which of them are the same at another. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FIRST_ROW = 2
REFERENCE = re.compile(
    r"""(?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*')"""
    r"""|(?P<column>(?<![\w.$])\$?[A-Z]{1,3})(?P<fixed>\$?)(?P<row>\d+)(?![\w.(])"""
)
"""A cell in a formula; texts and the names of sheets are passed over."""


@dataclass(frozen=True)
class Formula:
    """What a person has the sheet calculate, as it stands in `row`."""

    text: str
    row: int

    @property
    def shape(self) -> str:
        """The formula without the rows that it names: those change wherever rows move."""
        return REFERENCE.sub(lambda found: found["text"] or f"{found['column']}#", self.text)

    def moved_to(self, row: int) -> "Formula":
        """Return the formula as it stands in another row, as if the sheet had moved it."""
        by = row - self.row

        def moved(found: re.Match[str]) -> str:
            if found["text"] or found["fixed"]:
                return found[0]
            return f"{found['column']}{max(1, int(found['row']) + by)}"

        return Formula(REFERENCE.sub(moved, self.text), row)


@dataclass(frozen=True)
class Standing:
    """The rows below the names: the identifier in each, and its cells where they were read."""

    keys: Sequence[str]
    cells: Sequence[Sequence[Any]]
    key: int

    @property
    def rows(self) -> dict[str, list[int]]:
        """The rows of each identifier."""
        found: dict[str, list[int]] = {}
        for row, lead_uid in enumerate(self.keys, FIRST_ROW):
            if lead_uid:
                found.setdefault(lead_uid, []).append(row)
        return found

    @property
    def numbers(self) -> range:
        """The numbers of the rows whose cells were read."""
        return range(FIRST_ROW, FIRST_ROW + len(self.cells))

    def at(self, row: int) -> str:
        """Return the identifier in a row, empty without one."""
        place = row - FIRST_ROW
        return self.keys[place] if place < len(self.keys) else ""

    def cell(self, row: int, place: int) -> Any:
        """Return one cell, "" for an empty one."""
        cells = self.cells[row - FIRST_ROW]
        return cells[place] if place < len(cells) else ""

    def shape(self, row: int, but: Collection[int] = ()) -> tuple[Any, ...]:
        """Return what makes a row the same wherever it stands, without the columns `but`."""
        found = [
            "" if place in but else cell.shape if isinstance(cell, Formula) else cell
            for place, cell in enumerate(self.cells[row - FIRST_ROW])
        ]
        while found and found[-1] == "":
            found.pop()
        return tuple(found)

    def moved(self, row: int, to: int) -> dict[int, Any]:
        """Return the cells of a row as they are in another."""
        cells = enumerate(self.cells[row - FIRST_ROW])
        return {
            place: cell.moved_to(to) if isinstance(cell, Formula) else cell for place, cell in cells
        }


def standing(cells: Sequence[Sequence[Any]], key: int) -> Standing:
    """Return how rows stand that were read from the first column on."""
    keys = [str(row[key]).strip() if key < len(row) else "" for row in cells]
    return Standing(keys, cells, key)


def missing(before: Standing, after: Standing, but: Collection[int] = ()) -> list[int]:
    """Return the rows of `before` that stand nowhere in `after`, whose rows `but` do not count."""
    left = Counter(after.shape(row) for row in after.numbers if row not in but)
    found = []
    for row in before.numbers:
        shape = before.shape(row)
        if not left[shape]:
            found.append(row)
        left[shape] -= bool(left[shape])
    return found


def lost(before: Standing, after: Standing, lead_uid: str) -> list[int]:
    """Return the rows of `before` that went when the rows of `lead_uid` should have gone.

    A row that somebody changes at that moment is not there any more either: as long as no other
    row can have gone, none has.
    """
    gone = [row for row in missing(before, after) if before.at(row) != lead_uid]
    wanted = len(before.rows.get(lead_uid, []))
    fewer = _filled(before) - _filled(after)
    if lead_uid not in after.rows and fewer <= wanted:
        return []
    there = {uid: len(rows) for uid, rows in after.rows.items()}
    each = {uid: len(rows) for uid, rows in before.rows.items()}
    return [
        row
        for row in gone
        if before.shape(row)
        and (not before.at(row) or there.get(before.at(row), 0) < each[before.at(row)])
    ]


def mends(
    before: Standing, after: Standing, written: Mapping[str, Mapping[int, str]]
) -> dict[int, dict[int, Any]]:
    """Return what puts right what we wrote into wrong rows: cells by the rows of `after`.

    `written` are the values of each lead that we wrote, without the identifier. A row that has one
    lead's values and not its identifier is somebody else's: its cells are those of the row of
    `before` that is missing now, by preference the one whose other cells are the same. Where none
    is missing the row is a new one, and is emptied of what we wrote.
    """
    found: dict[int, dict[int, Any]] = {}
    places = sorted({place for values in written.values() for place in values})
    marks = {_mark(values[place] for place in places) for values in written.values()}
    wrong: dict[str, list[int]] = {}
    for row in after.numbers:
        mark = _mark(after.cell(row, place) for place in places)
        values = written.get(after.at(row))
        if values is not None and mark != _mark(values[place] for place in places):
            found[row] = dict(values)
        elif values is None and mark in marks:
            wrong.setdefault(after.at(row), []).append(row)
    overwritten = [row for rows in wrong.values() for row in rows]
    gone = missing(before, after, overwritten) if wrong else []
    for lead_uid, rows in wrong.items():
        free, was = [row for row in gone if before.at(row) == lead_uid], dict[int, int]()
        for how in (places, None):
            was |= _paired(before, after, [row for row in rows if row not in was], free, how)
        for row in rows:
            cells = before.moved(was[row], row) if row in was else {}
            found[row] = {place: cells.get(place, "") for place in places}
    return found


def _paired(
    before: Standing,
    after: Standing,
    rows: Sequence[int],
    free: list[int],
    places: Collection[int] | None,
) -> dict[int, int]:
    """Return the first of the `free` rows for each of `rows`, and take it from them.

    With `places` only those that are alike without these columns.
    """
    found = {}
    for row in rows:
        for one in free:
            if places is None or before.shape(one, places) == after.shape(row, places):
                found[row] = one
                free.remove(one)
                break
    return found


def _filled(rows: Standing) -> int:
    return sum(bool(rows.shape(row)) for row in rows.numbers)


def _mark(values: Iterable[Any]) -> tuple[str, ...]:
    # A text's leading apostrophe may be told or not.
    return tuple(str(value).removeprefix("'") for value in values)
