"""Operators see pushes and orders, and try failed pushes again."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Workspace
from billing.models import Subscription
from flowia.lib import admin as common
from integrations.models import Integration, SyncOrder, SyncRun
from processing.admin import syncs
from processing.models import DeadLetter
from tests.admin.pages import operator
from tests.factories import make_account, make_contact, make_lead, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return operator()[0]


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


def push(workspace: Workspace, tool: Integration, **fields: object) -> SyncRun:
    whose = {"workspace": workspace, "integration": tool, "lead_uid": workspace.uid}
    return SyncRun.objects.create(**{**whose, "payload": {"name": "Zoé"}, **fields})


def test_failed_pushes_are_tried_again_and_their_letters_closed(
    client: Client, workspace: Workspace
) -> None:
    tool = Integration.objects.create(workspace=workspace, kind="notion")
    done = push(workspace, tool, status="done", lead_uid=tool.uid)
    lead = make_lead(make_contact(make_account(workspace)))
    failed = push(
        workspace, tool, status="failed", error_code="gave_up", attempts=4, lead_uid=lead.uid
    )
    DeadLetter.objects.create(kind="sync", object_id=failed.pk, reason="gave_up")
    form = {"action": "replay", "_selected_action": [failed.pk, done.pk]}
    page = client.post(reverse("admin:integrations_syncrun_changelist"), form, follow=True)

    failed.refresh_from_db()
    assert (failed.status, failed.attempts, failed.error_code) == ("queued", 0, "")
    assert DeadLetter.objects.get().replayed_at is not None
    assert page.status_code == 200
    assert AuditEntry.objects.filter(action="operator.replayed").count() == 1


def test_an_order_shows_how_far_it_has_come(client: Client, workspace: Workspace) -> None:
    tool = Integration.objects.create(workspace=workspace, kind="notion")
    order = SyncOrder.objects.create(
        workspace=workspace, integration=tool, kind="full", status="running", total=3
    )
    push(workspace, tool, status="done", order=order)
    page = client.get(reverse("admin:integrations_syncorder_change", args=[order.pk]))
    assert page.status_code == 200
    numbers = page.content.decode()
    assert "2" in numbers
    assert SyncOrder.objects.get().status == "running"


def test_one_click_takes_a_batch_of_pushes_the_failed_ones_first(
    client: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def replay(_request: object, row: SyncRun, _again: object) -> bool:
        tried.append(row.pk)
        return False

    monkeypatch.setattr(common, "BATCH", 2)
    monkeypatch.setattr(syncs, "replay", replay)
    tool = Integration.objects.create(workspace=workspace, kind="notion")
    rows = [
        SyncRun.objects.create(
            workspace=workspace, lead_uid=uuid4(), integration=tool, payload={}, status=status
        )
        for status in ("done", "done", "failed")
    ]
    form = {"action": "replay", "_selected_action": str(rows[0].pk), "select_across": "1"}
    client.post(reverse("admin:integrations_syncrun_changelist"), form)

    assert tried == [rows[2].pk, rows[0].pk]


def test_a_push_is_found_by_the_contact_s_name(client: Client, workspace: Workspace) -> None:
    tool = Integration.objects.create(workspace=workspace, kind="notion")
    found = push(workspace, tool)
    other = push(workspace, tool, payload={"name": "Ana"}, lead_uid=tool.uid)
    page = client.get(reverse("admin:integrations_syncrun_changelist"), {"q": "zoé"})
    rows = [row.pk for row in page.context["cl"].result_list]
    assert (found.pk in rows, other.pk in rows) == (True, False)


def test_who_is_no_customer_at_stripe_is_said_to_be_none(
    client: Client, workspace: Workspace
) -> None:
    row = Subscription.objects.create(workspace=workspace)
    form = {"action": "ask", "_selected_action": [row.pk]}
    address = reverse("admin:billing_subscription_changelist")
    shown = client.post(address, form, follow=True).content.decode()
    assert "1 row has no customer at Stripe" in shown
    assert "0 rows" not in shown
