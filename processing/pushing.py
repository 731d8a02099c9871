"""What follows whenever a lead changes: a row of the ledger, a push to the workspace's tools."""

from datetime import datetime
from typing import Any

from integrations import actions as integrations
from integrations.contracts import LeadRecord
from processing import intents, ledger
from processing.models import Conversation, InteractionEvent, Lead, Message
from processing.wakes import Wake


def tell_lead(
    lead: Lead,
    reason: str,
    *,
    now: datetime,
    before: str = "",
    message: Message | None = None,
    data: dict[str, Any] | None = None,
) -> list[Wake]:
    """Write why the lead is as it is, and queue its push; returns the pushes to wake.

    `before` is the level from which it came, `message` what showed it, if one did.
    """
    request_id = message.request_id if message else ""
    ledger.record(
        InteractionEvent.Kind.LEAD,
        workspace=lead.workspace,
        conversation=message.conversation if message else thread_of(lead),
        message=message,
        outcome=lead.level,
        reason=reason,
        data={"level": lead.level, **({"from": before} if before else {}), **(data or {})},
        request_id=request_id,
    )
    runs = integrations.queue_push(lead.workspace, record_of(lead), now=now, request_id=request_id)
    return [Wake("sync", run) for run in runs]


def thread_of(lead: Lead) -> Conversation | None:
    """Return the lead's conversation; the direct one where there are comments too."""
    return lead.contact.conversations.order_by("-kind", "id").first()


def record_of(lead: Lead) -> LeadRecord:
    """Return the lead as it is written outside."""
    contact = lead.contact
    return LeadRecord(
        lead_uid=str(lead.uid),
        name=str(contact),
        level=lead.level,
        phone=lead.phone,
        network=contact.social_account.kind,
        evidence=tuple(one["quote"] for one in lead.evidence),
        intent=intents.called(lead.intent),
        updated_at=lead.updated_at.isoformat(),
    )
