"""Ranges in A1 notation: read, written, clipped. Rows and columns count from 0 inside."""

import re
from dataclasses import dataclass

CORNER = re.compile(r"\$?([A-Za-z]{0,3})\$?(\d{0,7})")
LETTERS = 26


class UnreadableError(ValueError):
    """The text is no range."""


@dataclass(frozen=True)
class Box:
    """A rectangle of cells; the ends are not in it, and None is as far as the sheet goes."""

    top: int = 0
    left: int = 0
    bottom: int | None = None
    right: int | None = None

    def within(self, rows: int, columns: int) -> "Box":
        """Return the box with ends, which is as large as the sheet allows."""
        bottom = rows if self.bottom is None else self.bottom
        return Box(self.top, self.left, bottom, columns if self.right is None else self.right)


def split(text: str) -> tuple[str | None, str]:
    """Return the sheet's title, None when none is named, and the cells, "" for all of them.

    A text without "!" may be either; whoever asks has to look whether a sheet has the name.
    """
    if text.startswith("'"):
        found = re.fullmatch(r"'((?:[^']|'')*)'(?:!(.*))?", text, re.DOTALL)
        if not found:
            raise UnreadableError
        return found[1].replace("''", "'"), found[2] or ""
    title, mark, cells = text.rpartition("!")
    return (title, cells) if mark else (None, text)


def box(cells: str) -> Box:
    """Return the rectangle of `A1`, `A1:B2`, `A:B`, `1:2`, `A2:B` or `A1:1`.

    Raises UnreadableError.
    """
    if not cells:
        return Box()
    first, colon, last = cells.partition(":")
    top, left = _corner(first)
    if not colon:
        if top is None or left is None:
            raise UnreadableError
        return Box(top, left, top + 1, left + 1)
    bottom, right = _corner(last)
    (first_row, end_row), (first_column, end_column) = _span(top, bottom), _span(left, right)
    return Box(first_row, first_column, end_row, end_column)


def name(column: int) -> str:
    """Return a column's letters."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def written(title: str, area: Box) -> str:
    """Return a range with ends as Google writes it: one cell without a colon."""
    bottom, right = area.bottom or area.top + 1, area.right or area.left + 1
    first = f"{name(area.left)}{area.top + 1}"
    last = f"{name(right - 1)}{bottom}"
    return f"{quoted(title)}!{first}" + ("" if first == last else f":{last}")


def quoted(title: str) -> str:
    """Return a sheet's title as it stands before the "!"."""
    plain = re.fullmatch(r"[A-Za-z_]\w*", title, re.ASCII) and not _is_corner(title)
    return title if plain else "'" + title.replace("'", "''") + "'"


def _span(first: int | None, last: int | None) -> tuple[int, int | None]:
    """Return where a range begins and ends in one direction; without a last it goes on."""
    if last is None:
        return first or 0, None
    return min(first or 0, last), max(first or 0, last) + 1


def _is_corner(title: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z]{1,3}\d+", title))


def _corner(text: str) -> tuple[int | None, int | None]:
    found = CORNER.fullmatch(text)
    if not found or not text.strip("$") or found[2] == "0":
        raise UnreadableError
    column = 0
    for letter in found[1].upper():
        column = column * LETTERS + ord(letter) - ord("A") + 1
    return (int(found[2]) - 1 if found[2] else None), (column - 1 if found[1] else None)
