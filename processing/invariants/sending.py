"""I4 and I6: nothing leaves twice, nor sooner than it may."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import Lag

from processing.invariants.span import AUTOMATIC, LEFT, Span, found
from processing.models import Delivery, Message


def once(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield answers that left twice, and utterances with two rows."""
    sent = span.of(Message.objects.filter(AUTOMATIC, status__in=LEFT, in_reply_to__isnull=False))
    answers = sent.filter(purpose=Message.Purpose.REPLY)
    twice = answers.order_by().values("in_reply_to").annotate(times=Count("pk")).filter(times__gt=1)
    yield sent.filter(in_reply_to__in=twice.values("in_reply_to"))
    named = span.of(Message.objects.exclude(external_id=""))
    same = named.order_by().values("social_account", "external_id").annotate(times=Count("pk"))
    yield named.filter(external_id__in=same.filter(times__gt=1).values("external_id"))


def spaced(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield automatic messages that left too soon after the one before in their conversation."""
    least = timedelta(seconds=settings.MIN_SECONDS_BETWEEN_MESSAGES)
    begun = span.of(Delivery.objects.filter(begun_at__isnull=False)).filter(
        message__author=Message.Author.ASSISTANT,
        message__approved_by=None,
        message__purpose__in=[Message.Purpose.REPLY, Message.Purpose.FOLLOW_UP],
        status__in=["sent", "unconfirmed", "sending"],
    )
    before = Window(
        Lag("begun_at"), partition_by=[F("message__conversation")], order_by=[F("begun_at").asc()]
    )
    yield found(begun.annotate(before=before).filter(before__gt=F("begun_at") - least))
