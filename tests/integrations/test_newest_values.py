"""Whatever waited, failed or went unheard: the tool ends with the lead's newest values."""

import pytest
from pytest_django import Settings

from accounts import audit
from billing.models import Subscription
from integrations import actions, orders
from integrations.contracts import NotWritten
from integrations.models import Integration, SyncOrder
from processing import ordering, pushing, receipts, syncing, tasks, tooling
from processing.models import DeadLetter, Lead
from tests.factories import make_account, make_contact, make_lead, make_workspace
from tests.integrations.tool import Clock, Tool, connected, queued, row_of, run_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Clock:
    settings.SYNC_SETTLE_SECONDS = 0
    return Clock(monkeypatch)


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Tool:
    return Tool(monkeypatch)


def changed(person: Lead, stage: str, now: Clock) -> None:
    person.stage = stage
    person.save()
    pushing.tell_lead(person, "stage", now=now.now)


def stages(tool: Tool, person: Lead) -> list[str]:
    """Return the stage in each row where the lead stands."""
    return [tool.rows[row].stage for row in tool.of(str(person.uid))]


def let_work(there: Integration) -> None:
    for order in SyncOrder.objects.filter(integration=there, next_at__isnull=False):
        ordering.order(order.pk)
    actions.turn(there.pk)


def test_what_changed_while_a_tool_was_paused_is_written_over_what_waited(
    tool: Tool, now: Clock
) -> None:
    workspace = make_workspace()
    there = connected(workspace)
    person = make_lead(make_contact(make_account(workspace)))
    changed(person, "contacted", now)
    tooling.set_paused(there, paused=True, by=audit.SYSTEM)
    changed(person, "won", now)
    tooling.set_paused(there, paused=False, by=audit.SYSTEM)
    let_work(there)
    assert stages(tool, person) == ["won"]


def test_what_changed_while_the_plan_closed_a_tool_is_written_over_what_waited(
    tool: Tool, now: Clock
) -> None:
    workspace = make_workspace()
    connected(workspace, "airtable")
    there = connected(workspace)
    paid = Subscription.objects.create(workspace=workspace, plan="premium")
    person = make_lead(make_contact(make_account(workspace)))
    changed(person, "contacted", now)
    Subscription.objects.update(plan="freemium")
    changed(person, "won", now)
    Subscription.objects.update(plan=paid.plan)
    orders.place(there, SyncOrder.Kind.FULL, now=now.now)
    let_work(there)
    assert stages(tool, person) == ["won"]


def test_a_retried_push_writes_the_lead_as_it_is_now(tool: Tool, now: Clock) -> None:
    workspace = make_workspace()
    there = connected(workspace)
    person = make_lead(make_contact(make_account(workspace)))
    changed(person, "new", now)
    actions.turn(there.pk)
    uid = str(person.uid)
    del tool.rows[row_of(uid).external_id]
    changed(person, "contacted", now)
    actions.turn(there.pk)
    assert run_of(uid).error_code == "row_missing"
    # Nothing is queued while the row is set aside; then a member tries the push again.
    changed(person, "won", now)
    receipts.retry(run_of(uid), now=now.now)
    actions.turn(there.pk)
    assert stages(tool, person) == ["won"]


def test_a_dead_letter_of_a_push_writes_the_lead_as_it_is_now(tool: Tool, now: Clock) -> None:
    workspace = make_workspace()
    there = connected(workspace)
    person = make_lead(make_contact(make_account(workspace)))
    changed(person, "contacted", now)
    uid = str(person.uid)
    tool.meets = lambda lead_uid: NotWritten(lead_uid, "INVALID_VALUE_FOR_COLUMN")
    syncing.sync(there.pk)
    tool.meets = lambda _lead_uid: None
    tooling.set_paused(there, paused=True, by=audit.SYSTEM)
    changed(person, "won", now)
    Integration.objects.update(status="active")
    assert tasks.replay_dead_letter(DeadLetter.objects.get(kind="sync").pk)
    actions.turn(there.pk)
    assert (run_of(uid).status, stages(tool, person)) == ("done", ["won"])


def test_a_push_of_a_lead_that_is_gone_is_not_tried_again(tool: Tool, now: Clock) -> None:
    there = connected()
    [uid] = queued(there)
    tool.meets = lambda lead_uid: NotWritten(lead_uid, "INVALID_VALUE_FOR_COLUMN")
    actions.turn(there.pk)
    assert not receipts.push_again(run_of(uid).pk, now=now.now)
    assert run_of(uid).status == "failed"


def test_a_tool_that_opens_because_another_left_hears_what_it_missed(
    tool: Tool, now: Clock
) -> None:
    workspace = make_workspace()
    first = connected(workspace, "airtable")
    there = connected(workspace)
    person = make_lead(make_contact(make_account(workspace)))
    # Freemium opens one tool: this change is not for the second.
    changed(person, "won", now)
    tooling.disconnect(first, anyway=True, by=audit.SYSTEM)
    let_work(there)
    assert stages(tool, person) == ["won"]


@pytest.mark.parametrize(("plan", "status"), [("premium", "active"), ("freemium", "paused")])
def test_a_tool_that_was_open_before_or_does_not_work_is_not_compared(
    tool: Tool, now: Clock, plan: str, status: str
) -> None:
    workspace = make_workspace()
    Subscription.objects.create(workspace=workspace, plan=plan)
    first = connected(workspace, "airtable")
    there = connected(workspace)
    Integration.objects.filter(pk=there.pk).update(status=status)
    tooling.disconnect(first, anyway=True, by=audit.SYSTEM)
    assert not SyncOrder.objects.exists()
