"""Notion's databases and their data sources: read, searched, their columns changed."""

from typing import Any

from django.db import transaction

from sandbox import demo
from sandbox.standins.front import Answer, Asked
from sandbox.tools.models import NotionDatabase, NotionSource
from sandbox.tools.notion import columns
from sandbox.tools.notion.columns import InvalidValueError
from sandbox.tools.notion.front import missing, operation, page_of, uid_of

BOT = {"object": "user", "id": "7b1d2c3e-4f50-4a61-8b72-9c83ad94be05"}
SEARCHED = ("data_source", "page")


@operation("me")
def me(_asked: Asked) -> Answer:
    """Answer `users/me`: the integration's own bot."""
    owner = {"type": "workspace", "workspace": True}
    bot = {"owner": owner, "workspace_name": demo.WORKSPACE_NAME}
    return Answer({**BOT, "type": "bot", "name": "Flow IA", "avatar_url": None, "bot": bot})


@operation("search")
def search(asked: Asked) -> Answer:
    """Answer the data sources that are shared, with the words of `query` in their name."""
    wanted = asked.body.get("filter")
    if wanted is not None and (
        wanted.get("property") != "object" or wanted.get("value") not in SEARCHED
    ):
        words = 'body.filter.value should be `"page"` or `"data_source"`, instead was '
        raise InvalidValueError(f'{words}`"{wanted.get("value")}"`.')
    words = str(asked.body.get("query") or "").casefold()
    living = NotionSource.objects.filter(database__shared=True, database__in_trash=False)
    found = [row for row in living.select_related("database") if words in row.name.casefold()]
    rows, goes_on = page_of(found if not wanted or wanted["value"] == "data_source" else [], asked)
    told = {"object": "list", "results": [shown(row) for row in rows], **goes_on}
    return Answer({**told, "type": "page_or_data_source", "page_or_data_source": {}})


@operation("database")
def database(_asked: Asked, *, database_id: str) -> Answer:
    """Answer `databases/{id}` with its data sources."""
    uid = uid_of(database_id, "path failed validation: path.database_id")
    row = NotionDatabase.objects.filter(uid=uid, shared=True).first()
    if row is None:
        raise missing("database", database_id)
    sources = NotionSource.objects.filter(database=row)
    return Answer(
        {
            "object": "database",
            "id": str(row.uid),
            "title": _title(row.title),
            "data_sources": [{"id": str(one.uid), "name": one.name} for one in sources],
            "in_trash": row.in_trash,
            "archived": row.in_trash,
            "url": f"https://www.notion.so/{row.uid.hex}",
        }
    )


@operation("data_source")
def data_source(_asked: Asked, *, data_source_id: str) -> Answer:
    """Answer `data_sources/{id}` with its columns."""
    return Answer(shown(source_of(data_source_id, trashed=True)))


@operation("change_source")
def change_source(asked: Asked, *, data_source_id: str) -> Answer:
    """Add, rename or take away columns (`properties`), or change the title."""
    with transaction.atomic():
        row = source_of(data_source_id)
        for name, wanted in (asked.body.get("properties") or {}).items():
            _change_column(row, str(name), wanted)
        if asked.body.get("title"):
            row.name = "".join(piece["text"]["content"] for piece in asked.body["title"])
        row.save()
    return Answer(shown(row), external_id=str(row.uid))


def source_of(asked_id: Any, *, trashed: bool = False) -> NotionSource:
    """Return a data source that is shared; one in the trash only when `trashed` says so."""
    uid = uid_of(asked_id, "data_source_id")
    row = NotionSource.objects.select_related("database").filter(uid=uid).first()
    if row is None or not row.database.shared or (row.database.in_trash and not trashed):
        raise missing("data source", str(asked_id))
    return row


def only_source_of(database_id: Any) -> NotionSource:
    """Return the one data source of a database; with several nobody knows which is meant."""
    uid = uid_of(database_id, "body.parent.database_id")
    rows = list(NotionSource.objects.filter(database__uid=uid, database__shared=True)[:2])
    if not rows:
        raise missing("database", str(database_id))
    if len(rows) > 1:
        words = "Databases with multiple data sources are not supported in this API version."
        raise InvalidValueError(words)
    return source_of(rows[0].uid)


def shown(row: NotionSource) -> dict[str, Any]:
    """Return a data source as Notion answers it."""
    trashed = row.database.in_trash
    return {
        "object": "data_source",
        "id": str(row.uid),
        "title": _title(row.name),
        "parent": {"type": "database_id", "database_id": str(row.database.uid)},
        "properties": columns.schema(row.columns),
        "in_trash": trashed,
        "archived": trashed,
    }


def _change_column(row: NotionSource, name: str, wanted: Any) -> None:
    column = columns.named(name, row.columns)
    if column is None:
        if not isinstance(wanted, dict):
            raise InvalidValueError(f"{name} is not a property that exists.")
        row.columns.append(columns.described(name, wanted, row.columns))
    elif wanted is None:
        if column["type"] == "title":
            raise InvalidValueError("The title property cannot be deleted.")
        row.columns.remove(column)
    elif wanted.get("name"):
        column["name"] = str(wanted["name"])
    elif column["type"] not in wanted:
        raise InvalidValueError(f"The type of {name} cannot be changed here.")


def _title(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": {"content": text}, "plain_text": text}]
