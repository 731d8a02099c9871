"""A lead's page: found before it is made, changed where it stands, taken away.

Notion has no idempotency key: before a page is created, the data source is asked for one that
carries our identifier, so that a time-out never makes a second row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from notion_client import Client

from integrations.connectors.notion import schema, values
from integrations.connectors.notion.client import ask, same_id
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

BATCH = 10
PAGE = 100
OLDEST_FIRST = [{"timestamp": "created_time", "direction": "ascending"}]
"""An order that no change of a page alters: answers follow each other without gap or repetition."""
UNFIT = "needs_mapping"
OUT_OF_REACH = "needs_attention"


@dataclass(frozen=True)
class _Table:
    """The data source as it was read at the beginning of a push."""

    columns: Mapping[str, Column]
    options: schema.Options
    seen: tuple[list[Column], schema.Options]


def push(connection: Connection, items: Sequence[Item]) -> Iterator[Outcome]:
    """Write each lead; one look at the columns, and one for all leads that were never written."""
    seen = schema.read(connection)
    table = _Table(mapped(connection.field_map, seen[0]), seen[1], seen)
    unknown = [item.record.lead_uid for item in items if not item.row_id]
    found = _find(connection, table.columns["lead_id"], unknown)
    for item in items:
        rows = [item.row_id] if item.row_id else found.get(item.record.lead_uid, [])
        yield _write(connection, table, item, rows)


def erase(connection: Connection, lead_uid: str, row_id: str) -> None:
    """Put the lead's page, and every other with its identifier, into Notion's trash.

    The API cannot delete for good: Notion empties its trash itself after 30 days. What Notion does
    not show us any more, nothing of ours can reach: it counts as removed.
    """
    if row_id:
        _trash(connection, row_id)
    column = connection.field_map.get("lead_id")
    if column is None:
        return
    try:
        known = column_of(column, schema.columns(connection))
        found = _find(connection, known, [lead_uid]) if known else {}
    except ConnectorError as error:
        if error.needs != OUT_OF_REACH:
            raise
        return
    for page_id in found.get(lead_uid, []):
        if not same_id(page_id, row_id):
            _trash(connection, page_id)


def present(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield the identifier and the page of every lead that stands there, each page once."""
    column = mapped(connection.field_map, schema.columns(connection))["lead_id"]
    seen = set[str]()
    for page in _pages(connection, {"property": column.id, "rich_text": {"is_not_empty": True}}):
        lead_uid, page_id = values.plain(page, column), str(part(page, "id", str))
        if lead_uid and page_id not in seen:
            seen.add(page_id)
            yield lead_uid, page_id


def _write(connection: Connection, table: _Table, item: Item, rows: Sequence[str]) -> Outcome:
    lead_uid = item.record.lead_uid
    if len(rows) > 1:
        return NotWritten(lead_uid, "row_duplicated")
    try:
        written = values.properties(values_of(item.record), table.columns, table.options)
        return (
            _change(connection, lead_uid, rows[0], written)
            if rows
            else _create(connection, lead_uid, written)
        )
    except values.OptionMissingError:
        return NotWritten(lead_uid, "option_missing")
    except ConnectorError as error:
        # The columns fitted a moment ago: if they still do, it is this lead that does not.
        if error.needs != UNFIT or schema.read(connection) != table.seen:
            raise
        return NotWritten(lead_uid, error.code)


def _create(connection: Connection, lead_uid: str, written: dict[str, Any]) -> Outcome:
    parent = {"type": "data_source_id", "data_source_id": schema.source_of(connection)}
    page = ask(connection, lambda client: client.pages.create(parent=parent, properties=written))
    return Written(lead_uid, part(page, "id", str), str(page.get("url") or ""), created=True)


def _change(
    connection: Connection, lead_uid: str, page_id: str, written: dict[str, Any]
) -> Outcome:
    try:
        page = ask(connection, lambda client: client.pages.update(page_id, properties=written))
    except ConnectorError as error:
        # A page in the trash or in another table refuses as a column or a table would.
        if error.needs in (UNFIT, OUT_OF_REACH) and not _is_there(connection, page_id):
            return NotWritten(lead_uid, "row_missing")
        raise
    if not _stands_here(connection, page):
        return NotWritten(lead_uid, "row_missing")
    return Written(lead_uid, part(page, "id", str), str(page.get("url") or ""))


def _is_there(connection: Connection, page_id: str) -> bool:
    page = _look(connection, page_id)
    return page is not None and _stands_here(connection, page)


def _look(connection: Connection, page_id: str) -> dict[str, Any] | None:
    try:
        return ask(connection, lambda client: client.pages.retrieve(page_id))
    except ConnectorError as error:
        if error.needs in (UNFIT, OUT_OF_REACH):
            return None
        raise


def _stands_here(connection: Connection, page: Mapping[str, Any]) -> bool:
    parent = page.get("parent") or {}
    source = parent.get("data_source_id")
    elsewhere = parent and (source is None or not same_id(source, schema.source_of(connection)))
    return not (elsewhere or _in_trash(page))


def _in_trash(page: Mapping[str, Any]) -> bool:
    return bool(page.get("in_trash") or page.get("archived"))


def _trash(connection: Connection, page_id: str) -> None:
    # A page in the trash refuses every change, also the one that would put it there again.
    page = _look(connection, page_id)
    if page is not None and not _in_trash(page):
        ask(connection, lambda client: client.pages.update(page_id, in_trash=True))


def _find(connection: Connection, column: Column, lead_uids: Sequence[str]) -> dict[str, list[str]]:
    """Return the pages of each lead, asked for in one query."""
    found: dict[str, list[str]] = {}
    if not lead_uids:
        return found
    each = [{"property": column.id, "rich_text": {"equals": uid}} for uid in lead_uids]
    for page in _pages(connection, each[0] if len(each) == 1 else {"or": each}):
        rows, page_id = found.setdefault(values.plain(page, column), []), part(page, "id", str)
        if page_id not in rows:
            rows.append(page_id)
    return found


def _query(source_id: str, asked: dict[str, Any], client: Client) -> Any:
    return client.data_sources.query(source_id, **asked)


def _pages(connection: Connection, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    source_id, more = schema.source_of(connection), dict[str, Any]()
    while True:
        asked = {"filter": wanted, "sorts": OLDEST_FIRST, "page_size": PAGE, **more}
        answer = ask(connection, partial(_query, source_id, asked))
        yield from part(answer, "results", list)
        if not answer.get("has_more"):
            return
        more = {"start_cursor": part(answer, "next_cursor", str)}
