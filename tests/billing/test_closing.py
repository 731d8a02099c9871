"""A workspace that is erased is not charged any more, however long Stripe is away."""

from typing import Any

import pytest
from django.urls import reverse

from accounts import audit
from accounts.models import Workspace
from billing import actions, closing, giving, looking, subscribing
from billing.models import Closing, PlanChange, StripeEvent, Subscription
from flowia.lib import clock
from flowia.lib.errors import NotFoundError
from processing import dispatch
from processing.privacy import leaving
from tests.admin.pages import operator
from tests.billing.conftest import World, checkout, subscribe, take
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db


def erase(workspace: Workspace) -> None:
    leaving.erase_workspace(workspace, confirm=workspace.name, by=audit.SYSTEM)


def test_an_erased_workspace_pays_nothing_more(shop: World, workspace: Workspace) -> None:
    row = subscribe(shop, workspace)
    erase(workspace)

    (wake,) = (one for one, _at in dispatch._found(clock.now()) if one.step == "close")
    closing.close(wake.row_id)

    (found,) = shop.subscriptions(row.customer_id)
    assert found["status"] == "canceled"
    assert Closing.objects.get().closed_at is not None
    rows = take(*shop.events())
    assert {one.status for one in rows} == {"ignored"}
    assert not Subscription.objects.exists()
    assert StripeEvent.objects.filter(type="customer.deleted").exists()


def test_a_stripe_that_is_down_is_asked_again(
    shop: World, workspace: Workspace, running_sandbox: Sandbox
) -> None:
    row = subscribe(shop, workspace)
    erase(workspace)
    running_sandbox.post("/faults", service="stripe", kind="rate_limited", times=None)
    waiting = Closing.objects.get()
    for _ in range(3):
        Closing.objects.update(next_at=clock.now())
        closing.close(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.attempts, waiting.closed_at) == (3, None)
    assert waiting.next_at is not None
    assert waiting.next_at > clock.now()

    running_sandbox.delete("/faults")
    Closing.objects.update(next_at=clock.now())
    closing.close(waiting.pk)
    assert shop.subscriptions(row.customer_id)[0]["status"] == "canceled"


def test_who_never_paid_leaves_nothing_to_close(workspace: Workspace) -> None:
    Subscription.objects.create(workspace=workspace)
    erase(workspace)
    assert not Closing.objects.exists()


def test_a_page_that_is_opened_while_the_workspace_goes_is_closed(
    shop: World, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subscribing.take_customer

    def gone_meanwhile(row: Subscription, customer_id: str) -> bool:
        erase(workspace)
        return real(row, customer_id)

    monkeypatch.setattr(subscribing, "take_customer", gone_meanwhile)
    with pytest.raises(NotFoundError):
        checkout(workspace)
    assert Closing.objects.count() == 1


def test_a_workspace_that_is_erased_while_stripe_answers_is_not_found(
    shop: World, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = subscribe(shop, workspace)
    ask = subscribing.ask

    def erased(customer_id: str) -> Any:
        answer = ask(customer_id)
        erase(workspace)
        return answer

    monkeypatch.setattr(subscribing, "ask", erased)
    looking.look_now(row)
    looking.look(row.pk)
    assert not Subscription.objects.exists()
    with pytest.raises(NotFoundError):
        subscribing.refresh(row)


# --- by hand ---------------------------------------------------------------------------------


def test_a_given_plan_stays_whatever_is_paid_for(shop: World, workspace: Workspace) -> None:
    row = subscribe(shop, workspace)
    giving.give(row.pk, "ultra")
    actions.refresh(workspace)
    assert Subscription.objects.get().plan == "ultra"
    shop.do("portal", customer=row.customer_id, action="cancel_now")
    assert actions.refresh(workspace).plan == "ultra"
    giving.give(row.pk, "")
    assert actions.refresh(workspace).plan == "freemium"
    told = PlanChange.objects.filter(reason="operator_changed").order_by("pk")
    assert list(told.values_list("before", "after")) == [
        ("premium", "ultra"),
        ("ultra", "freemium"),
    ]


def test_paying_again_does_not_lift_what_an_operator_suspended(
    shop: World, workspace: Workspace
) -> None:
    row = subscribe(shop, workspace)
    assert giving.suspend(row.pk)
    assert not giving.suspend(row.pk)
    shop.do("customer", customer=row.customer_id, action="delete")
    actions.refresh(workspace)
    assert Subscription.objects.get().suspended_for == "operator"
    giving.restore(row.pk)
    session = checkout(workspace)
    giving.suspend(row.pk)
    shop.pay(session)

    assert actions.refresh(workspace).suspended_for == "operator"
    assert giving.restore(row.pk)
    assert not giving.restore(row.pk)
    assert Subscription.objects.get().suspended_at is None


def test_operators_ask_suspend_and_give_in_the_admin(shop: World, workspace: Workspace) -> None:
    row = subscribe(shop, workspace)
    client, _user = operator()
    address = reverse("admin:billing_subscription_changelist")
    for action in ("ask", "suspend", "restore"):
        answer = client.post(address, {"action": action, "_selected_action": [row.pk]})
        assert answer.status_code == 302
    page = reverse("admin:billing_subscription_change", args=[row.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"given_plan": "ultra"}).status_code == 302

    row.refresh_from_db()
    assert (row.plan, row.given_plan, row.customer_id != "") == ("ultra", "ultra", True)
    reasons = PlanChange.objects.order_by("pk").values_list("reason", flat=True)
    assert list(reasons)[-3:] == ["operator_suspended", "operator_restored", "operator_changed"]
