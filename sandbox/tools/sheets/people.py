"""What people do in a spreadsheet itself, and a sheet as they see it. Rows count from 1."""

from typing import Any

from django.db import transaction

from sandbox import demo
from sandbox.tools.models import Spreadsheet, Tab
from sandbox.tools.seen import Deed, Line, Seen, Told, refused, said
from sandbox.tools.sheets import a1, cells, files, grid, tokens

ROLES = ("reader", "writer")


def targets() -> list[Seen]:
    """Return every sheet of every file, without rows."""
    rows = Tab.objects.select_related("spreadsheet")
    return [Seen(_name(row), row.title, (), (), place=row.spreadsheet.title) for row in rows]


def seen(target: str) -> Seen:
    """Return a sheet with its rows, the first one as the columns' names; raises CannotSayError."""
    tab = _tab({"target": target})
    header = [str(cells.shown(cell)) for cell in (tab.cells[:1] or [[]])[0]]
    width = max((len(row) for row in tab.cells), default=0)
    names = header + [""] * (width - len(header))
    names = [name or a1.name(place) for place, name in enumerate(names)]
    lines = tuple(_line(number, row) for number, row in enumerate(tab.cells[1:], 2))
    facts = {
        "gid": tab.gid,
        "spreadsheet": tab.spreadsheet.spreadsheet_id,
        "shared": tab.spreadsheet.shared,
        "size": [tab.rows, tab.columns],
    }
    place = tab.spreadsheet.title
    return Seen(_name(tab), tab.title, tuple(names), lines, place=place, facts=facts)


def _line(number: int, row: list[cells.Cell]) -> Line:
    shown = tuple(str(cells.shown(cell, cells.FORMULA)) for cell in row)
    formulas = [i for i, cell in enumerate(row) if isinstance(cell, dict) and "formula" in cell]
    return Line(str(number), shown, frozenset(formulas))


def _rename_column(told: Told) -> None:
    tab = _tab(told)
    grid.write(tab.cells, [[said(told, "to")]], 0, _column(tab, told))
    tab.save()


def _add_column(told: Told) -> None:
    """Insert a column before the one named `before`, or write its name after the last one."""
    tab = _tab(told)
    at = _column(tab, {"column": told["before"]}) if told.get("before") else None
    if at is None:
        grid.write(tab.cells, [[told.get("column", "")]], 0, len(tab.cells[0]) if tab.cells else 0)
    else:
        tab.cells = [[*row[:at], "", *row[at:]] if len(row) > at else row for row in tab.cells]
        tab.cells[0][at] = told.get("column", "")
        tab.columns += 1
    tab.save()


def _delete_column(told: Told) -> None:
    tab = _tab(told)
    at = _column(tab, told)
    tab.cells = grid.trimmed([row[:at] + row[at + 1 :] for row in tab.cells])
    tab.columns -= 1
    tab.save()


def _insert_row(told: Told) -> None:
    """Insert an empty row above `row`, or one with the `values`."""
    tab = _tab(told)
    at = _row(told)
    grid.insert_rows(tab.cells, at, 1)
    tab.rows += 1
    if told.get("values"):
        grid.write(tab.cells, [list(told["values"])], at, 0)
    tab.save()


def _edit_cell(told: Told) -> None:
    tab = _tab(told)
    value = cells.entered(told.get("value", ""))
    grid.write(tab.cells, [[value]], _row(told), _column(tab, told))
    tab.save()


def _delete_row(told: Told) -> None:
    tab = _tab(told)
    del tab.cells[_row(told) : _row(told) + 1]
    tab.rows -= 1
    tab.save()


def _duplicate_row(told: Told) -> None:
    tab = _tab(told)
    at = _row(told)
    tab.cells[at + 1 : at + 1] = [list(row) for row in tab.cells[at : at + 1]]
    tab.rows += 1
    tab.save()


def _move_row(told: Told) -> None:
    tab = _tab(told)
    at, to = _row(told), _row({"row": said(told, "to")})
    moved = tab.cells[at : at + 1]
    del tab.cells[at : at + 1]
    tab.cells[to:to] = moved
    tab.save()


def _sort(told: Told) -> None:
    tab = _tab(told)
    descending = str(told.get("descending", "")).lower() in ("true", "1", "on")
    files.sort(tab, _column(tab, told), descending=descending)


def _rename_target(told: Told) -> None:
    tab = _tab(told)
    tab.title = said(told, "to")
    tab.save()


def _add_source(told: Told) -> None:
    files.add_tab(_tab(told).spreadsheet, {"title": told.get("name"), "index": told.get("at", 99)})


def _delete_target(told: Told) -> None:
    tab = _tab(told)
    (tab.spreadsheet if told.get("whole") else tab).delete()


def _share(told: Told) -> None:
    role = str(told.get("role") or "writer")
    if role not in ROLES:
        raise refused(f"role is one of {', '.join(ROLES)}")
    _shared(told, role)


def _unshare(told: Told) -> None:
    _shared(told, None)


def _shared(told: Told, role: str | None) -> None:
    file = _tab(told).spreadsheet
    email = str(told.get("email") or demo.SERVICE_ACCOUNT_EMAIL)
    file.shared = {k: v for k, v in file.shared.items() if k != email}
    file.shared |= {email: role} if role else {}
    file.save()


def _revoke_token(told: Told) -> None:
    tokens.revoke(str(told.get("email") or demo.SERVICE_ACCOUNT_EMAIL))


def _revive_token(_told: Told) -> None:
    tokens.restore()


def _name(tab: Tab) -> str:
    return f"{tab.spreadsheet.spreadsheet_id}/{tab.gid}"


def _tab(told: Told) -> Tab:
    usual = f"{demo.SPREADSHEET_ID}/{demo.SPREADSHEET_GID}"
    file, _slash, gid = str(told.get("target") or usual).partition("/")
    found = Spreadsheet.objects.filter(spreadsheet_id=file).first()
    tabs = Tab.objects.select_related("spreadsheet").filter(spreadsheet=found)
    tab = tabs.filter(gid=int(gid)).first() if gid.isdigit() else tabs.first()
    if found is None or tab is None:
        raise refused("target is a spreadsheet's id, a slash and a sheet's gid")
    return tab


def _column(tab: Tab, told: Told) -> int:
    name = said(told, "column")
    header: list[Any] = (tab.cells[:1] or [[]])[0]
    if name not in header:
        raise refused("no column has this name")
    return header.index(name)


def _row(told: Told) -> int:
    text = said(told, "row")
    if not text.isdigit() or text == "0":
        raise refused("row is a number from 1 on")
    return int(text) - 1


DEEDS: dict[str, Deed] = {
    "rename_column": transaction.atomic(_rename_column),
    "add_column": transaction.atomic(_add_column),
    "delete_column": transaction.atomic(_delete_column),
    "insert_row": transaction.atomic(_insert_row),
    "edit_cell": transaction.atomic(_edit_cell),
    "delete_row": transaction.atomic(_delete_row),
    "duplicate_row": transaction.atomic(_duplicate_row),
    "move_row": transaction.atomic(_move_row),
    "sort": transaction.atomic(_sort),
    "rename_target": _rename_target,
    "add_source": _add_source,
    "delete_target": _delete_target,
    "share": transaction.atomic(_share),
    "unshare": transaction.atomic(_unshare),
    "revoke_token": _revoke_token,
    "revive_token": _revive_token,
}
