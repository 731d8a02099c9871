"""One sheet of a spreadsheet: found by its number, read and written by ranges, always RAW."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.connectors.google_sheets import cells
from integrations.connectors.google_sheets.client import RAW, Paced, ask
from integrations.connectors.google_sheets.standing import FIRST_ROW, Formula
from integrations.contracts import Column, Connection, ConnectorError, Field
from integrations.fitting import ANYTHING, CELLS, to_make
from integrations.refusals import part

ABOUT = "properties.title,spreadsheetUrl,sheets.properties"
LIKE_FORMULAS = ("=", "'=")


@dataclass(frozen=True)
class Sheet:
    """The sheet as it is now: people rename it, so its number finds it and its title names it."""

    http: Paced
    file_id: str
    gid: int
    title: str
    rows: int
    columns: int
    header: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The address that people open."""
        return f"https://docs.google.com/spreadsheets/d/{self.file_id}/edit#gid={self.gid}"


def look(connection: Connection) -> Sheet:
    """Return the sheet with its first row; two reads; raises ConnectorError."""
    file_id, gid = connection.target.get("spreadsheet_id"), connection.target.get("sheet_id")
    if not file_id or gid is None:
        raise ConnectorError("no_target", needs="needs_attention")
    http = Paced(connection)
    for properties in about(http, str(file_id))[1]:
        if str(properties.get("sheetId")) == str(gid):
            return _with_header(http, str(file_id), properties)
    raise ConnectorError("sheet_gone", needs="needs_attention")


def about(http: Paced, file_id: str) -> tuple[str, list[dict[str, Any]]]:
    """Return a file's title and the properties of its sheets; raises ConnectorError."""
    wanted = {"includeGridData": "false", "fields": ABOUT}
    told = ask(lambda: http.fetch_sheet_metadata(file_id, params=dict(wanted)))
    title = str((told.get("properties") or {}).get("title") or "")
    return title, [part(one, "properties", dict) for one in part(told, "sheets", list)]


def columns(connection: Connection) -> list[Column]:
    """Return the columns that the first row names."""
    return cells.columns_of(look(connection).header)


def create_columns(connection: Connection, fields: Sequence[Field]) -> list[Column]:
    """Write the names that are missing into the first row, behind the last one there."""
    sheet = look(connection)
    plan = to_make(fields, cells.columns_of(sheet.header), connection.field_map.values())
    names = [name for _field, ready, name in plan if ready is None]
    if names:
        _name_columns(sheet, names)
    return [ready or Column(name, name, CELLS, ANYTHING) for _field, ready, name in plan]


def read_columns(sheet: Sheet, places: Sequence[int]) -> dict[int, list[Any]]:
    """Return the cells of whole columns below their names; one read for all of them."""
    if sheet.rows < FIRST_ROW:
        return {place: [] for place in places}
    ranges = [cells.column_below(sheet.title, place) for place in places]
    how: Any = {"majorDimension": "COLUMNS", "valueRenderOption": "UNFORMATTED_VALUE"}
    told = ask(lambda: sheet.http.values_batch_get(sheet.file_id, ranges, params=dict(how)))
    found = part(told, "valueRanges", list)
    read = [(one.get("values") or [[]])[0] for one in found]
    return dict(zip(places, read, strict=True))


def read_rows(sheet: Sheet, width: int) -> list[list[Any]]:
    """Return the cells of all rows below the names, in their first `width` columns.

    One read; a second one where something looks like a formula, which may be only a text.
    """
    if sheet.rows < FIRST_ROW:
        return []
    read = _rendered(sheet, width, "FORMULA")
    if not any(str(cell).startswith(LIKE_FORMULAS) for row in read for cell in row):
        return read
    shown = _rendered(sheet, width, "UNFORMATTED_VALUE")
    shown += [[]] * (len(read) - len(shown))
    return [
        [
            _typed(cell, told[place] if place < len(told) else "", number)
            for place, cell in enumerate(row)
        ]
        for number, (row, told) in enumerate(zip(read, shown, strict=False), FIRST_ROW)
    ]


def write_rows(sheet: Sheet, rows: Mapping[int, cells.Cells]) -> None:
    """Write cells of rows, by their numbers, in one call; what is not named stays."""
    data = [
        {
            "range": cells.area(sheet.title, begin, row, begin + len(values) - 1),
            "values": [values],
        }
        for row, wanted in rows.items()
        for begin, values in cells.runs(wanted)
    ]
    body = {"valueInputOption": RAW, "data": data}
    ask(lambda: sheet.http.values_batch_update(sheet.file_id, body=body))


