"""A lead's record: merged by our identifier, ten at a time, changed where it stands, taken away.

Of ten records Airtable writes all or none, so a refused ten are tried one by one: the one that does
not fit is told, and the nine others are written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyairtable import Table
from pyairtable.formulas import match

from integrations.connectors.airtable import schema, values
from integrations.connectors.airtable.client import Paced, ask, table_ids
from integrations.contracts import (
    Column,
    Connection,
    ConnectorError,
    Item,
    NotWritten,
    Outcome,
    Written,
)
from integrations.fitting import column_of, mapped
from integrations.refusals import part
from integrations.texts import values_of

BATCH = 50
AT_ONCE = 10
UNFIT = "needs_mapping"
OUT_OF_REACH = "needs_attention"


@dataclass(frozen=True)
class _Place:
    """The table as it was read at the beginning of a push."""

    connection: Connection
    table: Table
    columns: Mapping[str, Column]
    options: schema.Options
    seen: tuple[list[Column], schema.Options]

    @property
    def key(self) -> Column:
        return self.columns["lead_id"]


@dataclass(frozen=True)
class _Record:
    item: Item
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def lead_uid(self) -> str:
        return self.item.record.lead_uid

    @property
    def row_id(self) -> str:
        return self.item.row_id


def push(connection: Connection, items: Sequence[Item]) -> Iterator[Outcome]:
    """Write the leads, those apart that stand in the table, are new to us, or need a new choice."""
    seen = schema.read(connection)
    columns = mapped(connection.field_map, seen[0])
    place = _Place(connection, _table(connection), columns, seen[1], seen)
    groups: dict[tuple[bool, bool], list[_Record]] = {}
    for item in items:
        fields = values.cells(values_of(item.record), columns, seen[1])
        new_choice = values.new_options(fields, columns, seen[1])
        groups.setdefault((bool(item.row_id), new_choice), []).append(_Record(item, fields))
    for (known, typecast), records in groups.items():
        for start in range(0, len(records), AT_ONCE):
            yield from _write(place, records[start : start + AT_ONCE], known, typecast)


def erase(connection: Connection, lead_uid: str, row_id: str) -> None:
    """Delete the lead's record, and every other with its identifier.

    A table that is out of our reach has nothing of ours that we could take away. One that we may
    read and not write has: there the refusal is raised.
    """
    table = _table(connection)
    if row_id:
        _delete(table, row_id)
    named = connection.field_map.get("lead_id")
    try:
        key = column_of(named, schema.columns(connection)) if named else None
        others = _rows(table, key, lead_uid) if key else []
    except ConnectorError as error:
        if error.needs != OUT_OF_REACH:
            raise
        return
    for other in others:
        _delete(table, other)


def present(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield the identifier and the record of every lead that stands there, each record once."""
    seen = set[str]()
    key = mapped(connection.field_map, schema.columns(connection))["lead_id"]
    pages = _table(connection).iterate(fields=[key.id], use_field_ids=True)
    while page := ask(lambda: next(pages, None)):
        for record in page:
            lead_uid = str(record["fields"].get(key.id) or "").strip()
            if lead_uid and record["id"] not in seen:
                seen.add(record["id"])
                yield lead_uid, record["id"]


def _table(connection: Connection) -> Table:
    return Paced(connection).table(*table_ids(connection))


def _write(
    place: _Place, records: Sequence[_Record], known: bool, typecast: bool
) -> Iterator[Outcome]:
    """Write at most ten records in one call; refused together, each on its own."""
    try:
        yield from _call(place, records, known=known, typecast=typecast)
    except ConnectorError as error:
        if error.needs not in (UNFIT, OUT_OF_REACH):
            raise
        # The columns fitted a moment ago: if they do not any more, nobody's values can be written.
        if schema.read(place.connection) != place.seen:
            raise ConnectorError(error.code, needs=UNFIT) from error
        for record in records:
            yield from _write_one(place, record, known=known, typecast=typecast)


def _write_one(place: _Place, record: _Record, *, known: bool, typecast: bool) -> Iterator[Outcome]:
    try:
        yield from _call(place, [record], known=known, typecast=typecast)
    except ConnectorError as error:
        if error.needs not in (UNFIT, OUT_OF_REACH):
            raise
        yield NotWritten(record.lead_uid, _why(place, record, error))


def _why(place: _Place, record: _Record, error: ConnectorError) -> str:
    """Return why one record was refused, while the table itself can be reached."""
    if record.row_id and not _is_there(place.table, record.row_id):
        return "row_missing"
    if not record.row_id and len(_rows(place.table, place.key, record.lead_uid)) > 1:
        return "row_duplicated"
    if error.needs == OUT_OF_REACH:
        # Reading is allowed and writing is not: that concerns every lead.
        raise error
    return error.code


def _call(
    place: _Place, records: Sequence[_Record], *, known: bool, typecast: bool
) -> list[Outcome]:
    body: dict[str, Any] = {
        "records": [_body(record) for record in records],
        "typecast": typecast,
        "returnFieldsByFieldId": True,
    }
    if not known:
        body["performUpsert"] = {"fieldsToMergeOn": [place.key.id]}
    api, url = place.table.api, place.table.urls.records
    answer = ask(lambda: api.patch(url, json=body))
    written = part(answer, "records", list)
    created = set(answer.get("createdRecords") or ())
    # Airtable answers in the order it was asked in.
    return [
        Written(record.lead_uid, row_id, _url(place, row_id), created=row_id in created)
        for record, row in zip(records, written, strict=False)
        for row_id in [part(row, "id", str)]
    ]


def _body(record: _Record) -> dict[str, Any]:
    named = {"id": record.row_id} if record.row_id else {}
    return {**named, "fields": record.fields}


def _url(place: _Place, row_id: str) -> str:
    base_id, table_id = table_ids(place.connection)
    return f"https://airtable.com/{base_id}/{table_id}/{row_id}"


def _is_there(table: Table, row_id: str) -> bool:
    try:
        ask(lambda: table.get(row_id))
    except ConnectorError as error:
        if error.needs in (UNFIT, OUT_OF_REACH):
            return False
        raise
    return True


def _rows(table: Table, key: Column, lead_uid: str) -> list[str]:
    formula = str(match({key.name: lead_uid}))
    found = ask(lambda: table.all(formula=formula, fields=[key.id], use_field_ids=True))
    return [str(record["id"]) for record in found]


def _delete(table: Table, row_id: str) -> None:
    try:
        ask(lambda: table.delete(row_id))
    except ConnectorError as error:
        if error.needs != OUT_OF_REACH or _is_there(table, row_id):
            raise
