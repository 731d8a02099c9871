"""What becomes of an event: handled once, tried again, believed about strangers only so far."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts.models import Workspace
from billing import actions, events, gateway, looking, reconciling, subscribing
from billing.models import Checkout, PastCustomer, PlanChange, StripeEvent, Subscription
from billing.said import announcement_of
from flowia.lib import clock
from processing import dispatch
from tests.billing.conftest import World, checkout, post, subscribe, take
from tests.factories import make_workspace
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db


def reasons(workspace: Workspace) -> list[str]:
    rows = PlanChange.objects.filter(workspace=workspace).order_by("pk")
    return list(rows.values_list("reason", flat=True))


def test_the_webhook_alone_brings_the_plan(shop: World, workspace: Workspace) -> None:
    shop.pay(checkout(workspace))

    for told in shop.events():
        assert post(told) == 200
    for waiting in StripeEvent.objects.filter(status="received").order_by("-pk"):
        events.take(waiting.pk)

    row = Subscription.objects.get()
    assert (row.plan, row.status) == ("premium", "active")
    assert Checkout.objects.get().status == "complete"
    assert reasons(workspace) == ["plan_started"]
    assert set(StripeEvent.objects.values_list("status", flat=True)) == {"done", "ignored"}


def test_an_event_whose_worker_died_is_found_and_handled(shop: World, workspace: Workspace) -> None:
    shop.pay(checkout(workspace))
    (told,) = (one for one in shop.events() if one["type"] == "checkout.session.completed")
    assert post(told) == 200
    row = StripeEvent.objects.get()
    long_ago = clock.now() - timedelta(minutes=5)
    # The worker claimed it and vanished: its lease has ended.
    StripeEvent.objects.update(attempts=1, next_at=long_ago)

    assert row.pk in [wake.row_id for wake, _at in dispatch._found(clock.now())]
    events.take(row.pk)

    assert Subscription.objects.get().plan == "premium"
    events.take(row.pk)
    assert reasons(workspace) == ["plan_started"]


def test_a_stripe_that_is_down_is_asked_again_until_it_is_given_up(
    shop: World, workspace: Workspace, running_sandbox: Sandbox
) -> None:
    shop.pay(checkout(workspace))
    running_sandbox.post("/faults", service="stripe", kind="rate_limited", times=None)
    (row,) = take(next(one for one in shop.events() if one["type"] == "invoice.paid"))
    waits = []
    while row.status == "received":
        assert row.error_code == "stripe_unreachable"
        assert row.next_at is not None
        waits.append((row.next_at - clock.now()).total_seconds())
        events.take(row.pk)
        StripeEvent.objects.update(next_at=clock.now())
        events.take(row.pk)
        row.refresh_from_db()

    assert (row.status, row.attempts) == ("failed", events.MAX_ATTEMPTS)
    assert waits[-1] > waits[0]
    running_sandbox.delete("/faults")
    assert events.reopen(row.pk, now=clock.now())
    events.take(row.pk)
    assert Subscription.objects.get().plan == "premium"


def test_a_bug_does_not_keep_an_event_for_ever(workspace: Workspace) -> None:
    event = StripeEvent.objects.create(
        event_id="evt_1",
        type="invoice.paid",
        happened_at=clock.now(),
        next_at=clock.now(),
        attempts=events.MAX_ATTEMPTS,
    )
    events.take(event.pk)
    event.refresh_from_db()
    assert (event.status, event.error_code) == ("failed", "gave_up")


def stranger(world: World, named: Workspace | None) -> str:
    """Make a customer that we did not make, who pays for Premium; return their id."""
    asked: dict[str, Any] = {"name": "Somebody"}
    if named is not None:
        asked["metadata"] = {"flowia_workspace": str(named.uid)}
    customer = gateway.made("customers", asked)["id"]
    world.do("portal", customer=customer, action="card", card="good")
    found = gateway.price_of("premium", "month")
    assert found is not None
    more = {"metadata": asked["metadata"]} if named else {}
    gateway.made("subscriptions", {"customer": customer, "items": [{"price": found.id}], **more})
    return str(customer)


def test_an_unknown_customer_is_believed_to_be_the_workspaces_they_name(
    shop: World, workspace: Workspace
) -> None:
    customer = stranger(shop, workspace)

    take(*shop.events())

    row = Subscription.objects.get(workspace=workspace)
    assert (row.customer_id, row.plan) == (customer, "premium")


def test_a_stranger_is_not_believed_where_another_customer_is(
    shop: World, workspace: Workspace
) -> None:
    mine = subscribe(shop, workspace, "ultra").customer_id
    since = shop.events()[-1]["id"]
    stranger(shop, workspace)

    rows = take(*shop.events(since))

    assert Subscription.objects.get().customer_id == mine
    assert {row.error_code for row in rows} == {"other_customer"}


def test_nobodys_customer_changes_nothing(shop: World, workspace: Workspace) -> None:
    stranger(shop, None)
    rows = take(*shop.events())
    assert {(row.status, row.error_code) for row in rows} == {("ignored", "unknown_customer")}
    assert not Subscription.objects.exists()


def test_what_comes_after_a_deletion_brings_nobody_back(shop: World, workspace: Workspace) -> None:
    row = subscribe(shop, workspace)
    shop.do("customer", customer=row.customer_id, action="delete")
    take(*(one for one in shop.events() if one["type"] == "customer.deleted"))

    rows = take(*shop.events())

    assert {one.error_code for one in rows} == {"past_customer"}
    assert PastCustomer.objects.get().customer_id == row.customer_id
    assert Subscription.objects.get().customer_id == ""
    assert reasons(workspace) == ["plan_started", "customer_deleted"]


def test_a_customer_of_another_key_is_an_alarm_and_no_deletion(
    shop: World, workspace: Workspace
) -> None:
    subscribe(shop, workspace)
    shop.do("reset")

    actions.refresh(workspace)

    row = Subscription.objects.get()
    assert (row.plan, row.error_code, row.suspended_at) == ("premium", "customer_missing", None)


def test_an_older_answer_never_replaces_a_newer_one(shop: World, workspace: Workspace) -> None:
    row = subscribe(shop, workspace)
    old = subscribing.ask(row.customer_id)
    shop.do("portal", customer=row.customer_id, action="cancel_now")
    new = subscribing.ask(row.customer_id)

    assert subscribing.apply(row.pk, new)
    assert not subscribing.apply(row.pk, old)
    assert Subscription.objects.get().plan == "freemium"


@pytest.mark.parametrize(
    ("type_", "code"),
    [
        ("charge.dispute.created", "disputed"),
        ("charge.refunded", "refunded"),
        ("invoice.finalization_failed", "invoice_not_finalized"),
    ],
)
def test_what_an_operator_decides_keeps_its_code(
    shop: World, workspace: Workspace, type_: str, code: str
) -> None:
    row = subscribe(shop, workspace)
    about = {"object": "charge", "id": "ch_1", "customer": row.customer_id}
    (event,) = take(told(type_, about))
    assert (event.status, event.error_code) == ("done", code)
    assert Subscription.objects.get().plan == "premium"


def test_a_confirmation_is_asked_for_once_and_only_while_it_is_needed(
    shop: World, workspace: Workspace
) -> None:
    row = subscribe(shop, workspace)
    shop.do("customer", customer=row.customer_id, action="next_payment", outcome="action")
    shop.advance(to="period_end", customer=row.customer_id)
    shop.advance(seconds=7200)
    invoice = {"object": "invoice", "customer": row.customer_id}
    actions.refresh(workspace)
    invoice["id"] = Subscription.objects.get().open_invoice_id
    for number in range(2):
        take(told("invoice.payment_action_required", invoice, id=f"evt_{number}"))
    assert reasons(workspace).count("payment_action") == 1

    shop.do("pay", invoice=invoice["id"], outcome="paid")
    PlanChange.objects.filter(reason="payment_action").delete()
    take(told("invoice.payment_action_required", invoice, id="evt_late"))
    assert "payment_action" not in reasons(workspace)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("invoice.payment_failed", "invoice.payment_action_required"),
        ("invoice.payment_action_required", "invoice.payment_failed"),
    ],
)
def test_a_payment_to_confirm_is_not_told_as_a_failed_one_too(
    shop: World, workspace: Workspace, first: str, second: str
) -> None:
    row = subscribe(shop, workspace)
    shop.do("customer", customer=row.customer_id, action="next_payment", outcome="action")
    shop.advance(to="period_end", customer=row.customer_id)
    shop.advance(seconds=7200)
    (invoice,) = gateway.open_invoices(row.customer_id)
    about = {"object": "invoice", "customer": row.customer_id, "id": invoice.id}
    for number, type_ in enumerate((first, second)):
        take(told(type_, about, id=f"evt_{number}"))

    assert reasons(workspace)[-1] == "payment_action"
    assert "payment_failed" not in reasons(workspace)


def test_every_event_of_the_fact_sheet_has_an_effect_or_a_reason() -> None:
    sheet = """checkout.session.completed checkout.session.async_payment_succeeded
    checkout.session.async_payment_failed checkout.session.expired customer.subscription.created
    customer.subscription.updated customer.subscription.deleted customer.subscription.paused
    customer.subscription.resumed customer.subscription.trial_will_end invoice.paid
    invoice.payment_failed invoice.payment_action_required invoice.finalization_failed
    customer.updated customer.deleted charge.dispute.created charge.refunded"""
    assert set(sheet.split()) == {*events.WANTED, *events.IGNORED}


def told(type_: str, about: dict[str, Any], **changes: Any) -> dict[str, Any]:
    usual = {"id": "evt_made", "object": "event", "created": 1_790_000_000, "type": type_}
    return {**usual, "livemode": False, "data": {"object": about}, **changes}


# --- looking without having been told --------------------------------------------------------


def test_lost_events_are_made_up_for_by_the_daily_look(shop: World, workspace: Workspace) -> None:
    row = subscribe(shop, workspace)
    assert row.next_at is not None
    assert timedelta(hours=20) < row.next_at - clock.now() < timedelta(hours=28)
    shop.do("portal", customer=row.customer_id, action="cancel_now")
    Subscription.objects.update(next_at=clock.now())

    looking.look(row.pk)

    row.refresh_from_db()
    assert (row.plan, row.attempts) == ("freemium", 0)


def test_a_look_that_fails_changes_nothing_and_is_repeated(
    shop: World, workspace: Workspace, running_sandbox: Sandbox
) -> None:
    row = subscribe(shop, workspace)
    running_sandbox.post("/faults", service="stripe", kind="rate_limited", times=None)
    waits = []
    for _ in range(3):
        Subscription.objects.update(next_at=clock.now())
        looking.look(row.pk)
        row.refresh_from_db()
        assert row.plan == "premium"
        assert row.next_at is not None
        waits.append(round((row.next_at - clock.now()).total_seconds(), -1))
    assert waits == [60, 120, 240]


def test_the_nightly_look_finds_events_and_customers_that_never_arrived(
    shop: World, workspace: Workspace
) -> None:
    other, foreign = make_workspace("Autre"), make_workspace("Parti")
    subscribe(shop, workspace)
    customer = stranger(shop, other)
    stranger(shop, foreign)
    foreign.delete()
    second = stranger(shop, workspace)
    shop.do("options", lose_every=1, webhooks="on")
    shop.do("portal", customer=customer, action="cancel")

    found = reconciling.reconcile()

    assert {(one.what, one.customer_id, one.mended) for one in found} >= {
        ("unknown_customer", customer, True),
        ("second_customer", second, False),
    }
    assert "unknown_workspace" in {one.what for one in found}
    assert Subscription.objects.get(workspace=other).plan == "premium"
    assert StripeEvent.objects.filter(type="customer.subscription.updated").exists()


def test_the_command_prints_differences_and_mends_them(
    shop: World, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    row = subscribe(shop, workspace)
    shop.do("portal", customer=row.customer_id, action="cancel_now")

    call_command("stripe_reconcile", "--dry-run")
    assert Subscription.objects.get().plan == "premium"
    printed = capsys.readouterr().out
    assert str(workspace.uid) in printed
    assert "status" in printed
    call_command("stripe_reconcile")
    assert Subscription.objects.get().plan == "freemium"
    capsys.readouterr()
    call_command("stripe_reconcile")
    assert capsys.readouterr().out.startswith("0 differences")


# --- many at once ----------------------------------------------------------------------------


def together(*calls: Any) -> list[Any]:
    """Run calls at the same moment, each in its own thread; return what they gave or raised."""
    results: list[Any] = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = calls[number]()
        except Exception as error:  # noqa: BLE001 - told to the test
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_clicks_at_the_same_moment_buy_one_plan(shop: World) -> None:
    workspace = make_workspace()
    results = together(*[lambda: checkout(workspace)] * 4)

    pages = {one for one in results if isinstance(one, str)}
    assert len(pages) == 1, results
    assert shop.count("checkout.session") == 1
    assert shop.count("customer") == 1
    assert checkout(workspace) in pages


@pytest.mark.django_db(transaction=True)
def test_events_of_one_customer_at_the_same_moment_are_told_once(shop: World) -> None:
    workspace = make_workspace()
    shop.pay(checkout(workspace))
    announced = [announcement_of(one) for one in shop.events()]
    rows = events.store([one for one in announced if one is not None])
    assert len(rows) >= 4

    # Two workers have each of them, too.
    together(*[lambda row=row: events.take(row) for row in [*rows, *rows]])

    for row in rows:
        StripeEvent.objects.filter(pk=row, status="received").update(next_at=clock.now())
        events.take(row)
    assert set(StripeEvent.objects.values_list("status", flat=True)) <= {"done", "ignored"}
    assert Subscription.objects.get().plan == "premium"
    assert reasons(workspace) == ["plan_started"]


def test_the_webhook_needs_no_working_broker(settings: Settings) -> None:
    settings.STRIPE_WEBHOOK_SECRET = ["whsec_of_the_tests"]
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    about = {"object": "subscription", "id": "sub_1", "customer": "cus_1"}
    assert post(told("invoice.paid", about)) == 200
    assert Client().post("/billing/webhook").status_code == 400
