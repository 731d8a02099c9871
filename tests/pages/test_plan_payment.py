"""From the page of the plan to Stripe's stand-in and back."""

from datetime import timedelta

import pytest
import requests

from accounts.models import User, Workspace
from billing import subscribing
from billing.differences import News
from billing.models import Checkout, PlanChange, Subscription
from flowia.lib import clock
from tests.billing.conftest import World, receiver, running_sandbox, shop, world
from tests.callers import browser
from tests.factories import make_workspace
from tests.pages.plan_page import do, owner, read, text, workspace

__all__ = ["owner", "receiver", "running_sandbox", "shop", "workspace", "world"]
pytestmark = pytest.mark.django_db


def leave(user: User, **form: str) -> str:
    """Press a button that leads to Stripe; return where to."""
    answer = browser(user, "en").post("/plan", form)
    shown = text(answer)
    address = answer["Refresh"].removeprefix("0; url=")
    assert f'href="{address}"' in shown
    assert requests.get(address, timeout=30).status_code == 200
    return str(address)


def path_of(address: str) -> str:
    """The address without its host, which no product answers at here."""
    return "/" + address.split("/", 3)[3]


def buy(world: World, user: User, plan: str = "premium", period: str = "month") -> str:
    """Choose a plan, pay, and come back; return the page that follows."""
    address = leave(user, do="choose", plan=plan, period=period)
    session = address.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    paid = world.do("pay", session=session, outcome="paid")
    path = path_of(paid["location"])
    assert path.startswith("/plan/return?workspace=")
    return text(browser(user, "en").get(path, follow=True))


def customer(workspace: Workspace) -> str:
    return Subscription.objects.get(workspace=workspace).customer_id


def test_what_was_paid_applies_at_once(shop: World, workspace: Workspace, owner: User) -> None:
    shown = buy(shop, owner)

    assert "Thank you: Premium applies from now on." in shown
    assert "Plan: Premium" in shown
    assert "The plan Premium began." in shown


def test_who_was_thanked_is_not_told_the_same_once_more(
    shop: World, workspace: Workspace, owner: User
) -> None:
    subscribing.tell(workspace.pk, News("operator_restored", "freemium", "freemium"))
    shown = buy(shop, owner)

    assert "Thank you" in shown
    assert 'aria-label="News of your plan"' not in shown
    subscribing.tell(workspace.pk, News("cancel_planned", "premium", "premium", {"until": ""}))
    assert 'aria-label="News of your plan"' in read(owner)
    assert PlanChange.objects.get(reason="plan_started").told_at is None  # its letter still leaves


def test_two_clicks_lead_to_one_page(shop: World, owner: User) -> None:
    first = leave(owner, do="choose", plan="ultra", period="year")

    assert leave(owner, do="choose", plan="ultra", period="year") == first
    assert Checkout.objects.count() == 1


def test_coming_back_without_having_paid_changes_nothing(
    shop: World, workspace: Workspace, owner: User
) -> None:
    leave(owner, do="choose", plan="premium", period="month")
    back = f"/plan/return?workspace={workspace.uid}&session=cs_test_1"
    shown = text(browser(owner, "en").get(back, follow=True))

    assert "The payment is not confirmed yet" in shown
    assert "Plan: Freemium" in shown
    assert "Plan: Freemium" in read(owner, f"/plan?workspace={workspace.uid}")


def test_cancelling_twice_and_going_on(shop: World, workspace: Workspace, owner: User) -> None:
    buy(shop, owner)
    for _ in range(2):
        shown = do(owner, "cancel")
        assert "everything stays as it is until the paid time ends" in shown
        assert "Premium ends on" in shown
    assert "The plan goes on." in do(owner, "resume")
    assert "there is nothing to take back" in do(owner, "resume")
    reasons = PlanChange.objects.order_by("pk").values_list("reason", flat=True)
    assert list(reasons) == ["plan_started", "cancel_planned", "cancel_undone"]


def test_who_pays_changes_plan_and_rhythm_in_the_portal(
    shop: World, workspace: Workspace, owner: User
) -> None:
    buy(shop, owner)
    for plan, period, name in (
        ("ultra", "month", "Ultra"),
        ("ultra", "year", "Ultra"),
        ("premium", "month", "Premium"),
    ):
        assert "/portal/" in leave(owner, do="choose", plan=plan, period=period)
        key = f"flowia_{plan}_{period}"
        prices = shop.get("state")["objects"]["price"]
        price = next(one["id"] for one in prices if one["lookup_key"] == key)
        shop.do("portal", customer=customer(workspace), action="change", price=price)
        back = f"/plan/return?workspace={workspace.uid}"
        assert f"Plan: {name}" in text(browser(owner, "en").get(back, follow=True))
    reasons = PlanChange.objects.order_by("pk").values_list("reason", flat=True)
    assert list(reasons) == ["plan_started", "plan_changed", "period_changed", "plan_changed"]


