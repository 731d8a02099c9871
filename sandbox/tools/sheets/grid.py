"""A sheet's cells as a list of rows: read, written, moved; where `append` sees a table.

Source: "Reading & writing cell values" and "values.append" of Google Sheets API v4. Rows are
lists without their empty end, and the list of rows is without its empty end.
"""

from typing import Any

from sandbox.tools.sheets.a1 import Box
from sandbox.tools.sheets.cells import Cell, is_empty

Cells = list[list[Cell]]


def part(cells: Cells, area: Box) -> Cells:
    """Return the cells of a box with ends, without empty ends."""
    return trimmed([row[area.left : area.right] for row in cells[area.top : area.bottom]])


def trimmed(cells: Cells) -> Cells:
    """Return the cells without empty ends of rows and without empty rows at the end."""
    rows = []
    for row in cells:
        end = len(row)
        while end and is_empty(row[end - 1]):
            end -= 1
        rows.append(["" if cell is None else cell for cell in row[:end]])
    while rows and not rows[-1]:
        rows.pop()
    return rows


def write(cells: Cells, values: list[list[Any]], top: int, left: int) -> None:
    """Write values from a corner on, in place; None leaves a cell as it is, "" empties it."""
    while len(cells) < top + len(values):
        cells.append([])
    for number, row in enumerate(values, top):
        kept = cells[number]
        kept.extend([""] * (left + len(row) - len(kept)))
        for column, value in enumerate(row, left):
            if value is not None:
                kept[column] = value
        cells[number] = next(iter(trimmed([kept])), [])
    while cells and not cells[-1]:
        cells.pop()


def insert_rows(cells: Cells, at: int, count: int) -> None:
    """Move everything from row `at` on down by `count` rows."""
    if at < len(cells):
        cells[at:at] = [[] for _ in range(count)]


def tables(cells: Cells) -> list[Box]:
    """Return the tables of a sheet: blocks of cells between empty rows and columns."""
    done: list[Box] = []
    open_ones: list[Box] = []
    for number, row in enumerate(cells):
        grown: list[Box] = []
        for left, right in _runs(row):
            touching = [box for box in open_ones if _touches(box, left, right)]
            open_ones = [box for box in open_ones if box not in touching]
            made = Box(number, left, number + 1, right)
            # A block of this row may join two that stood apart above it, or beside it already.
            beside = [box for box in grown if _touches(box, left, right)]
            grown = [box for box in grown if box not in beside]
            grown.append(_around([made, *touching, *beside]))
        done += open_ones
        open_ones = grown
    return _merged(done + open_ones)


def table_at(cells: Cells, area: Box) -> Box | None:
    """Return the last table that the box touches, as `append` looks for it; None without one."""
    bottom = len(cells) if area.bottom is None else area.bottom
    right = float("inf") if area.right is None else area.right
    found = [
        box
        for box in tables(cells)
        if box.top < bottom
        and _end(box) > area.top
        and box.left < right
        and (box.right or 0) > area.left
    ]
    return max(found, key=lambda box: (_end(box), box.right or 0), default=None)


def _runs(row: list[Cell]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for column, cell in enumerate(row):
        if is_empty(cell):
            continue
        if runs and runs[-1][1] == column:
            runs[-1] = (runs[-1][0], column + 1)
        else:
            runs.append((column, column + 1))
    return runs


def _touches(box: Box, left: int, right: int) -> bool:
    return left <= (box.right or 0) and right >= box.left


def _around(boxes: list[Box]) -> Box:
    return Box(
        min(box.top for box in boxes),
        min(box.left for box in boxes),
        max(_end(box) for box in boxes),
        max(box.right or 0 for box in boxes),
    )


def _merged(boxes: list[Box]) -> list[Box]:
    """Join boxes that lie over or next to each other, until none do."""
    left = list(boxes)
    found: list[Box] = []
    while left:
        box = left.pop()
        near = [one for one in found if _near(one, box)]
        if near:
            found = [one for one in found if one not in near]
            left.append(_around([box, *near]))
        else:
            found.append(box)
    return found


def _near(one: Box, other: Box) -> bool:
    over = one.top <= _end(other) and other.top <= _end(one)
    return over and _touches(one, other.left, other.right or 0)


def _end(box: Box) -> int:
    return box.bottom or 0