def append_rows(sheet: Sheet, where: cells.Layout, rows: Sequence[cells.Cells]) -> None:
    """Add rows below the table in one call; raises ConnectorError.

    Where the table was not found in our columns, what was written is taken back.
    """
    table = cells.area(sheet.title, where.first, 1, where.last)
    how: Any = {"valueInputOption": RAW, "insertDataOption": "INSERT_ROWS"}
    body = {"values": [cells.in_line(row, where) for row in rows]}
    told = ask(lambda: sheet.http.values_append(sheet.file_id, table, params=how, body=body))
    written = str(part(part(told, "updates", dict), "updatedRange", str))
    if not cells.starts_at(written, where.first):
        ask(lambda: sheet.http.values_clear(sheet.file_id, written))
        raise ConnectorError("table_shifted", needs="needs_mapping")


def delete_rows(sheet: Sheet, rows: Sequence[int], where: cells.Layout) -> None:
    """Take whole rows away, or empty our cells where they are the last that the sheet has."""
    wanted = [_deleted(sheet.gid, row) for row in sorted(rows, reverse=True)]
    if sheet.rows > len(rows) + 1:
        ask(lambda: sheet.http.batch_update(sheet.file_id, {"requests": wanted}))
    else:
        write_rows(sheet, {row: dict.fromkeys(where.places.values(), "") for row in rows})


def put_back(sheet: Sheet, rows: Mapping[int, cells.Cells]) -> None:
    """Put cells of people's own, and ours among them, where they stood: formulas, too."""
    wanted = [one for row, given in rows.items() for one in _updates(sheet, row, given)]
    ask(lambda: sheet.http.batch_update(sheet.file_id, {"requests": wanted}))


def insert_rows(sheet: Sheet, at: int, rows: Sequence[cells.Cells]) -> None:
    """Insert whole rows above the row `at`, of people's own or ours, all or none."""
    span = {
        "sheetId": sheet.gid,
        "dimension": "ROWS",
        "startIndex": at - 1,
        "endIndex": at - 1 + len(rows),
    }
    wanted: list[dict[str, Any]] = [
        {"insertDimension": {"range": span, "inheritFromBefore": at > FIRST_ROW}}
    ]
    wanted += [one for row, given in enumerate(rows, at) for one in _updates(sheet, row, given)]
    ask(lambda: sheet.http.batch_update(sheet.file_id, {"requests": wanted}))


def _updates(sheet: Sheet, row: int, given: cells.Cells) -> list[dict[str, Any]]:
    return [
        {
            "updateCells": {
                "start": {"sheetId": sheet.gid, "rowIndex": row - 1, "columnIndex": begin},
                "rows": [{"values": [_entered(value) for value in values]}],
                "fields": "userEnteredValue",
            }
        }
        for begin, values in cells.runs(given)
    ]


def _entered(value: Any) -> dict[str, Any]:
    """Return a cell whose kind is said: nothing in it is read as a person's typing."""
    if value == "":
        return {}
    if isinstance(value, Formula):
        kind, value = "formulaValue", value.text
    elif isinstance(value, bool):
        kind = "boolValue"
    else:
        kind = "stringValue" if isinstance(value, str) else "numberValue"
    return {"userEnteredValue": {kind: value}}


def _rendered(sheet: Sheet, width: int, how: str) -> list[list[Any]]:
    area, wanted = cells.columns_below(sheet.title, 0, width - 1), {"valueRenderOption": how}
    told = ask(lambda: sheet.http.values_batch_get(sheet.file_id, [area], params=dict(wanted)))
    found = part(told, "valueRanges", list)
    return list(found[0].get("values") or []) if found else []


def _typed(cell: Any, shown: Any, row: int) -> Any:
    is_formula = isinstance(cell, str) and cell.startswith("=") and cell != shown
    return Formula(cell, row) if is_formula else shown


def _deleted(gid: int, row: int) -> dict[str, Any]:
    span = {"sheetId": gid, "dimension": "ROWS", "startIndex": row - 1, "endIndex": row}
    return {"deleteDimension": {"range": span}}


def _with_header(http: Paced, file_id: str, properties: dict[str, Any]) -> Sheet:
    title, size = part(properties, "title", str), properties.get("gridProperties") or {}
    quoted = title.replace("'", "''")
    told = ask(lambda: http.values_get(file_id, f"'{quoted}'!1:1"))
    header = tuple(map(str, (told.get("values") or [[]])[0]))
    rows, columns = int(size.get("rowCount") or 0), int(size.get("columnCount") or 0)
    return Sheet(http, file_id, int(properties["sheetId"]), title, rows, columns, header)


def _name_columns(sheet: Sheet, names: Sequence[str]) -> None:
    begin = len(sheet.header)
    lacking = begin + len(names) - sheet.columns
    if lacking > 0:
        more = {"sheetId": sheet.gid, "dimension": "COLUMNS", "length": lacking}
        body = {"requests": [{"appendDimension": more}]}
        ask(lambda: sheet.http.batch_update(sheet.file_id, body))
    write_rows(sheet, {1: dict(enumerate(names, begin))})
