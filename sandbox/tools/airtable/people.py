"""What people do in Airtable itself, and the table as they see it."""

from typing import Any

from django.db import transaction

from sandbox import demo
from sandbox.tools.airtable import fields, tokens
from sandbox.tools.models import Base, Record, Table
from sandbox.tools.seen import Deed, Line, Seen, Told, refused, said


def targets() -> list[Seen]:
    """Return every table of every base, without rows."""
    rows = Table.objects.select_related("base")
    return [Seen(row.table_id, row.name, (), (), place=row.base.name) for row in rows]


def seen(target: str) -> Seen:
    """Return a table with its rows; raises CannotSayError."""
    table = _table({"target": target})
    lines = tuple(
        Line(row.record_id, tuple(_text(row.values.get(one["id"])) for one in table.fields))
        for row in Record.objects.filter(table=table)
    )
    names = tuple(str(one["name"]) for one in table.fields)
    facts = {"base": table.base.base_id, "fields": table.fields}
    return Seen(table.table_id, table.name, names, lines, place=table.base.name, facts=facts)


def _rename_column(told: Told) -> None:
    table = _table(told)
    _column(table, told)["name"] = said(told, "to")
    table.save()


def _add_column(told: Told) -> None:
    table = _table(told)
    wanted = {"name": said(told, "column"), "type": told.get("type") or "singleLineText"}
    if told.get("options"):
        wanted["options"] = told["options"]
    table.fields.append(fields.described(wanted, table.fields))
    table.save()


def _delete_column(told: Told) -> None:
    table = _table(told)
    column = _column(table, told)
    if column is table.fields[0]:
        raise refused("the primary field cannot be deleted")
    table.fields.remove(column)
    table.save()


def _change_type(told: Told) -> None:
    table = _table(told)
    column = _column(table, told)
    column["type"] = said(told, "type")
    column.pop("options", None)
    if told.get("options"):
        column["options"] = told["options"]
    table.save()


def _delete_choice(told: Told) -> None:
    table = _table(told)
    options = _column(table, told).get("options", {})
    left = [one for one in options.get("choices", []) if one["name"] != said(told, "choice")]
    options["choices"] = left
    table.save()


def _add_row(told: Told) -> None:
    table = _table(told)
    known = fields.index(table.fields)
    values = {known[name]["id"]: value for name, value in told.get("values", {}).items()}
    Record.objects.create(record_id=fields.new_id("rec"), table=table, values=values)


def _edit_cell(told: Told) -> None:
    row = _row(told)
    column = _column(row.table, told)
    row.values[column["id"]] = told.get("value")
    row.save()


def _delete_row(told: Told) -> None:
    _row(told).delete()


def _duplicate_row(told: Told) -> None:
    row = _row(told)
    new_id = fields.new_id("rec")
    Record.objects.create(record_id=new_id, table=row.table, values=row.values)


def _rename_target(told: Told) -> None:
    table = _table(told)
    table.name = said(told, "to")
    table.save()


def _delete_target(told: Told) -> None:
    table = _table(told)
    (table.base if told.get("whole") else table).delete()


def _unshare(told: Told) -> None:
    every = frozenset(Base.objects.values_list("base_id", flat=True))
    tokens.close(_table(told).base.base_id, every)


def _share(told: Told) -> None:
    tokens.reopen(_table(told).base.base_id)


def _revoke_token(told: Told) -> None:
    tokens.revoke(str(told.get("token") or demo.AIRTABLE_TOKEN))


def _revive_token(_told: Told) -> None:
    tokens.restore()


def _table(told: Told) -> Table:
    wanted = str(told.get("target") or demo.AIRTABLE_TABLE_ID)
    found = Table.objects.select_related("base").filter(table_id=wanted).first()
    if found is None:
        raise refused("no table has this id")
    return found


def _column(table: Table, told: Told) -> fields.Field:
    found = fields.index(table.fields).get(said(told, "column"))
    if found is None:
        raise refused("no column has this name")
    return found


def _row(told: Told) -> Record:
    found = Record.objects.select_related("table").filter(record_id=said(told, "row")).first()
    if found is None:
        raise refused("no record has this id")
    return found


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "✓" if value is True else "" if value is None else str(value)


DEEDS: dict[str, Deed] = {
    "rename_column": transaction.atomic(_rename_column),
    "add_column": transaction.atomic(_add_column),
    "delete_column": transaction.atomic(_delete_column),
    "change_type": transaction.atomic(_change_type),
    "delete_choice": transaction.atomic(_delete_choice),
    "add_row": _add_row,
    "edit_cell": transaction.atomic(_edit_cell),
    "delete_row": _delete_row,
    "duplicate_row": _duplicate_row,
    "rename_target": _rename_target,
    "delete_target": _delete_target,
    "unshare": _unshare,
    "share": _share,
    "revoke_token": _revoke_token,
    "revive_token": _revive_token,
}
