"""A suspension: the line keeps its places, and what it left unanswered is judged anew."""

import pytest
from django.utils import timezone

from billing import giving, subscribing
from billing.models import PlanChange
from processing import pipeline
from processing.models import Message
from processing.quota_line import advance, wake_waiting
from tests.processing.conftest import Scene
from tests.processing.lining import HOUR, closes, decide, short, use, writes
from tests.processing.plan_steps import tell

__all__ = ["short"]
pytestmark = pytest.mark.django_db


def lift(scene: Scene) -> None:
    """An operator lifts the suspension, and what follows from it is done."""
    giving.restore(subscribing.row_of(scene.workspace).pk)
    for change in PlanChange.objects.all():
        pipeline.plan(change.pk)


def due_now() -> None:
    Message.objects.filter(outcome="").update(next_at=timezone.now())


def test_a_suspension_of_minutes_leaves_the_line_as_it_is(short: Scene) -> None:
    use(short, 10)
    waits = writes(short, "1001")
    giving.suspend(subscribing.row_of(short.workspace).pk)
    use(short, 0)
    assert advance(now=timezone.now()) == []
    assert wake_waiting(short.workspace, timezone.now()) == []
    lift(short)

    assert [wake.row_id for wake in advance(now=timezone.now())] == [waits.pk]
    assert (decide(waits).outcome, waits.reason) == ("reply", "replied")


def test_what_a_suspension_left_unanswered_is_answered_once_it_is_lifted(short: Scene) -> None:
    use(short, 10)
    waited = writes(short, "1001")
    giving.suspend(subscribing.row_of(short.workspace).pk)
    due_now()
    came = [writes(short, person) for person in ("1002", "1003", "1003")]
    late = writes(short, "1004")
    assert {decide(one).reason for one in (waited, *came[:1], *came[2:], late)} == {
        "plan_suspended"
    }
    closes(late, timezone.now() - HOUR)
    use(short, 0)
    lift(short)
    due = Message.objects.filter(outcome="", next_at__lte=timezone.now())
    for message in due.order_by("pk"):
        decide(message)

    fates = {one.pk: Message.objects.get(pk=one.pk).reason for one in (waited, *came, late)}
    answered = {waited.pk: "replied", came[0].pk: "replied", came[2].pk: "replied"}
    assert fates == {**answered, came[1].pk: "plan_suspended", late.pk: "plan_suspended"}


def test_a_step_of_the_plan_lifts_no_suspension(short: Scene) -> None:
    giving.suspend(subscribing.row_of(short.workspace).pk)
    came = writes(short, "1001")
    tell(short.workspace, "freemium", "premium")

    assert Message.objects.get(pk=came.pk).reason == "plan_suspended"
