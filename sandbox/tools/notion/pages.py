"""Notion's rows: queried, created, read, changed, put into the trash."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from sandbox.standins.front import Answer, Asked
from sandbox.tools import options
from sandbox.tools.models import NotionPage, NotionSource
from sandbox.tools.notion import columns, filters
from sandbox.tools.notion.columns import InvalidValueError
from sandbox.tools.notion.front import VERSIONS, missing, operation, page_of, uid_of
from sandbox.tools.notion.sources import BOT, only_source_of, source_of


@operation("query")
def query(asked: Asked, *, data_source_id: str) -> Answer:
    """Answer a query in pages; what was made a moment ago may not be found yet."""
    source = source_of(data_source_id)
    wanted = filters.read(asked.body.get("filter"), source.columns)
    seconds = float(options.value("notion_index_seconds") or 0)
    rows = NotionPage.objects.filter(source=source, in_trash=asked.body.get("in_trash") is True)
    if seconds:
        rows = rows.filter(created_at__lte=timezone.now() - timedelta(seconds=seconds))
    # Only the rows that are answered are worth an object each.
    light = rows.values_list("uid", "values", named=True)
    found, goes_on = page_of([row for row in light if wanted(row.values)], asked)
    pages = NotionPage.objects.filter(uid__in=[row.uid for row in found])
    told = {"object": "list", "results": [shown(row, source, asked) for row in pages], **goes_on}
    body = {**told, "type": "page_or_data_source", "page_or_data_source": {}}
    return Answer(body, recipient=str(source.uid))


@operation("create_page")
def create_page(asked: Asked) -> Answer:
    """Answer `POST pages`: a new row, after its values were checked."""
    parent = asked.body.get("parent")
    if not isinstance(parent, dict):
        raise InvalidValueError("body.parent should be defined.")
    with transaction.atomic():
        if parent.get("database_id"):
            source = only_source_of(parent["database_id"])
        else:
            source = source_of(parent.get("data_source_id"))
        written = _checked(source, asked.body.get("properties"))
        page = NotionPage.objects.create(uid=uuid.uuid4(), source=source, values=written)
    body = shown(page, source, asked)
    return Answer(body, external_id=str(page.uid), recipient=str(source.uid))


@operation("page")
def page(asked: Asked, *, page_id: str) -> Answer:
    """Answer GET and PATCH of one row; only the columns sent are changed."""
    uid = uid_of(page_id, "path failed validation: path.page_id")
    with transaction.atomic():
        row = NotionPage.objects.select_related("source__database").filter(uid=uid).first()
        if row is None or not row.source.database.shared:
            raise missing("page", page_id)
        if asked.method == "PATCH":
            _change(row, asked)
    body = shown(row, row.source, asked)
    return Answer(body, external_id=str(row.uid), recipient=str(row.source.uid))


def shown(row: NotionPage, source: NotionSource, asked: Asked | None = None) -> dict[str, Any]:
    """Return a row as Notion answers it; version 2026-03-11 says `in_trash` alone."""
    trashed = row.in_trash or source.database.in_trash
    parent = {"data_source_id": str(source.uid), "database_id": str(source.database.uid)}
    told = {
        "object": "page",
        "id": str(row.uid),
        "created_time": _moment(row.created_at),
        "last_edited_time": _moment(row.edited_at),
        "created_by": BOT,
        "last_edited_by": BOT,
        "parent": {"type": "data_source_id", **parent},
        "in_trash": trashed,
        "properties": {c["name"]: _value(row, c) for c in source.columns},
        "url": f"https://www.notion.so/{row.uid.hex}",
    }
    old = asked is None or asked.headers.get("Notion-Version") == VERSIONS[0]
    return {**told, "archived": trashed} if old else told


def _change(row: NotionPage, asked: Asked) -> None:
    trash = asked.body.get("in_trash", asked.body.get("archived"))
    if row.source.database.in_trash or (row.in_trash and trash is not False):
        raise InvalidValueError(
            "Can't edit a page that is in the trash. You must restore it before editing."
        )
    row.values |= _checked(row.source, asked.body.get("properties", {}))
    row.in_trash = row.in_trash if trash is None else bool(trash)
    row.save()


def _checked(source: NotionSource, properties: Any) -> dict[str, Any]:
    """Return what is written; options that it brought along are kept."""
    before = [list(column.get("options", [])) for column in source.columns]
    written = columns.checked(properties, source.columns)
    if [column.get("options", []) for column in source.columns] != before:
        source.save(update_fields=["columns"])
    return written


def _value(row: NotionPage, column: columns.Column) -> dict[str, Any]:
    stored = row.values.get(column["id"])
    if column["type"] in ("created_time", "last_edited_time"):
        at = row.created_at if column["type"] == "created_time" else row.edited_at
        stored = _moment(at)
    return columns.shown(column, stored)


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:00.000Z")
