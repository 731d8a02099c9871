"""A step of the plan lets go on what it opens, and nothing else."""

from collections.abc import Callable

import pytest
from django.utils import timezone, translation
from pytest_django import Settings

from accounts import audit
from accounts.models import Letter, Workspace
from billing import actions, giving
from billing.models import PlanChange, Subscription
from flowia.lib import clock
from integrations.models import Hook, HookCall, Integration, SyncOrder
from processing import pipeline, pushing
from processing.ledger import sentence_of
from processing.models import Message
from processing.wakes import Wake
from tests.factories import make_member, make_workspace
from tests.integrations.hooking import hooked, lead_in, run_due
from tests.processing.conftest import Scene
from tests.processing.lining import line, short, use, writes
from tests.processing.plan_steps import on, ordered, step, tell, told, tools

__all__ = ["short"]
pytestmark = pytest.mark.django_db


def test_a_larger_plan_answers_who_waits(short: Scene) -> None:
    use(short, 10)
    first, second = writes(short, "1001"), writes(short, "1002")
    assert line(short) == [first.pk, second.pk]
    assert Message.objects.filter(outcome="", next_at__lte=timezone.now()).count() == 0

    wakes = tell(short.workspace, "freemium", "premium", "plan_started")

    assert wakes == [Wake("respond", first.pk), Wake("respond", second.pk)]
    for wake in wakes:
        pipeline.respond(wake.row_id)
    assert line(short) == []
    assert set(Message.objects.filter(direction="inbound").values_list("outcome", flat=True)) == {
        "reply"
    }


@pytest.mark.parametrize(
    ("before", "after"), [("ultra", "premium"), ("premium", "premium"), ("premium", "freemium")]
)
def test_a_plan_that_allows_no_more_wakes_nobody(short: Scene, before: str, after: str) -> None:
    on(short.workspace, "freemium")
    use(short, 10)
    message = writes(short, "1001")
    wakes = tell(short.workspace, before, after, "plan_changed")

    assert wakes == []
    message.refresh_from_db()
    assert message.next_at is not None
    assert message.next_at > timezone.now()


def test_news_that_come_late_open_nothing_that_is_closed_again() -> None:
    workspace = make_workspace()
    tools(workspace)
    change = step(workspace, "freemium", "premium", "plan_started")
    on(workspace, "freemium")

    assert pipeline.plan(change.pk) == []
    assert ordered() == set()


OPENED = [
    ("freemium", "premium", {"airtable", "google-sheets"}),
    ("freemium", "ultra", {"airtable", "google-sheets"}),
    ("premium", "ultra", set()),
    ("ultra", "premium", set()),
    ("premium", "freemium", set()),
]


@pytest.mark.parametrize(("before", "after", "kinds"), OPENED)
def test_the_tools_that_a_plan_opens_again_get_every_lead(
    before: str, after: str, kinds: set[str]
) -> None:
    workspace = make_workspace()
    tools(workspace)
    tools(make_workspace())

    wakes = tell(workspace, before, after)

    assert ordered() == kinds
    assert len([one for one in wakes if one.step == "order"]) == len(kinds)
    assert all(one.workspace == workspace for one in SyncOrder.objects.all())


def test_an_order_that_is_open_already_is_enough() -> None:
    workspace = make_workspace()
    tools(workspace)
    for _ in range(2):
        tell(workspace, "freemium", "premium")

    assert SyncOrder.objects.count() == 2


def fail_for_good_and_pay(workspace: Workspace, between: Callable[[], object] = int) -> list[Wake]:
    """Let a payment fail for good, something happen, and the payment come."""
    pipeline.plan(step(workspace, "premium", "freemium", "payment_given_up", status="unpaid").pk)
    between()
    return tell(workspace, "freemium", "premium", "payment_repaired")


def test_paid_again_everything_comes_back_by_itself(settings: Settings) -> None:
    settings.SYNC_SETTLE_SECONDS = 0
    with hooked(settings, "premium") as post:
        workspace = post.workspace
        mine = tools(workspace)
        fail_for_good_and_pay(workspace)
        now = clock.now()
        pushing.tell_lead(lead_in(workspace), "lead_new", now=now)
        run_due(clock.now())

        assert len(post.there.asked) == 1
        assert all(pushing.is_open(workspace, one.pk) for one in mine)


def test_what_happened_while_nothing_was_paid_is_told_afterwards(settings: Settings) -> None:
    settings.SYNC_SETTLE_SECONDS = 0
    with hooked(settings, "premium") as post:
        call = post.tell(now=clock.now())
        assert call is not None

        def meanwhile() -> None:
            run_due(clock.now())
            assert post.there.asked == []

        fail_for_good_and_pay(post.workspace, meanwhile)
        run_due(clock.now())

        assert len(post.there.asked) == 1
        assert HookCall.objects.get(pk=call.pk).status == "done"


def test_what_people_and_failures_stopped_stays_stopped(settings: Settings) -> None:
    with hooked(settings, "premium") as post:
        workspace = post.workspace
        mine = tools(workspace)
        stopped = {"notion": "active", "airtable": "paused", "google-sheets": "needs_login"}
        for kind, status in stopped.items():
            Integration.objects.filter(kind=kind).update(status=status)
        waits = post.tell(now=clock.now())
        assert waits is not None
        Hook.objects.update(status=Hook.Status.DISABLED)
        HookCall.objects.update(next_at=None)
        Workspace.objects.filter(pk=workspace.pk).update(assistant_on=False)
        row = Subscription.objects.get(workspace=workspace)
        giving.suspend(row.pk)

        fail_for_good_and_pay(workspace)

        now = {one.kind: one.status for one in Integration.objects.all()}
        assert now == stopped
        assert ordered() == set()
        assert post.fresh().status == Hook.Status.DISABLED
        assert HookCall.objects.get().next_at is None
        workspace.refresh_from_db()
        assert not workspace.assistant_on
        row.refresh_from_db()
        assert row.suspended_for == "operator"
        assert len(mine) == 3


def test_going_on_with_freemium_after_a_deleted_customer_is_told() -> None:
    workspace = make_workspace()
    make_member(workspace)
    on(workspace, "freemium", suspended_at=clock.now(), suspended_for="customer_deleted")
    actions.choose_freemium(workspace, by=audit.SYSTEM)
    actions.choose_freemium(workspace, by=audit.SYSTEM)
    change = PlanChange.objects.get()
    pipeline.plan(change.pk)

    with translation.override("en"):
        assert sentence_of(told(workspace)) == (
            "An owner chose Freemium: messages are answered again."
        )
    assert Letter.objects.count() == 1
