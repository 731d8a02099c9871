"""Stripe's objects through the real library: the catalogue, customers, lists, expansion."""

from functools import partial

import pytest
import requests

from tests.sandbox.conftest import Sandbox
from tests.sandbox.stripe_world import Shop, open_shop, refused


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    return open_shop(sandbox)


def test_prices_are_found_by_their_lookup_key_with_their_product(shop: Shop) -> None:
    asked = {"lookup_keys": ["ultra"], "active": True, "expand": ["data.product"]}
    [price] = shop.api.prices.list(asked).data
    assert (price.id, price.unit_amount, price.currency) == (shop.ultra, 2999, "eur")
    assert (price.recurring.interval, price.recurring.interval_count) == ("month", 1)
    assert (price.product.id, price.product.name) == (shop.product, "Premium")
    assert str(price.unit_amount_decimal) == "2999"


def test_a_lookup_key_belongs_to_one_active_price_and_moves_on_request(shop: Shop) -> None:
    new = {
        "product": shop.product,
        "unit_amount": 1999,
        "currency": "eur",
        "recurring": {"interval": "month"},
        "lookup_key": "premium",
    }
    error = refused(lambda: shop.api.prices.create(new))
    assert (error.http_status, error.param) == (400, "lookup_key")
    sub = shop.subscribe()
    moved = shop.api.prices.create({**new, "transfer_lookup_key": True})
    assert shop.api.prices.retrieve(shop.premium).lookup_key is None
    assert shop.api.prices.list({"lookup_keys": ["premium"]}).data[0].id == moved.id
    kept = shop.retrieve(sub)["items"].data[0].price
    assert (kept.id, kept.lookup_key, kept.unit_amount) == (shop.premium, None, 1499)


def test_a_lookup_key_of_an_inactive_price_is_free(shop: Shop) -> None:
    shop.api.prices.update(shop.premium, {"active": False})
    taken = shop.api.prices.update(shop.ultra, {"lookup_key": "premium"})
    assert taken.lookup_key == "premium"


def test_a_price_never_changes_what_it_costs(shop: Shop) -> None:
    error = refused(lambda: shop.api.prices.update(shop.premium, {"unit_amount": 1}))
    assert (error.code, error.param) == ("parameter_unknown", "unit_amount")


def test_an_inactive_price_is_not_sold(shop: Shop) -> None:
    shop.api.prices.update(shop.premium, {"active": False})
    error = refused(lambda: shop.checkout(shop.customer()))
    assert error.param == "line_items[0][price]"


def test_a_product_with_prices_is_not_deleted_and_one_without_is(shop: Shop) -> None:
    assert refused(lambda: shop.api.products.delete(shop.product)).http_status == 400
    empty = shop.api.products.create({"name": "Rien", "id": "flowia_rien"})
    assert shop.api.products.delete(empty.id).deleted is True
    again = shop.api.products.create({"name": "Encore"})
    shop.api.products.update(again.id, {"name": "Toujours", "metadata": {"plan": "pro"}})
    found = shop.api.products.retrieve(again.id)
    assert (found.name, found.metadata.to_dict()) == ("Toujours", {"plan": "pro"})
    taken = refused(lambda: shop.api.products.create({"name": "x", "id": again.id}))
    assert taken.code == "resource_already_exists"


def test_metadata_is_merged_key_by_key_and_emptied_by_an_empty_text(shop: Shop) -> None:
    customer = shop.customer(metadata={"workspace": "1", "kept": "yes"})
    update = shop.api.customers.update
    both = update(customer, {"metadata": {"workspace": "2", "kept": ""}})
    assert both.metadata.to_dict() == {"workspace": "2"}
    assert update(customer, {"metadata": ""}).metadata.to_dict() == {}


def test_a_deleted_customer_is_told_by_its_id_alone(shop: Shop) -> None:
    customer = shop.customer()
    assert shop.api.customers.delete(customer).deleted is True
    gone = shop.api.customers.retrieve(customer)
    assert gone.to_dict() == {"id": customer, "object": "customer", "deleted": True}
    assert shop.api.customers.list({"email": "zoe@exemple.example"}).data == []
    error = refused(lambda: shop.checkout(customer))
    assert (error.http_status, error.code, error.param) == (400, "resource_missing", "customer")
    late = refused(lambda: shop.api.customers.update(customer, {"name": "x"}))
    assert late.code == "resource_missing"


