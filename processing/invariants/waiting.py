"""I1 and I2: every message is decided, and whatever waits is woken.

What waits is asked whatever its age: a row that nobody wakes stays where it is. Tables that keep
what is over for long have an index of nothing but such rows (`…_forgotten`).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Letter
from billing.models import StripeEvent
from integrations import leases
from integrations.models import Hook, HookCall, Removal, SyncOrder, SyncRun
from processing import dispatch
from processing.invariants.span import MINUTE, MOST, Span, found, rows_of
from processing.models import Delivery, FollowUp, LeadAct, Message, Replay
from processing.privacy.models import Erasure, Export
from social import pauses
from social.models import Poll, WebhookEvent
from social.polling import READABLE
from social.providers.registry import PROVIDERS

WAITING: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (WebhookEvent, ("received",)),
    (Delivery, ("queued", "sending")),
    (FollowUp, ("pending",)),
    (Letter, ("queued",)),
    (HookCall, ("queued", "running")),
    (SyncRun, ("queued", "running")),
    (SyncOrder, ("queued", "running")),
    (Removal, ("queued", "running")),
    (StripeEvent, ("received",)),
    (Replay, ("queued", "running")),
    (LeadAct, ("queued", "running", "undoing")),
    (Export, ("queued", "running")),
    (Erasure, ("queued", "erased")),
)
"""The rows that somebody has to wake, by the states in which they wait."""
DAY = timedelta(days=1)
"""So long may copies and erasures wait for each other: a night's purge asks for many at once."""


def one_outcome(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield messages without a decision that nobody will decide, and answers that are not there."""
    heard = Message.objects.filter(direction=Message.Direction.INBOUND)
    yield _oldest(heard.filter(outcome="", next_at=None), span)
    answers = Message.objects.filter(in_reply_to=OuterRef("pk"))
    yield span.of(heard.filter(~Exists(answers), outcome__in=["reply", "hold"]))


def woken(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield what waits without a moment, and what has been due for long."""
    for rows in _without_a_moment():
        yield _oldest(rows, span)
    if pauses.everything_rests(now=span.now):
        return
    long_ago = min(span.rested, span.now - MINUTE)
    for due in dispatch.longest_due(long_ago, most=MOST).values():
        yield found(due)
    yield from _left_behind(long_ago, now=span.now)


def _oldest(rows: QuerySet[Any], span: Span) -> QuerySet[Any]:
    """Return those that rest. Ordered by their ids, a table would be read along them instead."""
    return found(rows.filter(created_at__lte=span.rested).order_by("created_at"))


def _without_a_moment() -> Iterator[QuerySet[Any]]:
    for model, states in WAITING:
        # One state after the other: a list of them is no condition of an index.
        for state in states:
            rows = rows_of(model).filter(status=state, next_at=None)
            if model is HookCall and state == HookCall.Status.QUEUED:
                # Those of a webhook that rests are woken by whoever resumes it.
                rows = rows.filter(hook__status=Hook.Status.ACTIVE)
            yield rows
    regular = Q(pk__in=[])
    for provider in PROVIDERS.values():
        for stream in provider.streams:
            if not stream.on_demand:
                regular |= Q(social_account__kind__in=stream.kinds, stream=stream.name)
    yield Poll.objects.filter(regular, next_at=None, social_account__status__in=READABLE)


def _left_behind(long_ago: datetime, *, now: datetime) -> Iterator[QuerySet[Any]]:
    """Yield what a worker had whose lease is over, and what no round of beat's took up."""
    for model in (Delivery, SyncRun, HookCall, Removal):
        status = "sending" if model is Delivery else "running"
        rows = rows_of(model).filter(status=status, next_at__lte=long_ago)
        if model is SyncRun:
            rows = rows.filter(leases.idle(now, "integration__"))
        yield found(rows.order_by("next_at"))
    for asked in (Export, Erasure):
        yield found(rows_of(asked).filter(next_at__lte=long_ago - DAY).order_by("next_at"))
