"""I12 and I13: every row is one lead's, and one workspace's."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from integrations.models import SyncedRow
from processing.invariants.span import Span, rows_of
from processing.models import Delivery, InteractionEvent, Lead, Message

CROSSING: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Message, ("conversation", "social_account")),
    (Delivery, ("message",)),
    (Lead, ("contact",)),
    (InteractionEvent, ("conversation",)),
)
"""Rows, and what they hang on: both are of one workspace."""


def one_row_outside(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield rows of a tool that stand for two leads; what people doubled there is theirs."""
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
