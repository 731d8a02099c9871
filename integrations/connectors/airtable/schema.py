"""A table's fields: what each can hold, and ours made where they are missing."""

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.connectors.airtable.client import Paced, ask, table_ids
from integrations.contracts import Column, Connection, ConnectorError, Field
from integrations.fitting import to_make
from integrations.refusals import part
from integrations.texts import CHOICES

ANY_TEXT = frozenset({"title", "text", "choice", "phone", "link", "date"})
HOLDS: dict[str, frozenset[str]] = {
    "singleLineText": ANY_TEXT,
    "multilineText": ANY_TEXT,
    "singleSelect": frozenset({"choice"}),
    "multipleSelects": frozenset({"choice"}),
    "phoneNumber": frozenset({"phone"}),
    "url": frozenset({"link"}),
    "date": frozenset({"date"}),
    "dateTime": frozenset({"date"}),
}
"""Text with formatting is not among them: it would read our signs as its marks."""
MADE: dict[str, str] = {
    "title": "singleLineText",
    "text": "multilineText",
    "choice": "singleSelect",
    "phone": "phoneNumber",
    "date": "dateTime",
    "link": "url",
}
MOMENT = {
    "timeZone": "client",
    "dateFormat": {"name": "iso", "format": "YYYY-MM-DD"},
    "timeFormat": {"name": "24hour", "format": "HH:mm"},
}
CANNOT = frozenset(
    {"INVALID_PERMISSIONS", "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND", "NOT_AUTHORIZED"}
)
Options = Mapping[str, tuple[str, ...]]


def columns(connection: Connection) -> list[Column]:
    """Return the table's columns now, the primary one first."""
    return read(connection)[0]


def read(connection: Connection) -> tuple[list[Column], Options]:
    """Return the columns, and the options of each by its id; raises ConnectorError."""
    base_id, table_id = table_ids(connection)
    for table in tables(Paced(connection), base_id):
        if table.get("id") == table_id:
            return _columns(table)
    raise ConnectorError("table_gone", needs="needs_attention")


def tables(api: Paced, base_id: str) -> list[dict[str, Any]]:
    """Return the tables of a base as Airtable describes them; raises ConnectorError."""
    answer = ask(lambda: api.get(api.build_url("meta", "bases", base_id, "tables")))
    found: list[dict[str, Any]] = part(answer, "tables", list)
    return found


def create_columns(connection: Connection, fields: Sequence[Field]) -> list[Column]:
    """Add what is missing, one call each; the name goes into the primary field while it is free."""
    known = columns(connection)
    used = set(connection.field_map.values())
    made: list[Column] = []
    for field in fields:
        primary = known[0] if field.form == "title" and known[0].id not in used else None
        [(_field, ready, name)] = to_make([field], known, used)
        fits = primary is not None and field.form in primary.holds
        column = (primary if fits else ready) or _create(connection, field, name)
        used.add(column.id)
        known = known if column in known else [*known, column]
        made.append(column)
    return made


def _create(connection: Connection, field: Field, name: str) -> Column:
    base_id, table_id = table_ids(connection)
    api = Paced(connection)
    # Our identifier is merged on, and one line is all that it is.
    kind = "singleLineText" if field.name == "lead_id" else MADE[field.form]
    wanted: dict[str, Any] = {"name": name, "type": kind}
    if kind == "singleSelect":
        wanted["options"] = {"choices": [{"name": word} for word in CHOICES[field.name]]}
    if kind == "dateTime":
        wanted["options"] = MOMENT
    url = api.build_url("meta", "bases", base_id, "tables", table_id, "fields")
    try:
        return _column(ask(lambda: api.post(url, json=wanted)))
    except ConnectorError as error:
        if error.code in CANNOT:
            raise ConnectorError("cannot_create_columns") from error
        raise


def _columns(table: dict[str, Any]) -> tuple[list[Column], Options]:
    described = part(table, "fields", list)
    primary = table.get("primaryFieldId")
    found = sorted(map(_column, described), key=lambda column: column.id != primary)
    return found, {one["id"]: _options(one) for one in described}


def _column(described: dict[str, Any]) -> Column:
    kind = part(described, "type", str)
    column_id, name = part(described, "id", str), part(described, "name", str)
    return Column(column_id, name, kind, HOLDS.get(kind, frozenset()))


def _options(described: dict[str, Any]) -> tuple[str, ...]:
    inside = described.get("options")
    choices = inside.get("choices") or [] if isinstance(inside, dict) else []
    return tuple(str(choice.get("name")) for choice in choices)