def test_lists_come_in_pages_from_a_cursor_on(shop: Shop) -> None:
    made = [shop.customer(name=f"n{number}") for number in range(7)][::-1]
    first = shop.api.customers.list({"limit": 3})
    assert ([one.id for one in first.data], first.has_more) == (made[:3], True)
    second = shop.api.customers.list({"limit": 3, "starting_after": made[2]})
    assert ([one.id for one in second.data], second.has_more) == (made[3:6], True)
    last = shop.api.customers.list({"limit": 3, "starting_after": made[5]})
    assert ([one.id for one in last.data], last.has_more) == (made[6:], False)
    before = shop.api.customers.list({"limit": 2, "ending_before": made[4]})
    assert ([one.id for one in before.data], before.has_more) == (made[2:4], True)
    every = [one.id for one in first.auto_paging_iter()]
    assert every == made
    unknown = refused(lambda: shop.api.customers.list({"starting_after": "cus_none"}))
    assert (unknown.code, unknown.param) == ("resource_missing", "starting_after")
    assert refused(lambda: shop.api.customers.list({"limit": 101})).param == "limit"


def test_expansion_reaches_four_levels_and_refuses_what_is_no_object(shop: Shop) -> None:
    sub = shop.subscribe()
    deep = "latest_invoice.payments.data.payment.payment_intent"
    asked = {"expand": [deep, "customer", "items.data.price.product"]}
    seen = shop.api.subscriptions.retrieve(sub.id, asked)
    assert seen.customer.email == "zoe@exemple.example"
    assert seen["items"].data[0].price.product.name == "Premium"
    [payment] = seen.latest_invoice.payments.data
    assert (payment.payment.type, payment.status) == ("payment_intent", "paid")
    assert payment.payment.payment_intent.status == "succeeded"
    for wrong in ("status", "nothing", "customer.email", f"{deep}.customer"):
        asked = {"expand": [wrong]}
        assert refused(partial(shop.api.subscriptions.retrieve, sub.id, asked)).param


def test_a_customers_subscriptions_come_only_when_expanded(shop: Shop) -> None:
    sub = shop.subscribe()
    assert "subscriptions" not in shop.api.customers.retrieve(sub.customer)
    seen = shop.api.customers.retrieve(sub.customer, {"expand": ["subscriptions"]})
    assert [one.id for one in seen.subscriptions.data] == [sub.id]


def test_a_subscription_has_endives_shape(shop: Shop) -> None:
    sub = shop.subscribe(subscription_data={"metadata": {"workspace": "7"}})
    for gone in ("current_period_start", "current_period_end", "plan", "quantity", "discount"):
        assert gone not in sub
    [item] = sub["items"].data
    assert item.current_period_end > item.current_period_start == sub.start_date
    assert "plan" not in item
    assert (sub.billing_mode.type, sub.cancel_at, sub.status_details) == ("flexible", None, None)
    assert sub.metadata.to_dict() == {"workspace": "7"}


def test_an_invoice_has_endives_shape(shop: Shop) -> None:
    sub = shop.subscribe(subscription_data={"metadata": {"workspace": "7"}})
    invoice = shop.api.invoices.retrieve(sub.latest_invoice)
    for gone in ("subscription", "payment_intent", "charge", "paid", "tax", "payments"):
        assert gone not in invoice
    details = invoice.parent.subscription_details
    assert (invoice.parent.type, details.subscription) == ("subscription_details", sub.id)
    assert details.metadata.to_dict() == {"workspace": "7"}
    [line] = invoice.lines.data
    assert line.pricing.price_details.price == shop.premium
    [item] = sub["items"].data
    assert (line.period.start, line.period.end) == (
        item.current_period_start,
        item.current_period_end,
    )
    assert line.parent.subscription_item_details.subscription_item == item.id
    assert (invoice.status, invoice.amount_paid, invoice.amount_remaining) == ("paid", 1499, 0)
    assert (invoice.billing_reason, invoice.period_start) == (
        "subscription_create",
        invoice.period_end,
    )
    assert invoice.hosted_invoice_url.startswith(f"{shop.sandbox.url}/stripe/invoice/in_")


def test_cards_are_attached_by_stripes_test_ids(shop: Shop) -> None:
    customer = shop.customer(
        payment_method="pm_card_visa",
        invoice_settings={"default_payment_method": "pm_card_visa"},
    )
    seen = shop.api.customers.retrieve(
        customer, {"expand": ["invoice_settings.default_payment_method"]}
    )
    assert seen.invoice_settings.default_payment_method.card.last4 == "4242"
    shop.api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer})
    cards = shop.api.customers.payment_methods.list(customer)
    assert [one.card.last4 for one in cards.data] == ["0341", "4242"]


def test_the_key_may_be_a_name_as_curl_sends_it(shop: Shop) -> None:
    url = f"{shop.sandbox.url}/stripe/v1/prices"
    answer = requests.get(url, auth=("sk_test_curl", ""), timeout=5)
    assert len(answer.json()["data"]) == 3
