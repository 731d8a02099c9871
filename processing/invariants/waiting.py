"""I1 and I2: every message is decided, and whatever waits is woken."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Letter
from billing.models import StripeEvent
from integrations.models import HookCall, Removal
from processing import dispatch
from processing.invariants.span import MINUTE, MOST, Span, found, rows_of
from processing.models import Delivery, FollowUp, LeadAct, Message, Replay
from social import pauses
from social.models import WebhookEvent

WAITING: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (WebhookEvent, ("received",)),
    (Delivery, ("queued", "sending")),
    (FollowUp, ("pending",)),
    (Letter, ("queued",)),
    (HookCall, ("queued",)),
    (Removal, ("queued",)),
    (StripeEvent, ("received",)),
    (Replay, ("queued", "running")),
    (LeadAct, ("queued", "running", "undoing")),
)
"""The rows that somebody has to wake, by the states in which they wait."""


def one_outcome(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield messages without a decision that nobody will decide, and answers that are not there."""
    heard = span.of(Message.objects.filter(direction=Message.Direction.INBOUND))
    yield heard.filter(outcome="", next_at=None)
    answers = Message.objects.filter(in_reply_to=OuterRef("pk"))
    yield heard.filter(~Exists(answers), outcome__in=["reply", "hold"])


def woken(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield what waits without a moment, and what has been due for long."""
    for model, states in WAITING:
        yield span.of(rows_of(model).filter(status__in=states, next_at=None))
    if pauses.everything_rests(now=span.now):
        return
    long_ago = min(span.rested, span.now - MINUTE)
    for rows in dispatch.longest_due(long_ago, most=MOST).values():
        yield found(rows)
