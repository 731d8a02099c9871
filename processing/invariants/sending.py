"""I4 and I6: nothing leaves twice, nor sooner than it may."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import Lag

from processing.handed import ANSWERED_TWICE, QUESTION
from processing.invariants.span import AUTOMATIC, LEFT, Span, found
from processing.models import Delivery, InteractionEvent, Message
from processing.proofs import SENT_AGAIN


def once(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield answers that left twice, utterances with two rows, and what the ledger tells of both.

    The database allows neither of the first two: they tell of an index that is broken. What a
    network took twice is known by its second name, and a second answer answers nothing any more
    (`handed.keep_one_answer`): of these the ledger alone knows.
    """
    sent = span.of(Message.objects.filter(AUTOMATIC, status__in=LEFT, in_reply_to__isnull=False))
    answers = sent.filter(purpose=Message.Purpose.REPLY)
    twice = answers.order_by().values("in_reply_to").annotate(times=Count("pk")).filter(times__gt=1)
    yield sent.filter(in_reply_to__in=twice.values("in_reply_to"))
    named = span.of(Message.objects.exclude(external_id=""))
    same = named.order_by().values("social_account", "external_id").annotate(times=Count("pk"))
    yield named.filter(external_id__in=same.filter(times__gt=1).values("external_id"))
    told = span.of(InteractionEvent.objects.filter(reason__in=[SENT_AGAIN, ANSWERED_TWICE]))
    yield told.filter(reason=SENT_AGAIN)
    yield _answered_twice(told.filter(reason=ANSWERED_TWICE, data__by_hand=False))


def _answered_twice(told: QuerySet[Any]) -> QuerySet[Any]:
    """Select the rows of what left by itself beside another answer that did, too."""
    left = Message.objects.filter(AUTOMATIC, status__in=LEFT)
    mine = told.filter(message__in=left).values_list("pk", "data")
    questions = {key: data.get(QUESTION) for key, data in mine}
    answered = left.filter(in_reply_to__uid__in=list(questions.values()))
    twice = {str(uid) for uid in answered.values_list("in_reply_to__uid", flat=True)}
    return told.filter(pk__in=[key for key, question in questions.items() if question in twice])


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
