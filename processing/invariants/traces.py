"""I10 and I11: whatever happened, or did not, says why, when and by what."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from integrations.models import Removal
from processing.invariants.span import Span
from processing.models import DeadLetter, Delivery, FollowUp, Message
from processing.reasons import SENTENCES


def explained(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield silence and failures without a known reason, and failures without a dead letter."""
    known = ["", *SENTENCES]
    said = span.of(Message.objects.all())
    decided = said.filter(outcome__in=["silent", "handoff", "hold"])
    ended = said.filter(status__in=[Message.Status.REFUSED, Message.Status.FAILED])
    for rows in (decided, ended):
        yield rows.filter(reason="")
        yield rows.exclude(reason__in=known)
    for kind, failed in _failed():
        letters = DeadLetter.objects.filter(kind=kind, object_id=OuterRef("pk"))
        yield span.of(failed.filter(~Exists(letters)))


def _failed() -> tuple[tuple[str, QuerySet[Any]], ...]:
    """Return what failed for good, under the kind of its dead letters."""
    gave_up = {"reason": "gave_up"}
    return (
        ("send", Delivery.objects.filter(status=Delivery.Status.FAILED)),
        ("respond", Message.objects.filter(outcome=Message.Outcome.HANDOFF, **gave_up)),
        ("follow", FollowUp.objects.filter(status=FollowUp.Status.TASK, **gave_up)),
        ("remove", Removal.objects.filter(status=Removal.Status.FAILED)),
    )


def timed(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield what was sent and does not say when, under which name, or by which scenario."""
    sent = span.of(Delivery.objects.filter(status=Delivery.Status.SENT))
    yield sent.filter(Q(finished_at=None) | Q(message__status__in=["queued", "held"]))
    yield sent.filter(message__external_id="")
    yield sent.filter(message__purpose=Message.Purpose.REPLY, message__author="assistant").filter(
        Q(begun_at=None) | Q(message__scenario_version=None)
    )
