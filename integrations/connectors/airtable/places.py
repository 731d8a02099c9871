"""Whose token it is, and which tables it opens."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from integrations.connectors.airtable import schema
from integrations.connectors.airtable.client import Paced, ask
from integrations.contracts import Account, Connection, ConnectorError, Target
from integrations.refusals import part
from integrations.texts import folded

MOST = 100
MOST_BASES = 30
"""Each base's tables are one call."""
WRITABLE = frozenset({"edit", "create", "owner"})
BASE = re.compile(r"\bapp[A-Za-z0-9]{14}\b")
TABLE = re.compile(r"\btbl[A-Za-z0-9]{14}\b")


def check(connection: Connection) -> Account:
    """Return whose token it is; proves that it works."""
    api = Paced(connection)
    me = ask(lambda: api.get(api.build_url("meta", "whoami")))
    name = me.get("email") or me.get("id") if isinstance(me, dict) else None
    if not name:
        raise ConnectorError("unexpected_answer", retryable=True)
    return Account(str(name), _("In Airtable, the token needs access to the base itself."))


def targets(connection: Connection, search: str = "") -> list[Target]:
    """Return the tables of the bases that may be written into; a table's address may be given."""
    api, pasted = Paced(connection), BASE.search(search)
    if pasted:
        table = TABLE.search(search)
        found = list(_tables(api, {"id": pasted[0], "name": ""}))
        return [one for one in found if not table or one.ids["table_id"] == table[0]][:MOST]
    bases, words = _bases(api), folded(search)
    named = [base for base in bases if words and words in folded(str(base.get("name")))]
    found = [target for base in (named or bases)[:MOST_BASES] for target in _tables(api, base)]
    if words and not named:
        found = [target for target in found if words in folded(target.name)]
    return found[:MOST]


def _bases(api: Paced) -> list[dict[str, Any]]:
    url = api.build_url("meta", "bases")
    pages = api.iterate_requests("GET", url)
    found: list[dict[str, Any]] = []
    while page := ask(lambda: next(pages, None)):
        found += part(page, "bases", list)
    return [base for base in found if base.get("permissionLevel", "create") in WRITABLE]


def _tables(api: Paced, base: dict[str, Any]) -> Iterator[Target]:
    base_id = part(base, "id", str)
    for table in schema.tables(api, base_id):
        table_id = part(table, "id", str)
        yield Target(
            ids={"base_id": base_id, "table_id": table_id},
            name=part(table, "name", str),
            detail=str(base.get("name") or ""),
            url=f"https://airtable.com/{base_id}/{table_id}",
        )
