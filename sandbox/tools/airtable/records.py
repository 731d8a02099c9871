"""Airtable's records: list, read, create, update, upsert, delete.

Source: "List records", "Update multiple records" and their neighbours in the Web API.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from sandbox.standins.front import Answer, Asked, RefusedError
from sandbox.tools.airtable import errors, fields, formula, tokens
from sandbox.tools.airtable.front import operation, table_of
from sandbox.tools.models import Record, Table

LARGEST_PAGE = 100
MOST_RECORDS = 10
MOST_MERGE_FIELDS = 3
Test = Callable[[str, Mapping[str, Any]], bool]


@operation("list", tokens.READ)
def listed(asked: Asked, token: tokens.Token, *, base_id: str, table: str) -> Answer:
    """Answer a page of a table's rows; a POST to `listRecords` asks with a body."""
    found = table_of(token, base_id, table)
    page = _page(asked, found)
    return Answer(page, recipient=base_id, text=found.table_id)


@operation("get", tokens.READ)
def one(asked: Asked, token: tokens.Token, *, base_id: str, table: str, record_id: str) -> Answer:
    """Answer one row."""
    found = table_of(token, base_id, table)
    record = _record(found, record_id)
    body = shown(record, found, by_id=_by_id(asked))
    return Answer(body, recipient=base_id, text=found.table_id, external_id=record_id)


@operation("create", tokens.WRITE)
def create(asked: Asked, token: tokens.Token, *, base_id: str, table: str) -> Answer:
    """Create one row (`fields`) or up to ten (`records`), all of them or none."""
    with transaction.atomic():
        found = table_of(token, base_id, table)
        given = _given(asked) if "records" in asked.body else [asked.body]
        made = [_make(found, one.get("fields", {}), asked) for one in given]
        _keep_choices(found, asked)
    told = [shown(record, found, by_id=_by_id(asked)) for record in made]
    body = {"records": told} if "records" in asked.body else told[0]
    return _written(body, found, made)


@operation("update", tokens.WRITE)
def update(asked: Asked, token: tokens.Token, *, base_id: str, table: str) -> Answer:
    """Change up to ten rows, all of them or none; with `performUpsert`, create what is missing."""
    with transaction.atomic():
        found = table_of(token, base_id, table)
        given = _given(asked)
        merge = _merge_fields(asked, found)
        changed, created = [], []
        # Rows are compared with what stood there before the call, so two alike make two rows.
        known = [_known(found, one, merge, asked) for one in given]
        for one, record in zip(given, known, strict=True):
            if record is None:
                created.append(_make(found, one["fields"], asked))
            else:
                _change(found, record, one.get("fields"), asked)
            changed.append(record or created[-1])
        _keep_choices(found, asked)
    body: dict[str, Any] = {"records": [shown(r, found, by_id=_by_id(asked)) for r in changed]}
    if merge:
        new = [record.record_id for record in created]
        old = [record.record_id for record in changed if record not in created]
        body |= {"createdRecords": new, "updatedRecords": old}
    return _written(body, found, changed)


@operation("update", tokens.WRITE)
def update_one(
    asked: Asked, token: tokens.Token, *, base_id: str, table: str, record_id: str
) -> Answer:
    """Change one row: PATCH what is sent, PUT clears the rest."""
    with transaction.atomic():
        found = table_of(token, base_id, table)
        record = _record(found, record_id)
        _change(found, record, asked.body.get("fields"), asked)
        _keep_choices(found, asked)
    return _written(shown(record, found, by_id=_by_id(asked)), found, [record])


@operation("delete", tokens.WRITE)
def delete(asked: Asked, token: tokens.Token, *, base_id: str, table: str) -> Answer:
    """Delete up to ten rows (`records[]`), all of them or none."""
    ids = asked.lists.get("records[]", []) or asked.lists.get("records", [])
    if not 0 < len(ids) <= MOST_RECORDS:
        raise errors.refuse(422, "INVALID_RECORDS", f"Send 1 to {MOST_RECORDS} record ids")
    with transaction.atomic():
        found = table_of(token, base_id, table)
        records = [_existing(found, record_id) for record_id in ids]
        Record.objects.filter(record_id__in=ids).delete()
    return _written({"records": [_gone(one) for one in records]}, found, records)


@operation("delete", tokens.WRITE)
def delete_one(
    _asked: Asked, token: tokens.Token, *, base_id: str, table: str, record_id: str
) -> Answer:
    """Delete one row."""
    found = table_of(token, base_id, table)
    record = _record(found, record_id)
    Record.objects.filter(record_id=record_id).delete()
    return _written(_gone(record), found, [record])


def shown(record: Record, table: Table, *, by_id: bool = False) -> dict[str, Any]:
    """Return a row as Airtable answers it."""
    return {
        "id": record.record_id,
        "createdTime": record.created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "fields": fields.shown(record.values, table.fields, by_id=by_id),
    }


def _page(asked: Asked, table: Table) -> dict[str, Any]:
    told = {**asked.query, **asked.body}
    size, most = _whole(told, "pageSize", LARGEST_PAGE), _whole(told, "maxRecords", 0)
    if not 0 < size <= LARGEST_PAGE:
        raise errors.invalid(f"pageSize is 1 to {LARGEST_PAGE}")
    test, chosen = _test(told, table), _chosen(asked, table)
    # Only the rows that are answered are worth an object each.
    light = Record.objects.filter(table=table).values_list("record_id", "values")
    rows = [record_id for record_id, values in light if test(record_id, values)]
    rows = rows[:most] if most else rows
    start = _start(rows, str(told.get("offset") or ""))
    end = start + size
    columns = Table(fields=chosen)
    found = Record.objects.filter(record_id__in=rows[start:end])
    page = [shown(row, columns, by_id=_by_id(asked)) for row in found]
    if end >= len(rows):
        return {"records": page}
    return {"records": page, "offset": f"itr{table.table_id[3:]}/{rows[end]}"}