def test_a_failed_payment_is_paid_on_the_invoices_page(
    shop: World, workspace: Workspace, owner: User
) -> None:
    buy(shop, owner)
    mine = customer(workspace)
    shop.do("customer", customer=mine, action="next_payment", outcome="declined")
    shop.advance(to="period_end", customer=mine)
    shop.advance(seconds=7200)
    back = f"/plan/return?workspace={workspace.uid}"
    assert "The payment for Premium failed" in text(browser(owner, "en").get(back, follow=True))

    assert "/portal/" in leave(owner, do="card")
    assert "/invoice/" in leave(owner, do="pay")
    invoice = Subscription.objects.get().open_invoice_id
    shop.do("pay", invoice=invoice, outcome="paid")
    shown = text(browser(owner, "en").get(back, follow=True))

    assert "Premium is renewed on" in shown
    assert "The payment went through" in shown
    assert "No invoice waits to be paid." in do(owner, "pay")


def test_refused_deeds_say_why(shop: World, owner: User) -> None:
    said = {
        "portal": "You have not paid for a plan yet",
        "card": "You have not paid for a plan yet",
        "cancel": "There is no paid plan",
        "resume": "There is no paid plan",
        "pay": "No invoice waits to be paid.",
    }
    for deed, words in said.items():
        assert words in do(owner, deed)
    for plan, period in (("premium", "year"), ("gold", "month"), ("", ""), ("freemium", "month")):
        assert "This plan is not sold this way." in do(owner, "choose", plan=plan, period=period)
    assert 'role="alert"' not in do(owner, "nonsense")
    buy(shop, owner)
    assert "You are on this plan already." in do(owner, "choose", plan="premium", period="month")


def test_while_stripe_is_down_nothing_is_lost(
    shop: World, workspace: Workspace, owner: User
) -> None:
    buy(shop, owner)
    down = {"service": "stripe", "kind": "server_error", "times": None}
    requests.post(f"{shop.url.removesuffix('/stripe')}/faults", json=down, timeout=10)
    for deed in ("portal", "cancel"):
        assert "Stripe cannot be reached at the moment." in do(owner, deed)
    assert "Stripe cannot be reached" in do(owner, "choose", plan="ultra", period="year")
    Subscription.objects.update(next_at=clock.now() + timedelta(days=1))

    back = f"/plan/return?workspace={workspace.uid}&session=cs_test_1"
    shown = text(browser(owner, "en").get(back, follow=True))

    # Somebody who has just paid must not read that nothing was charged.
    assert "What you did there counts: this page follows." in shown
    assert "Nothing was charged" not in shown
    assert "Plan: Premium" in shown
    next_at = Subscription.objects.get().next_at
    assert next_at is not None
    assert next_at <= clock.now()


def test_an_owner_of_two_workspaces_comes_back_to_the_one_that_left(
    shop: World, workspace: Workspace, owner: User
) -> None:
    other = make_workspace("Boutique")
    other.memberships.create(user=owner, role="owner")
    client = browser(owner, "en")
    client.get(f"/plan?workspace={workspace.uid}")
    form = {"do": "choose", "plan": "premium", "period": "month", "workspace": str(other.uid)}
    address = client.post("/plan", form)["Refresh"].removeprefix("0; url=")
    session = address.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    location = shop.do("pay", session=session, outcome="paid")["location"]
    shown = text(client.get(path_of(location), follow=True))

    assert "Boutique" in shown
    assert "Plan: Premium" in shown
    assert "Plan: Freemium" in text(client.get(f"/plan?workspace={workspace.uid}"))
    # A deed of a tab that shows the other workspace leads back to that one.
    form = {"do": "cancel", "workspace": str(other.uid)}
    assert "Premium ends on" in text(client.post("/plan", form, follow=True))


def test_freemium_lifts_what_a_deleted_customer_stopped(workspace: Workspace, owner: User) -> None:
    Subscription.objects.create(
        workspace=workspace, suspended_at=clock.now(), suspended_for="customer_deleted"
    )
    shown = do(owner, "freemium")

    assert "The assistant goes on, with Freemium." in shown
    assert "Nothing is answered" not in shown
    assert "An owner chose Freemium" in shown


def test_what_the_bank_wants_confirmed_is_no_failure(
    shop: World, workspace: Workspace, owner: User
) -> None:
    buy(shop, owner)
    mine = customer(workspace)
    shop.do("customer", customer=mine, action="next_payment", outcome="declined")
    shop.advance(to="period_end", customer=mine)
    shop.advance(seconds=7200)
    back = f"/plan/return?workspace={workspace.uid}"
    text(browser(owner, "en").get(back, follow=True))
    invoice = Subscription.objects.get().open_invoice_id
    named = {"invoice": invoice}
    subscribing.tell(workspace.pk, News("payment_action", "premium", "premium", named))
    shown = read(owner)
    card = shown[shown.index('aria-labelledby="unpaid"') : shown.index('id="plans"')]

    assert "Confirm the payment with your bank" in card
    assert "Meanwhile Premium still applies." in card
    assert "failed" not in card
    assert "payment to confirm" in shown
    Subscription.objects.update(open_invoice_id="in_other")
    assert "Confirm the payment" not in read(owner)
