"""What was written, as a hash: who would write the same values into the same place may rest."""

import hashlib
import json
from dataclasses import asdict

from integrations.contracts import Connection, LeadRecord

FORM = 1
"""Raise it when connectors write the same values in another form: everything is written anew."""
WORDS = frozenset({"key", "name", "url", "spreadsheet"})
"""What a target holds for people and forms."""


def digest_of(kind: str, connection: Connection, record: LeadRecord) -> str:
    """Return 64 hex digits over the lead, the tool, its table's ids and its columns.

    How people call the table, and what they pasted to find it, changes nothing in it.
    """
    place = {name: told for name, told in connection.target.items() if name not in WORDS}
    written = [FORM, kind, place, connection.field_map, asdict(record)]
    text = json.dumps(written, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
