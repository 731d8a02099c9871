"""From a stored payload to the lead as it is written."""

from dataclasses import MISSING, fields
from typing import Any

from integrations.contracts import LeadRecord

NAMES = tuple(field.name for field in fields(LeadRecord))
EMPTY: dict[str, Any] = {
    field.name: () if field.name == "evidence" else ""
    for field in fields(LeadRecord)
    if field.default is MISSING
}


def record_from(payload: dict[str, Any]) -> LeadRecord:
    """Return the lead of a stored payload; lists are tuples there.

    Another release may have stored it: what it knew alone is dropped, what it did not know is
    empty.
    """
    known = {name: payload[name] for name in NAMES if name in payload}
    lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    return LeadRecord(**{**EMPTY, **known, **lists})
