"""A subscription's life by the stand-in's clock: paid, late, repaired, changed, ended."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Sandbox
from tests.sandbox.stripe_world import DAY, Shop, invoices, item, open_shop, refused

HOUR = 3600


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    return open_shop(sandbox)


def late(shop: Shop) -> Any:
    """Return a subscription whose first renewal was not paid."""
    sub = shop.subscribe()
    shop.do("customer", customer=sub.customer, action="next_payment")
    shop.advance(to="period_end")
    return shop.retrieve(sub)


def day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")


def test_a_month_that_began_on_the_31st_ends_on_the_last_day(shop: Shop) -> None:
    begun = datetime(2028, 1, 31, 12, tzinfo=UTC)
    shop.advance(to=int(begun.timestamp()))
    sub, ends = shop.subscribe(), []
    for _month in range(4):
        shop.advance(to="period_end")
        sub = shop.retrieve(sub)
        ends.append(day(item(sub).current_period_start))
    assert ends == ["2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"]


def test_a_year_of_renewals_is_paid_in_order(shop: Shop) -> None:
    sub = shop.subscribe()
    shop.advance(days=366)
    rows = invoices(shop, sub)
    assert [row.status for row in rows] == ["paid"] * 13
    assert [row.billing_reason for row in rows[1:]] == ["subscription_cycle"] * 12
    ends = [row.lines.data[0].period.end for row in rows]
    assert [row.lines.data[0].period.start for row in rows[1:]] == ends[:-1]
    now = shop.retrieve(sub)
    assert (now.status, item(now).current_period_end) == ("active", ends[-1])
    assert now.latest_invoice == rows[-1].id
    assert [row.created for row in rows[1:]] == ends[:-1]
    # What the invoice calls its period is the one before; what is paid stands on its lines.
    assert [row.period_end for row in rows[1:]] == ends[:-1]


def test_the_events_of_a_renewal(shop: Shop) -> None:
    sub = shop.subscribe()
    before = len(shop.types())
    shop.advance(to="period_end")
    happened = shop.events()[before:]
    assert [one["type"] for one in happened] == [
        "invoice.created",
        "customer.subscription.updated",
        "invoice.finalized",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    previous = happened[1]["data"]["previous_attributes"]
    assert set(previous) == {"items", "latest_invoice"}
    [old] = previous["items"]["data"]
    assert old["current_period_end"] == item(sub).current_period_end
    assert {one["created"] for one in happened} == {item(sub).current_period_end}
    assert happened[0]["request"] == {"id": None, "idempotency_key": None}


def test_a_failed_renewal_is_tried_after_3_5_and_7_days_and_then_ends_it(shop: Shop) -> None:
    sub = late(shop)
    assert sub.status == "past_due"
    shop.do("portal", customer=sub.customer, action="card", card="declines")
    attempts = []
    for _try in range(3):
        invoice = shop.api.invoices.retrieve(sub.latest_invoice)
        attempts.append((invoice.attempt_count, invoice.status))
        shop.advance(to=invoice.next_payment_attempt)
    assert attempts == [(1, "open"), (2, "open"), (3, "open")]
    ended = shop.retrieve(sub)
    assert (ended.status, ended.cancellation_details.reason) == ("canceled", "payment_failed")
    assert ended.ended_at == item(sub).current_period_start + 15 * DAY
    invoice = shop.api.invoices.retrieve(sub.latest_invoice)
    assert (invoice.status, invoice.attempt_count, invoice.next_payment_attempt) == (
        "open",
        4,
        None,
    )
    assert shop.types().count("invoice.payment_failed") == 4
    assert shop.types()[-1] == "customer.subscription.deleted"


@pytest.mark.parametrize(
    ("chosen", "status", "why"),
    [("unpaid", "unpaid", None), ("pause", "paused", "final_payment_failure")],
)
def test_after_the_last_attempt_the_option_says_what_happens_and_paying_repairs_it(
    shop: Shop, chosen: str, status: str, why: str | None
) -> None:
    shop.do("options", after_final_failure=chosen)
    sub = late(shop)
    shop.do("portal", customer=sub.customer, action="card", card="declines")
    shop.advance(days=16)
    stopped = shop.retrieve(sub)
    assert stopped.status == status
    if why:
        assert stopped.status_details.paused.subscription.type == why
        assert "customer.subscription.paused" in shop.types()
    shop.do("pay", invoice=stopped.latest_invoice)
    repaired = shop.retrieve(sub)
    assert (repaired.status, repaired.status_details) == ("active", None)
    assert item(repaired).current_period_end > shop.now()
    assert ("customer.subscription.resumed" in shop.types()) == bool(why)


def test_an_option_pauses_at_the_first_failure(shop: Shop) -> None:
    shop.do("options", after_first_failure="pause")
    sub = late(shop)
    assert sub.status_details.paused.subscription.type == "first_payment_failure"
    shop.advance(days=40)
    assert len(invoices(shop, sub)) == 2


def test_a_good_card_repairs_it_at_the_next_attempt(shop: Shop) -> None:
    sub = late(shop)
    shop.do("portal", customer=sub.customer, action="card", card="good")
    assert shop.retrieve(sub).status == "past_due"
    shop.advance(days=3)
    repaired = shop.retrieve(sub)
    assert repaired.status == "active"
    [*_, changed] = shop.events("customer.subscription.updated")
    assert changed["data"]["previous_attributes"] == {"status": "past_due"}


def test_the_open_invoice_is_paid_over_the_api_or_its_card_refused(shop: Shop) -> None:
    sub = late(shop)
    shop.do("customer", customer=sub.customer, action="next_payment")
    error = refused(lambda: shop.api.invoices.pay(sub.latest_invoice))
    assert isinstance(error, stripe.CardError)
    assert error.code == "card_declined"
    assert "generic_decline" in str(error.json_body)
    assert shop.types().count("invoice.payment_failed") == 2
    waiting = shop.api.invoices.retrieve(sub.latest_invoice)
    assert (waiting.attempt_count, waiting.status) == (1, "open")
    paid = shop.api.invoices.pay(sub.latest_invoice)
    assert (paid.status, paid.amount_remaining) == ("paid", 0)
    assert shop.retrieve(sub).status == "active"
    again = refused(lambda: shop.api.invoices.pay(sub.latest_invoice))
    assert again.code == "invoice_already_paid"


def test_a_bank_that_asks_is_told_by_its_own_event(shop: Shop) -> None:
    sub = shop.subscribe()
    shop.do("customer", customer=sub.customer, action="next_payment", outcome="action")
    shop.advance(to="period_end")
    assert "invoice.payment_action_required" in shop.types()
    assert shop.retrieve(sub).status == "past_due"


def test_an_unpaid_month_does_not_stop_the_next_invoice(shop: Shop) -> None:
    shop.do("options", after_final_failure="unpaid")
    sub = late(shop)
    shop.do("portal", customer=sub.customer, action="card", card="declines")
    shop.advance(days=40)
    rows = invoices(shop, sub)
    assert [row.status for row in rows] == ["paid", "open", "draft"]
    assert shop.retrieve(sub).latest_invoice == rows[-1].id


def test_a_first_invoice_nobody_pays_ends_after_23_hours(shop: Shop) -> None:
    customer = shop.customer(
        payment_method="pm_card_chargeCustomerFail",
        invoice_settings={"default_payment_method": "pm_card_chargeCustomerFail"},
    )
    rows = [{"price": shop.premium}]
    sub = shop.api.subscriptions.create({"customer": customer, "items": rows})
    assert sub.status == "incomplete"
    shop.advance(seconds=23 * HOUR + 1)
    assert shop.retrieve(sub).status == "incomplete_expired"
    assert shop.api.invoices.retrieve(sub.latest_invoice).status == "void"
    asked = {"customer": customer, "items": rows, "payment_behavior": "error_if_incomplete"}
    assert isinstance(refused(lambda: shop.api.subscriptions.create(asked)), stripe.CardError)
    assert len(shop.api.subscriptions.list({"status": "all"}).data) == 1


def test_cancelled_in_the_portal_it_ends_with_the_period(shop: Shop) -> None:
    sub = shop.subscribe()
    shop.do("portal", customer=sub.customer, action="cancel", feedback="too_expensive")
    leaving = shop.retrieve(sub)
    assert (leaving.cancel_at, leaving.cancel_at_period_end) == (
        item(sub).current_period_end,
        False,
    )
    details = leaving.cancellation_details
    assert (details.reason, details.feedback) == ("cancellation_requested", "too_expensive")
    assert (leaving.status, leaving.canceled_at is None) == ("active", False)
    shop.advance(to="period_end")
    ended = shop.retrieve(sub)
    assert (ended.status, ended.ended_at) == ("canceled", leaving.cancel_at)
    assert ended.canceled_at == leaving.canceled_at
    assert len(invoices(shop, sub)) == 1
    assert shop.types()[-1] == "customer.subscription.deleted"
    assert shop.api.subscriptions.list({"customer": sub.customer}).data == []
    every = shop.api.subscriptions.list({"customer": sub.customer, "status": "all"}).data
    assert [one.id for one in every] == [sub.id]


def test_a_cancellation_is_taken_back(shop: Shop) -> None:
    sub = shop.subscribe()
    shop.do("portal", customer=sub.customer, action="cancel")
    shop.do("portal", customer=sub.customer, action="renew")
    kept = shop.retrieve(sub)
    assert (kept.cancel_at, kept.canceled_at, kept.cancellation_details.reason) == (
        None,
        None,
        None,
    )
    shop.advance(to="period_end")
    assert shop.retrieve(sub).status == "active"


def test_cancel_at_period_end_over_the_api_and_back(shop: Shop) -> None:
    sub = shop.subscribe()
    update = shop.api.subscriptions.update
    leaving = update(sub.id, {"cancel_at_period_end": True})
    assert (leaving.cancel_at_period_end, leaving.cancel_at) == (
        True,
        item(sub).current_period_end,
    )
    kept = update(sub.id, {"cancel_at_period_end": False})
    assert (kept.cancel_at_period_end, kept.cancel_at) == (False, None)
    dated = update(sub.id, {"cancel_at": shop.now() + 3 * DAY})
    assert dated.cancel_at_period_end is False
    assert update(sub.id, {"cancel_at": ""}).cancel_at is None
    past = refused(lambda: update(sub.id, {"cancel_at": shop.now() - 3 * DAY}))
    assert past.param == "cancel_at"


def test_cancelled_over_the_api_it_ends_now_and_for_ever(shop: Shop) -> None:
    sub = shop.subscribe()
    details = {"cancellation_details": {"comment": "merci", "feedback": "unused"}}
    ended = shop.api.subscriptions.cancel(sub.id, details)
    assert (ended.status, ended.canceled_at, ended.cancellation_details.comment) == (
        "canceled",
        ended.ended_at,
        "merci",
    )
    assert refused(lambda: shop.api.subscriptions.cancel(sub.id)).code == "resource_missing"
    update = shop.api.subscriptions.update
    assert update(sub.id, {"metadata": {"a": "b"}}).metadata.to_dict() == {"a": "b"}
    assert refused(lambda: update(sub.id, {"cancel_at_period_end": True})).http_status == 400


def test_a_deleted_customer_ends_its_subscriptions_at_once(shop: Shop) -> None:
    sub = shop.subscribe()
    before = len(shop.types())
    shop.api.customers.delete(sub.customer)
    happened = shop.events()[before:]
    assert [one["type"] for one in happened] == [
        "customer.subscription.deleted",
        "customer.deleted",
    ]
    assert happened[1]["data"]["object"]["email"] == "zoe@exemple.example"
    assert happened[1]["request"]["id"].startswith("req_")
    assert shop.retrieve(sub).status == "canceled"
    shop.advance(days=62)
    assert len(invoices(shop, sub)) == 1


def test_a_renewals_invoice_may_stay_a_draft_for_an_hour(shop: Shop) -> None:
    shop.do("options", draft_seconds=HOUR)
    sub = shop.subscribe()
    shop.advance(to="period_end")
    renewal = invoices(shop, sub)[-1]
    assert (renewal.status, renewal.number) == ("draft", None)
    assert renewal.automatically_finalizes_at == item(sub).current_period_end + HOUR
    shop.advance(seconds=HOUR)
    assert invoices(shop, sub)[-1].status == "paid"


def test_the_product_may_ask_while_a_year_goes_by(shop: Shop) -> None:
    sub, seen = shop.subscribe(), []
    with ThreadPoolExecutor(1) as pool:
        year = pool.submit(shop.advance, days=3660)
        while not year.done():
            seen.append(item(shop.retrieve(sub)).current_period_end)
    assert year.result()["happened"] >= 120
    assert len(set(seen)) > 1
    assert seen == sorted(seen)


def test_the_clock_reads_and_never_goes_back(shop: Shop) -> None:
    before = shop.now()
    assert shop.advance(days=2)["now"] - before in range(2 * DAY, 2 * DAY + 5)
    answer = shop.sandbox.post("/stripe/clock", to=before)
    assert "back" in answer["error"]
    assert shop.sandbox.post("/stripe/reset")["offset"] == 0
