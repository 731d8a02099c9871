"""What the tests about people's rights do again and again."""

import html
from typing import Any

from django.utils import timezone

from accounts.models import AuditEntry
from integrations.models import Integration, SyncedRow
from processing.models import Conversation, Delivery
from tests.factories import (
    make_lead,
)


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def actions() -> set[str]:
    return set(AuditEntry.objects.values_list("action", flat=True))


def person(conversation: Conversation, deed: str) -> str:
    return f"/inbox/contacts/{conversation.contact.uid}/{deed}"


def put_on_the_wire(conversation: Conversation) -> None:
    message = conversation.messages.get(direction="outbound")
    Delivery.objects.create(
        workspace=conversation.workspace,
        message=message,
        status="sending",
        next_at=timezone.now(),
    )


def push_to_notion(conversation: Conversation) -> None:
    workspace = conversation.workspace
    tool = Integration.objects.create(workspace=workspace, kind="notion")
    lead = make_lead(conversation.contact)
    SyncedRow.objects.create(
        workspace=workspace, integration=tool, lead_uid=lead.uid, external_id="page-1"
    )
