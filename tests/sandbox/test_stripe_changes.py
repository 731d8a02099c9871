"""A subscription changed while it runs: other prices, another anchor, a pause."""

import pytest
import stripe

from tests.sandbox.conftest import Sandbox
from tests.sandbox.stripe_world import DAY, Shop, invoices, item, open_shop, refused

HOUR = 3600


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    return open_shop(sandbox)


def test_another_price_in_the_middle_of_the_month_is_charged_for_the_rest(shop: Shop) -> None:
    sub = shop.subscribe()
    start, end = item(sub).current_period_start, item(sub).current_period_end
    shop.advance(to=start + (end - start) // 2)
    changed = shop.api.subscriptions.update(
        sub.id,
        {
            "items": [{"id": item(sub).id, "price": shop.ultra}],
            "proration_behavior": "always_invoice",
            "proration_date": start + (end - start) // 2,
        },
    )
    assert (item(changed).price.id, item(changed).current_period_end) == (shop.ultra, end)
    invoice = shop.api.invoices.retrieve(changed.latest_invoice)
    assert (invoice.billing_reason, invoice.status) == ("subscription_update", "paid")
    assert sorted(line.amount for line in invoice.lines.data) == [-750, 1500]
    assert all(line.parent.subscription_item_details.proration for line in invoice.lines.data)
    [*_, told] = shop.events("customer.subscription.updated")
    assert told["data"]["previous_attributes"]["latest_invoice"] == sub.latest_invoice


def test_without_an_invoice_the_rest_is_charged_with_the_next_one(shop: Shop) -> None:
    sub = shop.subscribe()
    rows = [{"id": item(sub).id, "price": shop.ultra}]
    shop.api.subscriptions.update(sub.id, {"items": rows})
    assert len(invoices(shop, sub)) == 1
    shop.advance(to="period_end")
    renewal = invoices(shop, sub)[-1]
    assert len(renewal.lines.data) == 3
    assert renewal.total == 2999 + 2999 - 1499


def test_a_cheaper_price_leaves_money_for_later_invoices(shop: Shop) -> None:
    sub = shop.subscribe(price=shop.ultra)
    rows = [{"id": item(sub).id, "price": shop.premium}]
    shop.api.subscriptions.update(sub.id, {"items": rows, "proration_behavior": "always_invoice"})
    credit = invoices(shop, sub)[-1]
    assert (credit.total, credit.amount_due, credit.status) == (-1500, 0, "paid")
    assert shop.api.customers.retrieve(sub.customer).balance == -1500
    shop.advance(to="period_end")
    renewal = invoices(shop, sub)[-1]
    assert (renewal.total, renewal.amount_due) == (1499, 0)
    assert shop.api.customers.retrieve(sub.customer).balance == -1


def test_another_interval_begins_a_new_period_now(shop: Shop) -> None:
    sub = shop.subscribe()
    rows = [{"id": item(sub).id, "price": shop.yearly}]
    changed = shop.api.subscriptions.update(sub.id, {"items": rows})
    assert item(changed).current_period_end - item(changed).current_period_start >= 365 * DAY
    invoice = shop.api.invoices.retrieve(changed.latest_invoice)
    assert (invoice.total, invoice.status) == (29_900 - 1499, "paid")


def test_an_upgrade_that_is_not_paid_is_undone_when_asked_so(shop: Shop) -> None:
    sub = shop.subscribe()
    shop.do("customer", customer=sub.customer, action="next_payment")
    asked = {
        "items": [{"id": item(sub).id, "price": shop.ultra}],
        "proration_behavior": "always_invoice",
        "payment_behavior": "error_if_incomplete",
    }
    error = refused(lambda: shop.api.subscriptions.update(sub.id, asked))
    assert isinstance(error, stripe.CardError)
    assert item(shop.retrieve(sub)).price.id == shop.premium
    assert len(invoices(shop, sub)) == 1


def test_an_item_without_its_id_is_one_more(shop: Shop) -> None:
    sub = shop.subscribe()
    both = shop.api.subscriptions.update(sub.id, {"items": [{"price": shop.ultra}]})
    assert [one.price.id for one in both["items"].data] == [shop.premium, shop.ultra]
    twice = {"items": [{"price": shop.ultra}]}
    assert refused(lambda: shop.api.subscriptions.update(sub.id, twice)).http_status == 400
    rows = [{"id": item(both).id, "deleted": True}]
    left = shop.api.subscriptions.update(sub.id, {"items": rows})
    assert [one.price.id for one in left["items"].data] == [shop.ultra]


def test_the_anchor_is_an_object_since_endive(shop: Shop) -> None:
    sub = shop.subscribe()
    update = shop.api.subscriptions.update
    error = refused(lambda: update(sub.id, {"billing_cycle_anchor": "now"}))
    assert error.param == "billing_cycle_anchor"
    shop.advance(days=10)
    anew = update(sub.id, {"billing_cycle_anchor": {"type": "now"}})
    assert anew.billing_cycle_anchor == item(anew).current_period_start
    assert item(anew).current_period_start >= sub.start_date + 10 * DAY


def test_paused_on_request_nothing_is_invoiced_until_it_is_resumed(shop: Shop) -> None:
    sub = shop.subscribe()
    paused = shop.api.subscriptions.pause(sub.id, {"type": "subscription"})
    assert paused.status_details.paused.subscription.type == "pause_requested"
    shop.advance(days=70)
    assert len(invoices(shop, sub)) == 1
    resumed = shop.api.subscriptions.resume(sub.id)
    assert (resumed.status, resumed.status_details) == ("active", None)
    assert shop.types().count("customer.subscription.resumed") == 1
    assert invoices(shop, sub)[-1].status == "draft"
    shop.advance(seconds=HOUR)
    assert invoices(shop, sub)[-1].status == "paid"
    assert refused(lambda: shop.api.subscriptions.resume(sub.id)).http_status == 400


def test_resumed_only_when_it_is_paid(shop: Shop) -> None:
    sub = shop.subscribe()
    shop.api.subscriptions.pause(sub.id, {"bill_for": {"unused_time_from": {"type": "none"}}})
    shop.do("customer", customer=sub.customer, action="next_payment")
    asked = {"payment_behavior": "resume_on_payment_success"}
    waiting = shop.api.subscriptions.resume(sub.id, asked)
    assert waiting.status == "paused"
    shop.api.invoices.pay(waiting.latest_invoice)
    assert shop.retrieve(sub).status == "active"
