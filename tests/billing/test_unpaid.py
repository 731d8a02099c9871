"""What is not paid: which invoice waits, what applies meanwhile, and what does not go on."""

import pytest

from accounts import audit
from accounts.models import Workspace
from billing import actions, gateway, giving, subscribing
from billing.errors import PaymentDueError
from billing.gateway import library
from billing.models import PlanChange, Subscription
from billing.plans import plan_of
from billing.states import state_of
from tests.billing.conftest import World, checkout, subscribe

pytestmark = pytest.mark.django_db
BY = audit.SYSTEM


def decline(shop: World, row: Subscription) -> None:
    """Let the card be refused from now on."""
    shop.do("portal", customer=row.customer_id, action="card", card="declines")


def change(shop: World, row: Subscription, key: str) -> None:
    shop.do("portal", customer=row.customer_id, action="change", price=shop.price(key))


def give_up(shop: World, row: Subscription) -> None:
    """Let a renewal and all tries after it fail."""
    decline(shop, row)
    shop.advance(to="period_end", customer=row.customer_id)
    for _ in range(16):
        shop.advance(days=1)


def buys_unknown(shop: World, workspace: Workspace) -> Subscription:
    """Subscribe to a price that is none of ours."""
    row = subscribing.row_of(workspace)
    if not row.customer_id:
        checkout(workspace)
        row.refresh_from_db()
    shop.do("portal", customer=row.customer_id, action="card", card="good")
    product = gateway.made("products", {"name": "Something else"})["id"]
    asked = {"currency": "eur", "unit_amount": 500, "recurring": {"interval": "month"}}
    price = gateway.made("prices", {**asked, "product": product})["id"]
    gateway.made("subscriptions", {"customer": row.customer_id, "items": [{"price": price}]})
    return subscribing.refresh(row)


def test_an_unpaid_plan_still_waits_for_its_payment_after_a_month(
    shop: World, workspace: Workspace
) -> None:
    shop.do("options", after_final_failure="unpaid")
    row = subscribe(shop, workspace)
    give_up(shop, row)
    assert actions.refresh(workspace).status == "unpaid"
    assert state_of(workspace).payment_due
    shop.advance(to="period_end", customer=row.customer_id)
    shop.advance(seconds=7200)
    state = actions.refresh(workspace)
    assert state.status == "unpaid"

    assert state.payment_due
    with pytest.raises(PaymentDueError):
        actions.upgrade_plan(workspace, "premium", "month", by=BY)


def test_an_older_invoice_that_is_still_open_is_still_to_be_paid(
    shop: World, workspace: Workspace
) -> None:
    row = subscribe(shop, workspace)
    decline(shop, row)
    for key in ("flowia_ultra_month", "flowia_premium_month"):
        change(shop, row, key)
    invoices = shop.get("state", customer=row.customer_id)["objects"]["invoice"]
    assert [one for one in invoices if one["status"] == "open"]

    assert actions.refresh(workspace).payment_due


def test_a_larger_plan_whose_payment_fails_applies_once_it_is_paid(
    shop: World, workspace: Workspace
) -> None:
    row = subscribe(shop, workspace)
    decline(shop, row)
    change(shop, row, "flowia_ultra_month")

    state = actions.refresh(workspace)
    assert (state.status, state.plan, state.payment_due) == ("past_due", "premium", True)
    giving.give(row.pk, "")
    assert plan_of(workspace).code == "premium"

    row.refresh_from_db()
    shop.do("pay", invoice=row.open_invoice_id, outcome="paid", card="good")
    assert actions.refresh(workspace).plan == "ultra"
    told = PlanChange.objects.filter(workspace=workspace).order_by("pk")
    assert list(told.values_list("reason", "after")) == [
        ("plan_started", "premium"),
        ("payment_failed", "premium"),
        ("payment_repaired", "ultra"),
        ("plan_changed", "ultra"),
    ]


def test_what_is_paused_for_want_of_money_does_not_go_on_without_it(
    shop: World, workspace: Workspace
) -> None:
    shop.do("options", after_final_failure="pause")
    row = subscribe(shop, workspace)
    give_up(shop, row)
    state = actions.refresh(workspace)
    assert (state.status, state.status_reason) == ("paused", "final_payment_failure")
    assert (state.plan, state.payment_due) == ("freemium", True)

    with pytest.raises(PaymentDueError):
        actions.resume_subscription(workspace, by=BY)
    assert actions.refresh(workspace).plan == "freemium"


def test_what_is_paused_by_request_goes_on_with_a_word(shop: World, workspace: Workspace) -> None:
    row = subscribe(shop, workspace)
    library.v1().subscriptions.pause(row.subscription_id, {"type": "subscription"}, {})
    assert actions.refresh(workspace).plan == "freemium"

    assert actions.resume_subscription(workspace, by=BY).plan == "premium"


def test_a_plan_given_beside_an_unknown_price_can_be_taken_back(
    shop: World, workspace: Workspace
) -> None:
    row = buys_unknown(shop, workspace)
    assert row.error_code == "unknown_price"
    giving.give(row.pk, "ultra")
    assert plan_of(workspace).code == "ultra"

    giving.give(row.pk, "")

    assert plan_of(workspace).code == "freemium"


def test_an_unknown_price_brings_no_old_plan_back(shop: World, workspace: Workspace) -> None:
    row = subscribe(shop, workspace)
    shop.do("portal", customer=row.customer_id, action="cancel_now")
    actions.refresh(workspace)
    row = buys_unknown(shop, workspace)
    assert (row.error_code, row.plan) == ("unknown_price", "freemium")
    giving.give(row.pk, "ultra")
    giving.give(row.pk, "")

    assert plan_of(workspace).code == "freemium"


def test_a_plan_that_an_unknown_price_follows_ends_in_words(
    shop: World, workspace: Workspace
) -> None:
    row = subscribe(shop, workspace)
    shop.do("portal", customer=row.customer_id, action="cancel_now")
    buys_unknown(shop, workspace)

    last = PlanChange.objects.filter(workspace=workspace).latest("pk")
    assert (last.reason, last.before, last.after) == ("plan_ended", "premium", "freemium")