def _test(told: dict[str, Any], table: Table) -> Test:
    asked = str(told.get("filterByFormula") or "")
    if not asked:
        return lambda _record, _values: True
    names = {name: str(field["id"]) for name, field in fields.index(table.fields).items()}
    try:
        return formula.read(asked, names)
    except formula.InvalidFormulaError as error:
        words = f"The formula for filtering records is invalid: {error}"
        raise errors.refuse(422, "INVALID_FILTER_BY_FORMULA", words) from error


def _chosen(asked: Asked, table: Table) -> list[fields.Field]:
    names = asked.body.get("fields") or asked.lists.get("fields[]") or asked.lists.get("fields")
    if not names:
        return list(table.fields)
    known = fields.index(table.fields)
    for name in names:
        if name not in known:
            raise errors.refuse(422, "UNKNOWN_FIELD_NAME", f'Unknown field name: "{name}"')
    return [known[name] for name in names]


def _start(rows: list[str], offset: str) -> int:
    if not offset:
        return 0
    wanted = offset.partition("/")[2]
    if wanted not in rows:
        raise errors.refuse(422, "LIST_RECORDS_ITERATOR_NOT_AVAILABLE", "Ask for page 1 again")
    return rows.index(wanted)


def _given(asked: Asked) -> list[dict[str, Any]]:
    given = asked.body.get("records")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise errors.invalid()
    if not 0 < len(given) <= MOST_RECORDS:
        words = f"Invalid request: send 1 to {MOST_RECORDS} records, not {len(given)}"
        raise errors.refuse(422, "INVALID_RECORDS", words)
    return given


def _merge_fields(asked: Asked, table: Table) -> list[str]:
    upsert = asked.body.get("performUpsert")
    if upsert is None:
        return []
    names = upsert.get("fieldsToMergeOn") if isinstance(upsert, dict) else None
    if not isinstance(names, list) or not 1 <= len(names) <= MOST_MERGE_FIELDS:
        raise errors.invalid(f"fieldsToMergeOn has 1 to {MOST_MERGE_FIELDS} fields")
    known, found = fields.index(table.fields), []
    for name in names:
        if name not in known:
            raise errors.refuse(422, "UNKNOWN_FIELD_NAME", f'Unknown field name: "{name}"')
        if known[name]["type"] in fields.COMPUTED:
            raise errors.invalid(f"fieldsToMergeOn: {name} is computed")
        found.append(str(known[name]["id"]))
    return found


def _known(table: Table, given: dict[str, Any], merge: list[str], asked: Asked) -> Record | None:
    """Return the row that is meant; None when an upsert has to create it."""
    if given.get("id"):
        return _existing(table, str(given["id"]))
    if not merge:
        raise errors.invalid("Every record needs its id")
    written = _checked(table, given.get("fields"), asked)
    wanted = {field: written.get(field) for field in merge}
    if None in wanted.values():
        raise errors.invalid("Every record needs a value in every field of fieldsToMergeOn")
    matching = {f"values__{field}": value for field, value in wanted.items()}
    found = list(Record.objects.filter(table=table, **matching)[:2])
    if len(found) > 1:
        words = "Multiple records match the fields to merge on: " + ", ".join(map(str, found))
        raise errors.refuse(422, "INVALID_REQUEST_UNKNOWN", words)
    return found[0] if found else None


def _make(table: Table, given: Any, asked: Asked) -> Record:
    written = _checked(table, given, asked)
    kept = {field: value for field, value in written.items() if value is not None}
    return Record.objects.create(record_id=fields.new_id("rec"), table=table, values=kept)


def _change(table: Table, record: Record, given: Any, asked: Asked) -> None:
    stays = {} if asked.method == "PUT" else record.values
    changed = stays | _checked(table, given, asked)
    record.values = {field: value for field, value in changed.items() if value is not None}
    record.save(update_fields=["values"])


def _checked(table: Table, given: Any, asked: Asked) -> dict[str, Any]:
    return fields.checked(given, table.fields, typecast=asked.body.get("typecast") is True)


def _keep_choices(table: Table, asked: Asked) -> None:
    """Keep the choices that typecast may have added."""
    if asked.body.get("typecast") is True:
        table.save(update_fields=["fields"])


def _record(table: Table, record_id: str) -> Record:
    found = Record.objects.filter(table=table, record_id=record_id).first()
    if found is None:
        raise RefusedError(errors.NOT_FOUND)
    return found


def _existing(table: Table, record_id: str) -> Record:
    found = Record.objects.filter(table=table, record_id=record_id).first()
    if found is None:
        words = f"Record ID {record_id} does not exist in this table"
        raise errors.refuse(422, "ROW_DOES_NOT_EXIST", words)
    return found


def _written(body: Any, table: Table, records: list[Record]) -> Answer:
    ids = ",".join(record.record_id for record in records)
    return Answer(body, recipient=table.base.base_id, text=table.table_id, external_id=ids)


def _gone(record: Record) -> dict[str, Any]:
    return {"id": record.record_id, "deleted": True}


def _by_id(asked: Asked) -> bool:
    told = asked.body.get("returnFieldsByFieldId", asked.query.get("returnFieldsByFieldId"))
    return str(told).lower() in ("true", "1")


def _whole(told: dict[str, Any], name: str, usual: int) -> int:
    try:
        return int(told.get(name, usual))
    except (TypeError, ValueError):
        raise errors.invalid(f"{name} is a number") from None
