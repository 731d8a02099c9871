"""Airtable's meta addresses: who calls, which bases and tables there are, a new column."""

from typing import Any

from django.db import transaction

from sandbox import demo
from sandbox.standins.front import Answer, Asked
from sandbox.tools import options
from sandbox.tools.airtable import errors, fields, tokens
from sandbox.tools.airtable.front import base_of, operation, table_of
from sandbox.tools.models import Base, Table


@operation("whoami")
def whoami(_asked: Asked, token: tokens.Token) -> Answer:
    """Answer whose token it is, and its scopes; the address only with the scope for it."""
    told: dict[str, Any] = {"id": tokens.USER_ID, "scopes": list(token.scopes)}
    if tokens.EMAIL in token.scopes:
        told["email"] = demo.OWNER_EMAIL
    return Answer(told)


@operation("bases", tokens.SCHEMA_READ)
def bases(asked: Asked, token: tokens.Token) -> Answer:
    """Answer the bases that were added to the token, in pages."""
    seen = [base for base in Base.objects.all() if token.opens(base.base_id)]
    start = _start(asked.query.get("offset", ""))
    size = int(options.value("airtable_bases_page") or 1)
    told: dict[str, Any] = {
        "bases": [
            {"id": base.base_id, "name": base.name, "permissionLevel": "create"}
            for base in seen[start : start + size]
        ]
    }
    if len(seen) > start + size:
        told["offset"] = f"itr{start + size}"
    return Answer(told)


@operation("tables", tokens.SCHEMA_READ)
def tables(_asked: Asked, token: tokens.Token, *, base_id: str) -> Answer:
    """Answer the tables of a base, with their columns."""
    rows = Table.objects.filter(base=base_of(token, base_id))
    return Answer({"tables": [_table(row) for row in rows]}, recipient=base_id)


@operation("create_field", tokens.SCHEMA_WRITE)
def create_field(asked: Asked, token: tokens.Token, *, base_id: str, table_id: str) -> Answer:
    """Add a column to a table, which is named by its id here."""
    with transaction.atomic():
        table = table_of(token, base_id, table_id)
        if table.table_id != table_id:
            raise errors.unseen()
        made = fields.described(asked.body, table.fields)
        table.fields.append(made)
        table.save(update_fields=["fields"])
    return Answer(made, recipient=base_id, text=table_id, external_id=made["id"])


def _start(offset: str) -> int:
    number = offset.removeprefix("itr")
    if offset and not number.isdigit():
        raise errors.refuse(422, "INVALID_OFFSET_VALUE", "The value of offset is invalid")
    return int(number or 0)


def _table(row: Table) -> dict[str, Any]:
    view = {"id": f"viw{row.table_id[3:]}", "name": "Grid view", "type": "grid"}
    return {
        "id": row.table_id,
        "name": row.name,
        "primaryFieldId": row.fields[0]["id"],
        "fields": row.fields,
        "views": [view],
    }
