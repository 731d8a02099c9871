"""Buying, changing, cancelling and coming back, as the owner does it, against the stand-in."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from pytest_django import Settings

from accounts import audit
from accounts.models import AuditEntry, Workspace
from billing import actions, gateway, giving, subscribing
from billing.errors import (
    AlreadyOnPlanError,
    BillingOffError,
    EndsError,
    NoCustomerError,
    NotCancelledError,
    NothingDueError,
    NotSoldError,
    NotSubscribedError,
    PaymentDueError,
    SuspendedError,
)
from billing.models import Checkout, PlanChange, Subscription
from billing.plans import plan_of
from billing.states import state_of
from flowia.lib import clock
from flowia.lib.errors import FlowError
from tests.billing.conftest import World, checkout, subscribe, take

pytestmark = pytest.mark.django_db
BY = audit.SYSTEM


def reasons(workspace: Workspace) -> list[str]:
    rows = PlanChange.objects.filter(workspace=workspace).order_by("pk")
    return list(rows.values_list("reason", flat=True))


def test_a_paid_page_is_the_plan_at_once(shop: World, workspace: Workspace) -> None:
    row = subscribe(shop, workspace)

    state = state_of(workspace)
    assert plan_of(workspace).code == state.plan == state.paid_plan == "premium"
    assert (state.status, state.period, state.amount_cents, state.currency) == (
        "active",
        "month",
        1499,
        "eur",
    )
    assert state.renews_at is not None
    assert state.ends_at is None
    assert state.test_mode
    assert row.error_code == ""
    assert reasons(workspace) == ["plan_started"]


@pytest.mark.parametrize("outcome", ["declined", "back", "action"])
def test_a_page_that_is_not_paid_changes_nothing(
    shop: World, workspace: Workspace, outcome: str
) -> None:
    shop.pay(checkout(workspace), outcome)

    assert actions.refresh(workspace).plan == "freemium"
    assert reasons(workspace) == []


def test_a_second_click_gets_the_same_page(shop: World, workspace: Workspace) -> None:
    assert checkout(workspace) == checkout(workspace)
    assert shop.count("checkout.session") == 1
    assert shop.count("customer") == 1


def test_another_choice_closes_the_page_before(shop: World, workspace: Workspace) -> None:
    first = checkout(workspace)
    second = checkout(workspace, "ultra", "year")

    assert first != second
    with pytest.raises(AssertionError, match="expired"):
        shop.pay(first)
    shop.pay(second)
    state = actions.refresh(workspace)
    assert (state.plan, state.period, state.amount_cents) == ("ultra", "year", 29_900)


def test_a_page_that_was_paid_unheard_is_no_reason_to_pay_again(
    shop: World, workspace: Workspace
) -> None:
    shop.pay(checkout(workspace))

    with pytest.raises(AlreadyOnPlanError):
        checkout(workspace)
    assert Checkout.objects.get().status in {"open", "complete"}
    assert len(shop.subscriptions(Subscription.objects.get().customer_id)) == 1


def test_who_pays_already_confirms_the_change_in_the_portal(
    shop: World, workspace: Workspace
) -> None:
    row = subscribe(shop, workspace)

    url = actions.upgrade_plan(workspace, "ultra", "month", by=BY)

    assert "/portal/" in url
    price = next(
        one["id"]
        for one in shop.get("state")["objects"]["price"]
        if one["lookup_key"] == "flowia_ultra_month"
    )
    shop.do("portal", customer=row.customer_id, action="change", price=price)
    assert actions.refresh(workspace).plan == "ultra"
    assert reasons(workspace) == ["plan_started", "plan_changed"]


def test_cancelling_keeps_the_plan_until_its_period_ends(shop: World, workspace: Workspace) -> None:
    row = subscribe(shop, workspace)

    state = actions.cancel_subscription(workspace, by=BY)
    assert (state.plan, state.ends_at) == ("premium", row.period_ends_at)
    assert actions.cancel_subscription(workspace, by=BY).ends_at == row.period_ends_at
    shop.advance(to="period_end", customer=row.customer_id)
    shop.advance(seconds=60)

    state = actions.refresh(workspace)
    assert (state.plan, state.status, state.paid_plan) == ("freemium", "canceled", "")
    assert reasons(workspace) == ["plan_started", "cancel_planned", "plan_ended"]
    assert AuditEntry.objects.filter(action="plan.cancelled").count() == 1


def test_cancelling_can_be_taken_back_however_it_was_done(
    shop: World, workspace: Workspace
) -> None:
    row = subscribe(shop, workspace)
    for by_portal in (True, False):
        if by_portal:
            shop.do("portal", customer=row.customer_id, action="cancel")
            found = shop.subscriptions(row.customer_id)[0]
            assert found["cancel_at"]
            assert not found["cancel_at_period_end"]
        else:
            actions.cancel_subscription(workspace, by=BY)
        assert actions.refresh(workspace).ends_at is not None

        state = actions.resume_subscription(workspace, by=BY)

        assert (state.plan, state.ends_at, state.renews_at) == (
            "premium",
            None,
            row.period_ends_at,
        )


def test_a_failed_renewal_is_a_grace_and_its_repair_brings_no_change_of_plan(
    shop: World, workspace: Workspace
) -> None:
    row = subscribe(shop, workspace)
    shop.do("customer", customer=row.customer_id, action="next_payment", outcome="declined")
    shop.advance(to="period_end", customer=row.customer_id)
    shop.advance(seconds=7200)

    state = actions.refresh(workspace)
    assert (state.plan, state.status, state.payment_due) == ("premium", "past_due", True)
    assert state.past_due_since is not None
    with pytest.raises(PaymentDueError):
        actions.upgrade_plan(workspace, "ultra", "month", by=BY)
    assert actions.payment_url(workspace).startswith(shop.url.removesuffix("/stripe"))

    invoice = Subscription.objects.get().open_invoice_id
    shop.do("pay", invoice=invoice, outcome="paid")
    state = actions.refresh(workspace)
    assert (state.plan, state.status, state.payment_due) == ("premium", "active", False)
    assert reasons(workspace) == ["plan_started", "payment_failed", "payment_repaired"]


@pytest.mark.parametrize("final", ["cancel", "unpaid", "pause"])
def test_what_is_given_up_is_freemium_and_remembers_what_was_bought(
    shop: World, workspace: Workspace, final: str
) -> None:
    shop.do("options", after_final_failure=final)
    row = subscribe(shop, workspace, card="good")
    shop.do("portal", customer=row.customer_id, action="card", card="declines")
    shop.advance(to="period_end", customer=row.customer_id)
    for _ in range(20):
        shop.advance(days=1)

    state = actions.refresh(workspace)

    bought = "" if final == "cancel" else "premium"
    assert (state.plan, state.paid_plan, state.subscribed) == ("freemium", bought, False)
    assert reasons(workspace)[-1] == "payment_given_up"
    if final != "cancel":
        invoice = Subscription.objects.get().open_invoice_id
        shop.do("pay", invoice=invoice, outcome="paid", card="good")
        state = actions.refresh(workspace)
        assert (state.plan, state.status) == ("premium", "active")
        assert reasons(workspace)[-1] == "payment_repaired"


def test_errors_have_their_own_names(shop: World, workspace: Workspace) -> None:
    cases: list[tuple[type[FlowError], object]] = [
        (NotSoldError, lambda: actions.upgrade_plan(workspace, "premium", "year", by=BY)),
        (NotSoldError, lambda: actions.upgrade_plan(workspace, "freemium", "month", by=BY)),
        (NotSoldError, lambda: actions.upgrade_plan(workspace, "gold", "month", by=BY)),
        (NotSubscribedError, lambda: actions.cancel_subscription(workspace, by=BY)),
        (NotSubscribedError, lambda: actions.resume_subscription(workspace, by=BY)),
        (NoCustomerError, lambda: actions.open_portal(workspace)),
        (NothingDueError, lambda: actions.payment_url(workspace)),
    ]
    for error, action in cases:
        with pytest.raises(error):
            action()  # type: ignore[operator]
    subscribe(shop, workspace)
    with pytest.raises(NotCancelledError):
        actions.resume_subscription(workspace, by=BY)
    assert "/portal/" in actions.open_portal(workspace)
    assert "/portal/" in actions.open_portal(workspace, "payment_method_update")


def test_without_a_key_nothing_is_sold(workspace: Workspace, settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = ""

    with pytest.raises(BillingOffError):
        actions.upgrade_plan(workspace, "premium", "month", by=BY)
    assert not state_of(workspace).on_sale


def test_a_deleted_customer_mutes_the_workspace_until_a_plan_is_chosen_again(
    shop: World, workspace: Workspace
) -> None:
    row = subscribe(shop, workspace)
    shop.do("customer", customer=row.customer_id, action="delete")

    take(*shop.events())

    state = state_of(workspace)
    assert (state.plan, state.suspended_for) == ("freemium", "customer_deleted")
    assert not state.has_customer
    assert reasons(workspace) == ["plan_started", "customer_deleted"]
    again = subscribe(shop, workspace, "ultra")
    assert again.customer_id != row.customer_id
    state = state_of(workspace)
    assert (state.plan, state.suspended) == ("ultra", False)


@pytest.mark.parametrize(("by_operator", "muted"), [(False, False), (True, True)])
def test_freemium_lifts_the_suspension_of_a_deleted_customer_alone(
    workspace: Workspace, *, by_operator: bool, muted: bool
) -> None:
    reason = "operator" if by_operator else "customer_deleted"
    Subscription.objects.create(
        workspace=workspace, suspended_at=workspace.created_at, suspended_for=reason
    )

    assert actions.choose_freemium(workspace, by=BY).suspended is muted


def test_a_page_left_open_is_closed_once_something_else_is_paid(
    shop: World, workspace: Workspace
) -> None:
    session = checkout(workspace, "ultra", "year")
    row = Subscription.objects.get()
    card = shop.do("portal", customer=row.customer_id, action="card", card="good")
    assert card
    price = shop.get("state")["objects"]["price"][0]["id"]
    gateway.made("subscriptions", {"customer": row.customer_id, "items": [{"price": price}]})
    take(*shop.events())

    with pytest.raises(AssertionError, match="expired"):
        shop.pay(session)
    assert Checkout.objects.get().status == "expired"


def test_a_page_that_was_opened_late_cannot_be_paid_beside_its_successor(
    shop: World, workspace: Workspace
) -> None:
    """The row was written with the first click; Stripe answered 22 hours later only."""
    ends = clock.now() + timedelta(hours=1)
    row = Checkout.objects.create(
        workspace=workspace, plan="premium", period="month", expires_at=ends
    )
    first = checkout(workspace)
    row.refresh_from_db()
    (page,) = shop.get("state")["objects"]["checkout.session"]
    assert (row.session_id, page["expires_at"]) == (first, int(ends.timestamp()))
    Checkout.objects.update(expires_at=clock.now() - timedelta(minutes=15))

    second = checkout(workspace)

    assert second != first
    with pytest.raises(AssertionError, match="expired"):
        shop.pay(first)
    shop.pay(second)
    assert len(shop.subscriptions(Subscription.objects.get().customer_id)) == 1


def test_a_page_that_stripe_would_refuse_as_too_short_is_made_anew(
    shop: World, workspace: Workspace
) -> None:
    Checkout.objects.create(
        workspace=workspace,
        plan="premium",
        period="month",
        expires_at=clock.now() + timedelta(minutes=20),
    )
    Checkout.objects.update(created_at=clock.now() - timedelta(hours=20))

    assert checkout(workspace).startswith("cs_")


def test_two_clicks_and_a_page_that_closes_in_between_are_no_broken_page(
    shop: World, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between our insert, which loses, and our look, the other page is over."""

    def loses(self: Checkout, *_: Any, **__: Any) -> None:
        monkeypatch.undo()
        raise IntegrityError

    monkeypatch.setattr(Checkout, "save", loses)
    assert checkout(workspace).startswith("cs_")


