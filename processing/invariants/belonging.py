"""I12 and I13: every row is one lead's, and one workspace's."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from integrations.models import HookCall, Removal, SyncedRow, SyncRun
from processing.invariants.span import Span, rows_of
from processing.models import (
    Contact,
    Conversation,
    Delivery,
    FollowUp,
    InteractionEvent,
    Lead,
    Message,
)

CROSSING: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Contact, ("social_account",)),
    (Conversation, ("social_account", "contact")),
    (Message, ("conversation", "social_account", "in_reply_to", "scenario")),
    (Delivery, ("message",)),
    (FollowUp, ("conversation", "sequence", "message")),
    (Lead, ("contact",)),
    (InteractionEvent, ("conversation", "message")),
    (SyncRun, ("integration", "order")),
    (SyncedRow, ("integration",)),
    (Removal, ("integration",)),
    (HookCall, ("hook",)),
)
"""Rows, and what they hang on: both are of one workspace."""
OF_LEADS: tuple[type[Any], ...] = (SyncRun, SyncedRow, HookCall)
"""What is written outside of a lead, which it names by its uid."""


def one_row_outside(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield rows of a tool that stand for two leads; what people doubled there is theirs.

    That a lead has no two rows in a tool, as far as we know them, the database sees to.
    """
    rows = span.of(SyncedRow.objects.exclude(external_id=""))
    other = SyncedRow.objects.filter(
        integration=OuterRef("integration"), external_id=OuterRef("external_id")
    )
    yield rows.filter(Exists(other.exclude(pk=OuterRef("pk"))))


def apart(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield rows whose parts belong to different workspaces."""
    for model, parts in CROSSING:
        for part in parts:
            rows = rows_of(model).filter(**{f"{part}__isnull": False})
            yield span.of(rows.exclude(workspace=F(f"{part}__workspace")))
    for model in OF_LEADS:
        lead = Lead.objects.filter(uid=OuterRef("lead_uid"))
        foreign = lead.exclude(workspace=OuterRef("workspace"))
        yield span.of(rows_of(model).filter(Exists(foreign)))
