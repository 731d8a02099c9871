"""What follows whenever a lead changes: a row of the ledger, pushes to tools, calls of webhooks."""

from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import Workspace
from billing.plans import plan_of
from integrations import actions as integrations
from integrations.contracts import LeadRecord
from processing import hooking, intents, ledger
from processing.leadbodies import body_of
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
    """Write why the lead is as it is, queue its pushes and calls; returns what is to be woken.

    Pushes are not: they wait until the lead has been still for a moment, and are found then.

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
    return tell_outside(lead, new=reason == "lead_new", now=now, request_id=request_id)


def tell_outside(
    lead: Lead, *, now: datetime, new: bool = False, request_id: str = ""
) -> list[Wake]:
    """Queue the lead's pushes and calls as `tell_lead` does, where its level has no news.

    The contact is read anew: while the model wrote, their network may have told their name, or
    they may have asked for silence.
    """
    lead.contact.refresh_from_db(fields=("name", "handle", "opted_out_at"))
    integrations.queue_push(
        lead.workspace,
        record_of(lead),
        now=now,
        request_id=request_id,
        tools=tools_of(lead.workspace),
    )
    return _called(lead, new, now, request_id)


def tools_of(workspace: Workspace) -> int | None:
    """Return how many tools the workspace's plan opens; None opens all."""
    return plan_of(workspace).limit("tools")


def is_open(workspace: Workspace, integration_id: int) -> bool:
    """Return whether the plan lets us write into this tool now."""
    tools = integrations.opened(workspace, tools_of(workspace))
    return any(tool.pk == integration_id for tool in tools)


def _called(lead: Lead, new: bool, now: datetime, request_id: str) -> list[Wake]:
    if not hooking.listens(lead.workspace):
        return []
    body = body_of(lead, thread_of(lead))
    return hooking.tell_change(lead.workspace, body, new=new, now=now, request_id=request_id)


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
        summary=tuple(lead.summary),
        stage=lead.stage,
        link=f"{settings.PUBLIC_URL}/inbox/leads/{lead.uid}",
    )
