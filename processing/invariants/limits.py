"""I8 and I9: the model and everything else are asked no more often than they may be."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import F, IntegerField, QuerySet, Value, Window
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Lag

from integrations import outcomes
from integrations.models import SyncRun
from processing import following, outbox, responding
from processing.ai import rate
from processing.invariants.span import MINUTE, Span, found, rows_of
from processing.models import Delivery, FollowUp, InteractionEvent, Message
from social import events
from social.models import WebhookEvent

MOST_ATTEMPTS: tuple[tuple[type[Any], int], ...] = (
    (WebhookEvent, events.MAX_ATTEMPTS + 1),
    (Message, responding.MAX_ATTEMPTS + 1),
    (Delivery, outbox.MAX_ATTEMPTS + 1),
    (FollowUp, following.MAX_ATTEMPTS + 1),
    (SyncRun, outcomes.MAX_ATTEMPTS + 1),
)
"""How often each may be claimed: the last claim finds that it was tried too often."""


def asked_within_limits(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield what was paid for beyond the model's limits, in all and by one workspace.

    A call is noted when it is over, up to a lease after its turn: of what a minute may begin, the
    minute in which it ends may show twice as much and no more.
    """
    paid = span.of(InteractionEvent.objects.filter(data__has_key="tokens_in"))
    tokens = [
        Cast(KeyTextTransform(name, "data"), IntegerField()) for name in ("tokens_in", "tokens_out")
    ]
    read, written = tokens
    yield paid.annotate(tokens=read + Coalesce(written, Value(0))).filter(
        tokens__gt=settings.AI_MAX_TOKENS
    )
    own = settings.AI_REQUESTS_PER_MINUTE
    for limit, whose in ((rate.in_all(), None), (own, [F("workspace")])):
        lag = Lag("created_at", 2 * limit)
        before = Window(lag, partition_by=whose, order_by=[F("created_at").asc()])
        yield found(paid.annotate(before=before).filter(before__gt=F("created_at") - MINUTE))


def tried_within_limits(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield what was tried more often than it may be; one more is who finds that it is too much."""
    for model, most in MOST_ATTEMPTS:
        yield span.of(rows_of(model).filter(attempts__gt=most))
