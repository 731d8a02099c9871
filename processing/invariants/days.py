"""I7: a day's messages stay within the plan, and are counted as they are."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from billing.models import PlanChange, Quota
from billing.plans import FREEMIUM, PLANS
from processing.invariants.span import Span, rows_of
from processing.models import FollowUp, Message


def within_the_day(span: Span) -> Iterator[QuerySet[Any]]:
    """Yield days above the plan, but where it was changed since; and days that count wrongly.

    What is reserved stands on the rows that hold it: one statement sees both as they are.
    """
    days = Quota.objects.filter(day__gte=(span.since - timedelta(days=1)).date())
    limits = [
        When(workspace__subscription__plan=plan.code, then=Value(plan.direct_messages_per_day))
        for plan in PLANS.values()
    ]
    usual = Value(FREEMIUM.direct_messages_per_day)
    limit = Case(*limits, default=usual, output_field=IntegerField(null=True))
    changes = PlanChange.objects.filter(
        workspace=OuterRef("workspace"), created_at__date__gte=OuterRef("day")
    )
    yield days.annotate(limit=limit).filter(
        ~Exists(changes), limit__isnull=False, used__gt=F("limit") - F("reserved")
    )
    held = [_holders(Message), _holders(FollowUp)]
    yield days.annotate(messages=held[0], follow_ups=held[1]).exclude(
        reserved=F("messages") + F("follow_ups")
    )


def _holders(model: type[Any]) -> Coalesce:
    rows = rows_of(model).filter(workspace=OuterRef("workspace"), quota_day=OuterRef("day"))
    number = rows.order_by().values("quota_day").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number), Value(0))
