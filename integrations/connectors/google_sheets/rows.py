"""A lead's row: found in the column of our identifier, changed there, added below the table.

Between our look and our writing people may sort the sheet, and rows of their own stand among
ours. So the identifiers are read again afterwards, and where they moved all rows are compared with
what they were: what we wrote into another row, or took away with it, is put right.
"""

from collections.abc import Iterator, Mapping, Sequence

import structlog

from integrations.connectors.google_sheets import sheet as sheets
from integrations.connectors.google_sheets.cells import Layout, layout, row_of
from integrations.connectors.google_sheets.sheet import Sheet
from integrations.connectors.google_sheets.standing import (
    FIRST_ROW,
    Standing,
    lost,
    mends,
    standing,
)
from integrations.contracts import (
    Connection,
    ConnectorError,
    Item,
    NotWritten,
    Outcome,
    Written,
)
from integrations.refusals import AGAIN_SECONDS
from integrations.texts import values_of

log = structlog.get_logger("flowia.integrations")
BATCH = 100
MENDS = 3
OUT_OF_REACH = "needs_attention"


def push(connection: Connection, items: Sequence[Item]) -> Iterator[Outcome]:
    """Write the leads: known rows in one call, new ones in another, then a look at what became."""
    sheet = sheets.look(connection)
    where = layout(sheet.header, connection.field_map)
    before = _see(sheet, where, max(len(sheet.header), where.last + 1))
    known, new = dict[int, Item](), list[Item]()
    for item in items:
        lead_uid = item.record.lead_uid
        rows = before.rows.get(lead_uid, [])
        if len(rows) > 1:
            yield NotWritten(lead_uid, "row_duplicated")
        elif rows:
            known[rows[0]] = item
        elif item.row_id:
            yield NotWritten(lead_uid, "row_missing")
        else:
            new.append(item)
    yield from _write(sheet, where, before, known, new)


def erase(connection: Connection, lead_uid: str, row_id: str) -> None:  # noqa: ARG001 - the contract
    """Take every row with the lead's identifier away.

    A file that is out of our reach has nothing of ours that we could take away; a column that was
    renamed has, so that is an error. When people sort at that moment, another row goes: it is put
    back as we read it, with formulas, without colours and notes.
    """
    try:
        sheet = sheets.look(connection)
    except ConnectorError as error:
        if error.needs != OUT_OF_REACH:
            raise
        return
    where = layout(sheet.header, connection.field_map)
    before = _see(sheet, where, sheet.columns)
    rows = before.rows.get(lead_uid)
    if not rows:
        return
    sheets.delete_rows(sheet, rows, where)
    after = _see(sheet, where, sheet.columns)
    if gone := lost(before, after, lead_uid):
        log.warning("rows moved while one was deleted", restored=len(gone))
        at = max(FIRST_ROW, min(rows[0], sheet.rows - len(rows)))
        back = [before.moved(row, to) for to, row in enumerate(gone, at)]
        sheets.insert_rows(sheet, at, back)
    if lead_uid in after.rows:
        raise _moved()


def present(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield the identifiers that stand there; each is also how we name its row."""
    sheet = sheets.look(connection)
    where = layout(sheet.header, connection.field_map)
    for lead_uid, rows in _keys(sheet, where).rows.items():
        yield from ((lead_uid, lead_uid) for _row in rows)


def _write(
    sheet: Sheet, where: Layout, before: Standing, known: Mapping[int, Item], new: Sequence[Item]
) -> Iterator[Outcome]:
    if known:
        # Without the identifier: a row that is another lead's by now has to stay recognisable.
        sheets.write_rows(sheet, {row: _changed(item, where) for row, item in known.items()})
    if new:
        rows = [row_of(values_of(item.record), where) for item in new]
        sheets.append_rows(sheet, where, rows)
    if not known and not new:
        return
    after = _keys(sheet, where)
    if any(after.at(row) != item.record.lead_uid for row, item in known.items()):
        after = _mend(sheet, where, before, list(known.values()))
    yield from (_outcome(item, after, sheet, created=False) for item in known.values())
    yield from (_outcome(item, after, sheet, created=True) for item in new)


def _mend(sheet: Sheet, where: Layout, before: Standing, known: Sequence[Item]) -> Standing:
    """Return how the rows stand in the end, after what went into wrong ones was put right.

    Raises ConnectorError when they move again and again: the next push finds them.
    """
    written = {item.record.lead_uid: _changed(item, where) for item in known}
    for _time in range(MENDS):
        after = _see(sheet, where, max(len(sheet.header), where.last + 1))
        wrong = mends(before, after, written)
        if not wrong:
            return after
        log.warning("rows moved while they were written", rows=len(wrong))
        sheets.put_back(sheet, wrong)
        last = _keys(sheet, where)
        if all(last.at(row) == after.at(row) for row in wrong):
            return last
    raise _moved()


def _outcome(item: Item, after: Standing, sheet: Sheet, *, created: bool) -> Outcome:
    lead_uid = item.record.lead_uid
    rows = after.rows.get(lead_uid, [])
    if len(rows) == 1:
        return Written(lead_uid, lead_uid, sheet.url, created=created)
    return NotWritten(lead_uid, "row_duplicated" if rows else "row_missing")


def _changed(item: Item, where: Layout) -> dict[int, str]:
    cells = row_of(values_of(item.record), where)
    return {place: value for place, value in cells.items() if place != where.key}


def _see(sheet: Sheet, where: Layout, width: int) -> Standing:
    return standing(sheets.read_rows(sheet, width), where.key)


def _keys(sheet: Sheet, where: Layout) -> Standing:
    """Look at the identifiers alone."""
    column = sheets.read_columns(sheet, [where.key])[where.key]
    return Standing([str(value).strip() for value in column], (), where.key)


def _moved() -> ConnectorError:
    return ConnectorError("rows_moved", retryable=True, retry_after=AGAIN_SECONDS)
