"""A lead as outgoing webhooks tell it: what `GET /leads/{id}` returns, without its receipts.

Those are not known yet when a lead changes. `tests/processing/test_hooking.py` holds the two
together.
"""

from datetime import UTC, datetime
from typing import Any

from processing.models import Conversation, Lead

EVIDENCE: tuple[str, ...] = ("quote", "message", "level")


def body_of(lead: Lead, thread: Conversation | None) -> dict[str, Any]:
    """Return the lead in JSON's own values; moments are ISO 8601, UTC."""
    contact = lead.contact
    return {
        "id": str(lead.uid),
        "level": lead.level,
        "level_by_member": lead.level_by_member,
        "stage": lead.stage,
        "evidence": [{name: one.get(name) for name in EVIDENCE} for one in lead.evidence],
        "summary": list(lead.summary),
        "phone": lead.phone,
        "phone_message": _text(lead.phone_message),
        "intent": lead.intent,
        "contact": {
            "id": str(contact.uid),
            "external_id": contact.external_id,
            "name": contact.name,
            "handle": contact.handle,
            "opted_out_at": _moment(contact.opted_out_at),
        },
        "warmed_at": _moment(lead.warmed_at),
        "created_at": _moment(lead.created_at),
        "updated_at": _moment(lead.updated_at),
        "conversation": str(thread.uid) if thread else None,
    }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def _text(uid: object) -> str | None:
    return str(uid) if uid else None
