"""What is read of leads: lists, and on a lead's page what was said, told and pushed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Q, QuerySet

from accounts.models import Workspace
from integrations.models import SyncRun
from processing.models import Conversation, InteractionEvent, Lead, Message
from processing.models.people import WARMTH
from processing.phones import digits_in


def leads_of(workspace: Workspace, *, search: str = "", **columns: object) -> QuerySet[Lead]:
    """Return the workspace's leads with their contacts, `name`, and `warmth` from 0 to 2.

    `search` looks into contacts' names and phones; `columns` are values and lookups.
    """
    rows = matching_leads(workspace, search=search, **columns).select_related("contact")
    return rows.annotate(name=F("contact__name"), warmth=WARMTH)


def matching_leads(workspace: Workspace, *, search: str = "", **columns: object) -> QuerySet[Lead]:
    """Return the same leads alone, to be counted: without their contacts that is quick."""
    rows = Lead.objects.filter(workspace=workspace, **columns)
    if search:
        found = Q(contact__name__icontains=search)
        if digits := digits_in(search):
            found |= Q(phone__contains=digits)
        rows = rows.filter(found)
    return rows


def pushes_of(lead: Lead) -> list[SyncRun]:
    """Return the newest push of the lead into each tool, with its integration."""
    runs = SyncRun.objects.filter(workspace=lead.workspace_id, lead_uid=lead.uid)
    newest: dict[int, SyncRun] = {}
    for run in runs.select_related("integration").order_by("-id")[:50]:
        newest.setdefault(run.integration_id, run)
    return sorted(newest.values(), key=lambda run: run.integration.kind)


@dataclass(frozen=True)
class Said:
    """How much stands between us and a contact, and when the message with their number came."""

    thread: Conversation | None
    theirs: int
    ours: int
    last: datetime | None
    phone_at: datetime | None


def said_of(lead: Lead) -> Said:
    """Return what was said with the lead's contact, and their thread: the direct one, if any."""
    theirs = Q(messages__direction=Message.Direction.INBOUND)
    unsent = (Message.Status.HELD, Message.Status.REFUSED, Message.Status.FAILED)
    threads = lead.contact.conversations.order_by("-kind", "id").annotate(
        theirs=Count("messages", filter=theirs),
        ours=Count("messages", filter=~theirs & ~Q(messages__status__in=unsent)),
        last=Max("messages__sent_at"),
        phone_at=Max("messages__sent_at", filter=Q(messages__uid=lead.phone_message)),
    )
    rows = list(threads)
    return Said(
        rows[0] if rows else None,
        sum(row.theirs for row in rows),
        sum(row.ours for row in rows),
        max((row.last for row in rows if row.last), default=None),
        next((row.phone_at for row in rows if row.phone_at), None),
    )


def story_of(lead: Lead) -> QuerySet[InteractionEvent]:
    """Return what the ledger tells of the lead and of who answers its contact, the latest first."""
    kinds = ("lead", "takeover", "release", "follow_up", "consent")
    threads = Conversation.objects.filter(contact=lead.contact_id)
    rows = InteractionEvent.objects.filter(conversation__in=threads, kind__in=kinds)
    return rows.exclude(reason="lead_same").select_related("message").order_by("-id")
