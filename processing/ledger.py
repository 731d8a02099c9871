"""The ledger: one row for everything that happened or was deliberately not done."""

from datetime import date
from typing import Any

import structlog

from accounts.models import Workspace
from billing import quotas, telling
from processing.models import Conversation, Delivery, InteractionEvent, Message
from processing.reasons import sentence

log = structlog.get_logger("flowia.ledger")
COUNTED = "counted_on"
"""Under this name a row keeps the day whose quota a message used."""


def record(
    kind: InteractionEvent.Kind,
    *,
    workspace: Workspace,
    conversation: Conversation | None = None,
    message: Message | None = None,
    outcome: str = "",
    reason: str = "",
    gates: list[dict[str, Any]] | None = None,
    data: dict[str, Any] | None = None,
    request_id: str = "",
) -> InteractionEvent:
    """Append one row, and one log line with its ids and codes.

    `gates` is a list of `{"gate", "passed", "reason", "data"}`; `data` holds codes and numbers,
    never a text of the contact.
    """
    event = InteractionEvent.objects.create(
        workspace=workspace,
        conversation=conversation,
        message=message,
        kind=kind,
        outcome=outcome,
        reason=reason,
        gates=gates or [],
        data=data or {},
        request_id=request_id,
    )
    log.info(
        str(kind),
        outcome=outcome,
        reason=reason,
        conversation=conversation.pk if conversation else None,
        message=message.pk if message else None,
    )
    return event


def sentence_of(event: InteractionEvent) -> str:
    """Return what `event` says, in the active language."""
    if event.kind == InteractionEvent.Kind.PLAN:
        return telling.in_words(event.reason, event.data, event.data.get("timezone", "UTC"))
    return sentence(event.reason or event.kind, event.data)


def gates_of(event: InteractionEvent) -> list[dict[str, Any]]:
    """Return the event's gates, each with its sentence in the active language."""
    return [
        {
            "gate": gate["gate"],
            "passed": gate["passed"],
            "reason": gate["reason"],
            "sentence": sentence(gate["reason"], gate.get("data")),
        }
        for gate in event.gates
    ]


def tell(
    message: Message,
    kind: InteractionEvent.Kind,
    reason: str,
    *,
    outcome: str = "",
    gates: list[dict[str, Any]] | None = None,
    data: dict[str, Any] | None = None,
) -> InteractionEvent:
    """Append a row about `message`, in its conversation and under its request id."""
    return record(
        kind,
        workspace=message.workspace,
        conversation=message.conversation,
        message=message,
        outcome=outcome,
        reason=reason,
        gates=gates,
        data=data,
        request_id=message.request_id,
    )


def counted_on(delivery: Delivery) -> date:
    """Return the day whose quota a message used of which nobody knew whether it left.

    As the ledger kept it: the workspace's time zone may be another by now.
    """
    told = InteractionEvent.objects.filter(message=delivery.message_id, data__has_key=COUNTED)
    data = told.order_by("-id").values_list("data", flat=True).first() or {}
    if data.get(COUNTED):
        return date.fromisoformat(data[COUNTED])
    begun = delivery.begun_at or delivery.created_at
    return quotas.local_day(delivery.message.workspace, begun)
