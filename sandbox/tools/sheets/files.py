"""A spreadsheet as a whole: its sheets, and the changes of `spreadsheets.batchUpdate`.

Source: `spreadsheets.get` and "Requests" of Google Sheets API v4. Requests that only change how
a sheet looks are taken and forgotten; those about rows, columns and sheets are carried out.
"""

import secrets
from collections.abc import Callable
from typing import Any

from django.db import transaction

from sandbox.standins.front import Answer, Asked
from sandbox.tools.models import Spreadsheet, Tab
from sandbox.tools.sheets import cells, errors, grid
from sandbox.tools.sheets.front import operation

Body = dict[str, Any]
LOOKS = frozenset(
    {
        "repeatCell",
        "updateBorders",
        "updateDimensionProperties",
        "autoResizeDimensions",
        "setBasicFilter",
        "clearBasicFilter",
        "mergeCells",
        "unmergeCells",
        "addProtectedRange",
        "addConditionalFormatRule",
        "setDataValidation",
    }
)
URL = "https://docs.google.com/spreadsheets/d/{id}/edit"


@operation("spreadsheet")
def spreadsheet(_asked: Asked, file: Spreadsheet) -> Answer:
    """Answer the file's title and its sheets, without their cells."""
    return Answer(_file(file), recipient=file.spreadsheet_id)


@operation("batch")
def batch_update(asked: Asked, file: Spreadsheet) -> Answer:
    """Carry out `requests` in order, all of them or none."""
    wanted = asked.body.get("requests")
    if not isinstance(wanted, list) or not wanted:
        raise errors.refuse(400, "Must specify at least one request.")
    with transaction.atomic():
        replies = [_carry_out(file, number, one) for number, one in enumerate(wanted)]
    body: Body = {"spreadsheetId": file.spreadsheet_id, "replies": replies}
    if asked.body.get("includeSpreadsheetInResponse"):
        body["updatedSpreadsheet"] = _file(file)
    return Answer(body, recipient=file.spreadsheet_id)


def add_tab(file: Spreadsheet, given: Body) -> Tab:
    """Add a sheet to the file (`title`, `sheetId`, `gridProperties`); refuses a taken title."""
    tabs = Tab.objects.filter(spreadsheet=file)
    count = tabs.count()
    title = str(given.get("title") or f"Sheet{count + 1}")
    if tabs.filter(title=title).exists():
        words = f'A sheet with the name "{title}" already exists. Please enter another name.'
        raise errors.refuse(400, f"Invalid requests[0].addSheet: {words}")
    size = given.get("gridProperties") or {}
    return Tab.objects.create(
        spreadsheet=file,
        gid=int(given.get("sheetId") or secrets.randbelow(2**31)),
        title=title,
        position=int(given.get("index", count)),
        rows=int(size.get("rowCount", 1000)),
        columns=int(size.get("columnCount", 26)),
    )


def properties(tab: Tab) -> Body:
    """Return a sheet's `properties`."""
    size: Body = {"rowCount": tab.rows, "columnCount": tab.columns}
    if tab.frozen_rows:
        size["frozenRowCount"] = tab.frozen_rows
    return {
        "sheetId": tab.gid,
        "title": tab.title,
        "index": tab.position,
        "sheetType": "GRID",
        "gridProperties": size,
    }


def sort(tab: Tab, column: int, *, top: int = 1, descending: bool = False) -> None:
    """Sort the rows from `top` on by one column, as a person does; empty cells come last."""

    def place(row: list[cells.Cell]) -> tuple[bool, str]:
        value = row[column] if column < len(row) else ""
        return cells.is_empty(value), str(cells.shown(value)).casefold()

    rows = sorted((r for r in tab.cells[top:] if not place(r)[0]), key=place, reverse=descending)
    tab.cells[top:] = rows + [row for row in tab.cells[top:] if place(row)[0]]
    tab.save(update_fields=["cells"])


def _file(file: Spreadsheet) -> Body:
    tabs = Tab.objects.filter(spreadsheet=file)
    return {
        "spreadsheetId": file.spreadsheet_id,
        "properties": {"title": file.title, "locale": "fr_FR", "timeZone": "Europe/Paris"},
        "sheets": [{"properties": properties(tab)} for tab in tabs],
        "spreadsheetUrl": URL.format(id=file.spreadsheet_id),
    }


