"""I7: a day's messages stay within the plan, and are counted as they are."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, TruncDate

from accounts.models import AuditEntry
from billing.models import PlanChange, Quota
from billing.plans import FREEMIUM, PLANS
from processing import ledger
from processing.invariants.span import LEFT, Span, rows_of
from processing.models import FollowUp, InteractionEvent, Message
from processing.privacy.models import Erasure

DAY = timedelta(days=1)
EASTERNMOST = timezone(timedelta(hours=14))
"""Where a day begins first: a workspace's day is that of its own time zone, whichever it is."""
CORRECTED = "operator.quota_corrected"
"""The act of an operator who gives messages of a day back, or takes some."""


def within_the_day(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield days above the plan, but where it was changed since; and days that count wrongly.

    What is reserved stands on the rows that hold it, what was used in the ledger of what left or
    may have left: one statement sees both as they are.
    """
    days = Quota.objects.filter(day__gte=(span.since - DAY).date())
    limits = [
        When(workspace__subscription__plan=plan.code, then=Value(plan.direct_messages_per_day))
        for plan in PLANS.values()
    ]
    usual = Value(FREEMIUM.direct_messages_per_day)
    limit = Case(*limits, default=usual, output_field=IntegerField(null=True))
    changed = PlanChange.objects.filter(workspace=OuterRef("workspace"))
    changes = changed.annotate(on=TruncDate("created_at", tzinfo=EASTERNMOST)).filter(
        on__gte=OuterRef("day")
    )
    yield days.annotate(limit=limit).filter(
        ~Exists(changes), limit__isnull=False, used__gt=F("limit") - F("reserved")
    )
    held = [_holders(Message), _holders(FollowUp)]
    yield days.annotate(messages=held[0], follow_ups=held[1]).exclude(
        reserved=F("messages") + F("follow_ups")
    )
    yield _miscounted(span)


def _miscounted(span: Span) -> QuerySet[Any]:
    """Select days of which more or less is used than left and may have left.

    Only days of which the ledger is asked as a whole, wherever they begin. Operators correct a day,
    and who is erased takes their messages along: such days tell nothing.
    """
    since = span.since - DAY
    first = since.date() + 2 * DAY
    erased = Erasure.objects.filter(workspace=OuterRef("workspace"), created_at__gte=since)
    corrected = AuditEntry.objects.filter(target_uid=OuterRef("uid"), action=CORRECTED)
    days = Quota.objects.filter(~Exists(erased), ~Exists(corrected), day__gte=first)
    return days.annotate(left=_left(since)).exclude(used=F("left"))


def _left(since: datetime) -> Coalesce:
    """Count the messages that left on a day, by the last row of each that tells its day."""
    told = _counted().filter(created_at__gte=since)
    later = _counted().filter(message=OuterRef("message"), pk__gt=OuterRef("pk"))
    rows = told.filter(
        ~Exists(later),
        workspace=OuterRef("workspace"),
        on=OuterRef("day"),
        message__status__in=LEFT,
    )
    number = rows.order_by().values("workspace").annotate(number=Count("message", distinct=True))
    return Coalesce(Subquery(number.values("number")), Value(0))


def _counted() -> QuerySet[Any]:
    on = Cast(KeyTextTransform(ledger.COUNTED, "data"), DateField())
    rows = InteractionEvent.objects.filter(data__has_key=ledger.COUNTED)
    return rows.annotate(on=on).filter(on__isnull=False)


def _holders(model: type[Any]) -> Coalesce:
    rows = rows_of(model).filter(workspace=OuterRef("workspace"), quota_day=OuterRef("day"))
    number = rows.order_by().values("quota_day").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number), Value(0))