# --- what Stripe keeps for a day -------------------------------------------------------------


def test_one_broken_answer_of_stripe_does_not_close_the_shop_for_a_day(
    shop: World, workspace: Workspace
) -> None:
    shop.fault("server_error", "customers.create", times=4)
    with pytest.raises(FlowError):
        checkout(workspace)

    assert checkout(workspace).startswith("cs_")


def test_a_name_changed_after_a_lost_answer_does_not_close_the_shop_for_a_day(
    shop: World, workspace: Workspace
) -> None:
    shop.fault("lost_after_acceptance", "customers.create", times=2)
    with pytest.raises(FlowError):
        checkout(workspace)
    Workspace.objects.filter(pk=workspace.pk).update(name="Another name")
    workspace.refresh_from_db()

    assert checkout(workspace).startswith("cs_")


def test_a_customer_has_their_name_whatever_it_takes(shop: World, workspace: Workspace) -> None:
    shop.fault("server_error", "customers.update", times=2)
    with pytest.raises(FlowError):
        checkout(workspace)
    checkout(workspace)

    (made,) = shop.get("state")["objects"]["customer"]
    owner = workspace.memberships.get().user
    assert (made["name"], made["email"]) == (workspace.name, owner.email)


def test_a_workspace_that_an_operator_suspended_pays_for_nothing(
    shop: World, workspace: Workspace
) -> None:
    giving.suspend(subscribing.row_of(workspace).pk)

    with pytest.raises(SuspendedError):
        checkout(workspace)


def test_the_portal_of_a_customer_that_was_deleted_just_now_is_no_broken_page(
    shop: World, workspace: Workspace
) -> None:
    row = subscribe(shop, workspace)
    shop.do("customer", customer=row.customer_id, action="delete")

    with pytest.raises(NoCustomerError):
        actions.open_portal(workspace)
    assert state_of(workspace).suspended_for == "customer_deleted"


def test_a_cancelled_plan_is_changed_once_that_is_taken_back(
    shop: World, workspace: Workspace
) -> None:
    """Stripe would keep the end: a year paid now would be over with the month."""
    subscribe(shop, workspace)
    actions.cancel_subscription(workspace, by=BY)
    with pytest.raises(EndsError):
        actions.upgrade_plan(workspace, "ultra", "year", by=BY)

    actions.resume_subscription(workspace, by=BY)
    assert "/portal/" in actions.upgrade_plan(workspace, "ultra", "year", by=BY)
