"""The cells of a spreadsheet: get, update, append, clear, one range or several.

Source: `spreadsheets.values` of Google Sheets API v4. Of several ranges all are written or none.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from sandbox.standins.front import Answer, Asked
from sandbox.tools.models import Spreadsheet, Tab
from sandbox.tools.sheets import a1, cells, errors, grid
from sandbox.tools.sheets.a1 import Box
from sandbox.tools.sheets.front import Area, area_of, operation, outside

Values = list[list[Any]]
INPUTS: dict[str, Callable[[Any], cells.Cell]] = {"RAW": cells.raw, "USER_ENTERED": cells.entered}
MOST_CELLS = 10_000_000
LONGEST_CELL = 50_000


@operation("get")
def get(asked: Asked, file: Spreadsheet, *, area: str) -> Answer:
    """Answer the cells of one range."""
    return _read(file, _range(asked, file, area))


@operation("batch_get")
def batch_get(asked: Asked, file: Spreadsheet) -> Answer:
    """Answer the cells of several ranges (`ranges`, given more than once)."""
    found = [_range(asked, file, one) for one in asked.lists.get("ranges", [])]
    return _read(file, {"spreadsheetId": file.spreadsheet_id, "valueRanges": found})


@operation("update")
def update(asked: Asked, file: Spreadsheet, *, area: str) -> Answer:
    """Write one range."""
    _input_of(asked.query)
    with transaction.atomic():
        told = _write(file, {**asked.body, "range": area}, asked.query)
    return _written(file, told)


@operation("batch_update")
def batch_update(asked: Asked, file: Spreadsheet) -> Answer:
    """Write several ranges (`data`)."""
    _input_of(asked.body)
    with transaction.atomic():
        told = [_write(file, one, asked.body) for one in _objects(asked.body.get("data"))]
    names = ("Rows", "Columns", "Cells")
    totals = {f"totalUpdated{name}": sum(one[f"updated{name}"] for one in told) for name in names}
    sheets = len({one["updatedRange"].rpartition("!")[0] for one in told})
    body = {"spreadsheetId": file.spreadsheet_id, **totals, "totalUpdatedSheets": sheets}
    return _written(file, {**body, "responses": told})


@operation("append")
def append(asked: Asked, file: Spreadsheet, *, area: str) -> Answer:
    """Write rows after the last table that the range touches, or at its corner without one."""
    enter = _input_of(asked.query)
    values = _values(asked.body, enter)
    told: dict[str, Any] = {"spreadsheetId": file.spreadsheet_id}
    with transaction.atomic():
        where = area_of(file, area)
        tab, said = where.tab, where.said
        table = grid.table_at(tab.cells, said)
        top, left = (table.bottom or 0, table.left) if table else (said.top, said.left)
        if asked.query.get("insertDataOption") == "INSERT_ROWS":
            grid.insert_rows(tab.cells, top, len(values))
            tab.rows += len(values)
        width = max(map(len, values), default=0)
        tab.rows, tab.columns = max(tab.rows, top + len(values)), max(tab.columns, left + width)
        grid.write(tab.cells, values, top, left)
        _save(tab)
    if table:
        told["tableRange"] = a1.written(tab.title, table)
    return _written(file, {**told, "updates": _updates(file, tab, values, top, left)})


@operation("clear")
def clear(_asked: Asked, file: Spreadsheet, *, area: str) -> Answer:
    """Empty one range."""
    with transaction.atomic():
        cleared = _clear(file, area)
    return _written(file, {"spreadsheetId": file.spreadsheet_id, "clearedRange": cleared})


@operation("clear")
def batch_clear(asked: Asked, file: Spreadsheet) -> Answer:
    """Empty several ranges."""
    with transaction.atomic():
        cleared = [_clear(file, str(one)) for one in asked.body.get("ranges") or []]
    return _written(file, {"spreadsheetId": file.spreadsheet_id, "clearedRanges": cleared})


def _range(asked: Asked, file: Spreadsheet, text: str) -> dict[str, Any]:
    rendering = asked.query.get("valueRenderOption") or cells.FORMATTED
    if rendering not in cells.RENDERINGS:
        raise errors.refuse(400, f"Invalid value at 'value_render_option': {rendering}")
    columns = asked.query.get("majorDimension") == "COLUMNS"
    area = area_of(file, text)
    box = area.box
    found = [
        [cells.shown(cell, rendering) for cell in row] for row in grid.part(area.tab.cells, box)
    ]
    told: dict[str, Any] = {
        "range": a1.written(area.tab.title, box),
        "majorDimension": "COLUMNS" if columns else "ROWS",
    }
    found = grid.trimmed(_turned(found)) if columns else found
    return {**told, "values": found} if found else told


def _write(file: Spreadsheet, given: dict[str, Any], how: Any) -> dict[str, Any]:
    area = area_of(file, str(given.get("range") or ""))
    values = _values(given, _input_of(how))
    box, tab = area.box, area.tab
    _fits(area, box, values)
    grid.write(tab.cells, values, box.top, box.left)
    _save(tab)
    return _updates(file, tab, values, box.top, box.left)


def _fits(area: Area, box: Box, values: Values) -> None:
    """Refuse values that are larger than the range; a range of one cell is only their corner."""
    bottom, right = box.top + len(values), box.left + max(map(len, values), default=0)
    tab = area.tab
    one_cell = (box.bottom, box.right) == (box.top + 1, box.left + 1)
    if one_cell:
        if bottom > tab.rows or right > tab.columns:
            raise outside(tab, Box(box.top, box.left, bottom, right))
        return
    where = a1.written(tab.title, box)
    if bottom > (box.bottom or 0):
        words = f"Requested writing within range [{where}], but tried writing to row [{bottom}]"
        raise errors.refuse(400, words)
    if right > (box.right or 0):
        letters = a1.name(right - 1)
        words = f"Requested writing within range [{where}], but tried writing to column [{letters}]"
        raise errors.refuse(400, words)


def _values(given: dict[str, Any], enter: Callable[[Any], cells.Cell]) -> Values:
    values = given.get("values") or []
    if not isinstance(values, list) or not all(isinstance(row, list) for row in values):
        raise errors.refuse(400, "Invalid value at 'data.values' (type.googleapis.com/ListValue)")
    for row in values:
        for place, value in enumerate(row):
            if isinstance(value, dict | list):
                words = f"Invalid values[{place}]: list_value or struct_value in a cell"
                raise errors.refuse(400, words)
            if isinstance(value, str) and len(value) > LONGEST_CELL:
                words = f"Your input contains more than the maximum of {LONGEST_CELL} characters"
                raise errors.refuse(400, f"{words} in a single cell.")
    entered = [[enter(value) for value in row] for row in values]
    return _turned(entered) if given.get("majorDimension") == "COLUMNS" else entered


def _turned(values: Values) -> Values:
    width = max(map(len, values), default=0)
    return [[row[place] if place < len(row) else "" for row in values] for place in range(width)]


def _input_of(how: Any) -> Callable[[Any], cells.Cell]:
    asked = how.get("valueInputOption")
    if not asked:
        raise errors.refuse(400, "'valueInputOption' is required but not specified")
    if asked not in INPUTS:
        raise errors.refuse(400, f"Invalid value at 'value_input_option': \"{asked}\"")
    return INPUTS[asked]


def _objects(given: Any) -> list[dict[str, Any]]:
    many = given if isinstance(given, list) else [given]
    if not all(isinstance(one, dict) for one in many):
        raise errors.refuse(400, "Invalid value at 'data'")
    return many


def _updates(file: Spreadsheet, tab: Tab, values: Values, top: int, left: int) -> dict[str, Any]:
    width = max(map(len, values), default=0)
    area = Box(top, left, top + max(1, len(values)), left + max(1, width))
    written = sum(value is not None for row in values for value in row)
    return {
        "spreadsheetId": file.spreadsheet_id,
        "updatedRange": a1.written(tab.title, area),
        "updatedRows": len(values),
        "updatedColumns": width,
        "updatedCells": written,
    }


def _clear(file: Spreadsheet, text: str) -> str:
    area = area_of(file, text)
    box, tab = area.box, area.tab
    bottom = min(box.bottom or 0, len(tab.cells))
    width = max((len(row) for row in tab.cells), default=0)
    empty = [""] * (min(box.right or 0, width) - box.left)
    grid.write(tab.cells, [list(empty) for _ in range(bottom - box.top)], box.top, box.left)
    _save(tab)
    return a1.written(tab.title, box)


def _save(tab: Tab) -> None:
    if tab.rows * tab.columns > MOST_CELLS:
        words = "This action would increase the number of cells in the workbook above the limit of"
        raise errors.refuse(400, f"{words} {MOST_CELLS} cells.")
    tab.save(update_fields=["cells", "rows", "columns"])


def _read(file: Spreadsheet, body: Any) -> Answer:
    return Answer(body, recipient=file.spreadsheet_id)


def _written(file: Spreadsheet, body: dict[str, Any]) -> Answer:
    area = body.get("updatedRange") or body.get("updates", {}).get("updatedRange", "")
    return Answer(body, recipient=file.spreadsheet_id, external_id=area)
