"""What people do in Notion itself, and a data source as they see it."""

import uuid
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime

from sandbox import demo
from sandbox.tools.models import NotionDatabase, NotionPage, NotionSource
from sandbox.tools.notion import columns, front
from sandbox.tools.seen import Deed, Line, Seen, Told, refused, said


def targets() -> list[Seen]:
    """Return every data source of every database, without rows."""
    rows = NotionSource.objects.select_related("database")
    return [Seen(str(row.uid), row.name, (), (), place=row.database.title) for row in rows]


def seen(target: str) -> Seen:
    """Return a data source with its rows, those in the trash, too; raises CannotSayError."""
    source = _source({"target": target})
    lines = tuple(
        Line(str(row.uid), tuple(_cell(one, row) for one in source.columns), trashed=row.in_trash)
        for row in NotionPage.objects.filter(source=source)
    )
    facts = {
        "database": str(source.database.uid),
        "shared": source.database.shared,
        "in_trash": source.database.in_trash,
        "column_ids": {one["name"]: one["id"] for one in source.columns},
    }
    names = tuple(str(one["name"]) for one in source.columns)
    place = source.database.title
    return Seen(str(source.uid), source.name, names, lines, place=place, facts=facts)


def _cell(column: columns.Column, row: NotionPage) -> str:
    stored = row.values.get(column["id"])
    at = columns.moment(column, stored)
    if at is None:
        return columns.plain(column, stored)
    return date_format(localtime(at) if at.tzinfo else at, "d/m/Y H:i")


def _rename_column(told: Told) -> None:
    source = _source(told)
    _column(source, told)["name"] = said(told, "to")
    source.save()


def _add_column(told: Told) -> None:
    source = _source(told)
    name, kind = said(told, "column"), str(told.get("type") or "rich_text")
    source.columns.append(columns.described(name, {kind: {}}, source.columns))
    source.save()


def _delete_column(told: Told) -> None:
    source = _source(told)
    column = _column(source, told)
    if column["type"] == "title":
        raise refused("the title cannot be deleted")
    source.columns.remove(column)
    source.save()


def _change_type(told: Told) -> None:
    source = _source(told)
    column = _column(source, told)
    column["type"] = said(told, "type")
    for row in NotionPage.objects.filter(source=source):
        row.values.pop(column["id"], None)
        row.save(update_fields=["values"])
    source.save()


def _add_row(told: Told) -> None:
    source = _source(told)
    values = columns.checked(told.get("values") or {}, source.columns)
    NotionPage.objects.create(uid=uuid.uuid4(), source=source, values=values)
    source.save()


def _edit_cell(told: Told) -> None:
    row = _row(told)
    column = _column(row.source, told)
    text = str(told.get("value") or "")
    row.values[column["id"]] = [text] if column["type"] in columns.TEXTS else text or None
    row.save()


def _delete_row(told: Told) -> None:
    row = _row(told)
    if told.get("forever"):
        row.delete()
        return
    row.in_trash = True
    row.save()


def _restore_row(told: Told) -> None:
    row = _row(told)
    row.in_trash = False
    row.save()


def _duplicate_row(told: Told) -> None:
    row = _row(told)
    NotionPage.objects.create(uid=uuid.uuid4(), source=row.source, values=row.values)


def _move_row(told: Told) -> None:
    """Move a page to the data source `to`: only columns of the same name and type come along."""
    row, to = _row(told), _source({"target": said(told, "to")})
    kept: dict[str, Any] = {}
    for column in row.source.columns:
        there = columns.named(column["name"], to.columns)
        fits = there and (there["type"] == column["type"])
        if there and fits and column["id"] in row.values:
            kept[there["id"]] = row.values[column["id"]]
    row.source, row.values = to, kept
    row.save()


def _rename_target(told: Told) -> None:
    source = _source(told)
    source.name = said(told, "to")
    source.save()


def _add_source(told: Told) -> None:
    database = _source(told).database
    title = {"id": "title", "name": "Nom", "type": "title"}
    name = str(told.get("name") or "Archives")
    NotionSource.objects.create(uid=uuid.uuid4(), database=database, name=name, columns=[title])


def _delete_target(told: Told) -> None:
    database = _source(told).database
    if told.get("forever"):
        database.delete()
        return
    database.in_trash = True
    database.save()


def _restore_target(told: Told) -> None:
    NotionDatabase.objects.filter(pk=_source(told).database.pk).update(in_trash=False)


def _unshare(told: Told) -> None:
    NotionDatabase.objects.filter(pk=_source(told).database.pk).update(shared=False)


def _share(told: Told) -> None:
    NotionDatabase.objects.filter(pk=_source(told).database.pk).update(shared=True)


def _revoke_token(told: Told) -> None:
    front.revoke(str(told.get("token") or demo.NOTION_TOKEN))


def _revive_token(_told: Told) -> None:
    front.restore_tokens()


def _source(told: Told) -> NotionSource:
    wanted = str(told.get("target") or demo.NOTION_DATA_SOURCE_ID)
    try:
        rows = NotionSource.objects.select_related("database").filter(uid=uuid.UUID(wanted))
    except ValueError as error:
        raise refused("an id of Notion's is a uuid") from error
    found = rows.first()
    if found is None:
        raise refused("no data source has this id")
    return found


def _column(source: NotionSource, told: Told) -> columns.Column:
    found = columns.named(said(told, "column"), source.columns)
    if found is None:
        raise refused("no column has this name")
    return found


def _row(told: Told) -> NotionPage:
    try:
        wanted = uuid.UUID(said(told, "row"))
    except ValueError as error:
        raise refused("an id of Notion's is a uuid") from error
    found = NotionPage.objects.select_related("source").filter(uid=wanted).first()
    if found is None:
        raise refused("no page has this id")
    return found


DEEDS: dict[str, Deed] = {
    "rename_column": transaction.atomic(_rename_column),
    "add_column": transaction.atomic(_add_column),
    "delete_column": transaction.atomic(_delete_column),
    "change_type": transaction.atomic(_change_type),
    "add_row": transaction.atomic(_add_row),
    "edit_cell": transaction.atomic(_edit_cell),
    "delete_row": transaction.atomic(_delete_row),
    "restore_row": transaction.atomic(_restore_row),
    "duplicate_row": _duplicate_row,
    "move_row": transaction.atomic(_move_row),
    "rename_target": transaction.atomic(_rename_target),
    "add_source": _add_source,
    "delete_target": transaction.atomic(_delete_target),
    "restore_target": _restore_target,
    "unshare": _unshare,
    "share": _share,
    "revoke_token": _revoke_token,
    "revive_token": _revive_token,
}