def _carry_out(file: Spreadsheet, number: int, request: Any) -> Body:
    if not isinstance(request, dict) or len(request) != 1:
        raise errors.refuse(400, f"Invalid requests[{number}]: set exactly one kind of request")
    [(kind, given)] = request.items()
    if kind in LOOKS:
        return {}
    if kind not in REQUESTS:
        words = f"Unknown name \"{kind}\" at 'requests[{number}]': Cannot find field."
        raise errors.refuse(400, f"Invalid JSON payload received. {words}")
    return REQUESTS[kind](file, given)


def _add(file: Spreadsheet, given: Body) -> Body:
    return {"addSheet": {"properties": properties(add_tab(file, given.get("properties") or {}))}}


def _delete(file: Spreadsheet, given: Body) -> Body:
    tab = _tab(file, given.get("sheetId"))
    if Tab.objects.filter(spreadsheet=file).count() == 1:
        raise errors.refuse(400, "You can't remove all the sheets in a document.")
    tab.delete()
    return {}


def _change(file: Spreadsheet, given: Body) -> Body:
    wanted = given.get("properties") or {}
    tab, size = _tab(file, wanted.get("sheetId")), wanted.get("gridProperties") or {}
    tab.title = wanted.get("title", tab.title)
    tab.rows = int(size.get("rowCount", tab.rows))
    tab.columns = int(size.get("columnCount", tab.columns))
    tab.frozen_rows = int(size.get("frozenRowCount", tab.frozen_rows))
    tab.cells = grid.trimmed([row[: tab.columns] for row in tab.cells[: tab.rows]])
    tab.save()
    return {}


def _append(file: Spreadsheet, given: Body) -> Body:
    tab, count = _tab(file, given.get("sheetId")), int(given.get("length", 0))
    if given.get("dimension") == "COLUMNS":
        tab.columns += count
    else:
        tab.rows += count
    tab.save()
    return {}


def _insert(file: Spreadsheet, given: Body) -> Body:
    tab, start, end, columns = _span(file, given)
    if columns:
        tab.columns += end - start
        tab.cells = [row[:start] + [""] * (end - start) + row[start:] for row in tab.cells]
        tab.cells = grid.trimmed(tab.cells)
    else:
        tab.rows += end - start
        grid.insert_rows(tab.cells, start, end - start)
    tab.save()
    return {}


def _remove(file: Spreadsheet, given: Body) -> Body:
    tab, start, end, columns = _span(file, given)
    if columns:
        tab.columns -= end - start
        tab.cells = [row[:start] + row[end:] for row in tab.cells]
    else:
        tab.rows -= end - start
        del tab.cells[start:end]
    tab.cells = grid.trimmed(tab.cells)
    tab.save()
    return {}


def _update_cells(file: Spreadsheet, given: Body) -> Body:
    """Write cells from `start` on, each of the kind that it says."""
    start = given.get("start") or {}
    tab = _tab(file, start.get("sheetId"))
    if given.get("fields") != "userEnteredValue":
        raise errors.refuse(400, "At least one field must be listed in 'fields'.")
    rows = given.get("rows") or []
    values = [[cells.of_kind(one) for one in row.get("values") or []] for row in rows]
    grid.write(tab.cells, values, start.get("rowIndex", 0), start.get("columnIndex", 0))
    tab.save()
    return {}


def _sort(file: Spreadsheet, given: Body) -> Body:
    area, order = given.get("range") or {}, (given.get("sortSpecs") or [{}])[0]
    tab = _tab(file, area.get("sheetId"))
    descending = order.get("sortOrder") == "DESCENDING"
    column, top = int(order.get("dimensionIndex", 0)), int(area.get("startRowIndex", 0))
    sort(tab, column, top=top, descending=descending)
    return {}


def _span(file: Spreadsheet, given: Body) -> tuple[Tab, int, int, bool]:
    span = given.get("range") or {}
    start, end = int(span.get("startIndex", 0)), int(span.get("endIndex", 0))
    if end <= start:
        raise errors.refuse(400, "endIndex must be after startIndex")
    return _tab(file, span.get("sheetId")), start, end, span.get("dimension") == "COLUMNS"


def _tab(file: Spreadsheet, gid: Any) -> Tab:
    found = Tab.objects.filter(spreadsheet=file, gid=int(gid or 0)).first()
    if found is None:
        raise errors.refuse(400, f"No grid with id: {gid}")
    return found


REQUESTS: dict[str, Callable[[Spreadsheet, Body], Body]] = {
    "addSheet": _add,
    "deleteSheet": _delete,
    "updateSheetProperties": _change,
    "appendDimension": _append,
    "insertDimension": _insert,
    "deleteDimension": _remove,
    "sortRange": _sort,
    "updateCells": _update_cells,
}
