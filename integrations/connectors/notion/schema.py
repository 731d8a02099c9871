"""A data source's properties: what each can hold, and ours made where they are missing."""

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.connectors.notion.client import ask
from integrations.contracts import Column, Connection, ConnectorError, Field
from integrations.fitting import to_make
from integrations.refusals import part
from integrations.texts import CHOICES, option_for

HOLDS: dict[str, frozenset[str]] = {
    "title": frozenset({"title"}),
    "rich_text": frozenset({"text", "choice", "phone", "link", "date"}),
    "select": frozenset({"choice"}),
    "multi_select": frozenset({"choice"}),
    "phone_number": frozenset({"phone"}),
    "url": frozenset({"link"}),
    "date": frozenset({"date"}),
}
MADE: dict[str, str] = {
    "text": "rich_text",
    "choice": "select",
    "phone": "phone_number",
    "date": "date",
    "link": "url",
}
Options = Mapping[str, tuple[str, ...]]


def columns(connection: Connection) -> list[Column]:
    """Return the data source's columns now, the title first."""
    return read(connection)[0]


def read(connection: Connection) -> tuple[list[Column], Options]:
    """Return the columns, and the options of each by its id; raises ConnectorError."""
    source_id = source_of(connection)
    source = ask(connection, lambda client: client.data_sources.retrieve(source_id))
    if source.get("in_trash") or source.get("archived"):
        raise ConnectorError("in_trash", needs="needs_attention")
    return _columns(source)


def create_columns(connection: Connection, fields: Sequence[Field]) -> list[Column]:
    """Add what is missing in one call; the title is the one that every data source has."""
    known, _options = read(connection)
    title = next((column for column in known if column.type == "title"), None)
    others = [field for field in fields if field.form != "title"]
    plan = to_make(others, known, connection.field_map.values())
    wanted = {name: _described(field) for field, ready, name in plan if ready is None}
    made = _add(connection, wanted) if wanted else known
    by_name = {column.name: column for column in made}
    found = {field.name: ready or by_name.get(name) for field, ready, name in plan}
    columns = [title if field.form == "title" else found[field.name] for field in fields]
    return [column for column in columns if column is not None]


def source_of(connection: Connection) -> str:
    """Return the id of the data source; raises ConnectorError when none was chosen."""
    source_id = str(connection.target.get("data_source_id") or "")
    if not source_id:
        raise ConnectorError("no_target", needs="needs_attention")
    return source_id


def _add(connection: Connection, wanted: dict[str, Any]) -> list[Column]:
    source_id = source_of(connection)
    try:
        source = ask(
            connection, lambda client: client.data_sources.update(source_id, properties=wanted)
        )
    except ConnectorError as error:
        if error.code == "restricted_resource":
            raise ConnectorError("cannot_create_columns") from error
        raise
    return _columns(source)[0]


def _described(field: Field) -> dict[str, Any]:
    kind = MADE[field.form]
    options = [{"name": word} for word in CHOICES.get(field.name, ())]
    return {kind: {"options": options} if kind == "select" else {}}


def _columns(source: dict[str, Any]) -> tuple[list[Column], Options]:
    properties = part(source, "properties", dict)
    options = {one["id"]: _options(one) for one in properties.values()}
    found = [
        Column(one["id"], name, one["type"], _holds(one["type"], options[one["id"]]))
        for name, one in properties.items()
    ]
    return sorted(found, key=lambda column: column.type != "title"), options


def _options(described: dict[str, Any]) -> tuple[str, ...]:
    inside = described.get(described["type"])
    options = inside.get("options", []) if isinstance(inside, dict) else []
    return tuple(str(option["name"]) for option in options)


def _holds(kind: str, options: tuple[str, ...]) -> frozenset[str]:
    """Return the forms that fit; a status takes ours only if it knows all words of one field.

    The API makes no new options of a status (crm.md, 1).
    """
    if kind != "status":
        return HOLDS.get(kind, frozenset())
    knows = any(all(option_for(word, options) for word in words) for words in CHOICES.values())
    return frozenset({"choice"}) if knows else frozenset()
