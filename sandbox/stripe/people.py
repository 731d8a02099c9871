"""Customers and their cards, as the API, the pages and the controls make them."""

from sandbox.stripe import dues, events, standing, store
from sandbox.stripe.errors import refuse
from sandbox.stripe.ids import new_id
from sandbox.stripe.models import Thing
from sandbox.stripe.showing import Json

CARDS = {"good": "4242", "declines": "0341", "asks": "3184"}
"""The last digits of Stripe's test cards: one that pays, one that is declined when it is charged,
one whose bank asks for 3-D Secure each time."""
TEST_CARDS = {
    "pm_card_visa": "4242",
    "pm_card_chargeCustomerFail": "0341",
    "pm_card_authenticationRequired": "3184",
}


def new(params: Json) -> Thing:
    """Keep a customer with the given fields."""
    card, settings = params.pop("payment_method", ""), params.pop("invoice_settings", {})
    uid = new_id("cus")
    usual: Json = {
        "address": None,
        "balance": 0,
        "business_name": None,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "individual_name": None,
        "invoice_prefix": uid[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    row = store.keep("customer", {**usual, **params}, uid=uid)
    if card:
        attached = attach(row, card)
        if settings.get("default_payment_method") == card:
            settings["default_payment_method"] = attached.uid
    if settings:
        _settle(row, settings)
    return row


def _settle(row: Thing, settings: Json) -> None:
    card = settings.get("default_payment_method")
    if card:
        store.find("payment_method", card, "invoice_settings[default_payment_method]")
    store.change(row, invoice_settings={**row.data["invoice_settings"], **settings})


def remove(row: Thing) -> None:
    """Delete a customer, as the API and the dashboard do."""
    rows = Thing.objects.filter(kind="subscription", customer=row.uid).order_by("pk")
    for one in rows.exclude(status__in=dues.ENDED):
        standing.end(one, reason="cancellation_requested")
    row.deleted = True
    row.save()
    events.emit("customer.deleted", row)


def attach(row: Thing, named: str) -> Thing:
    """Give a customer a card: one of Stripe's test ids, or one that is kept already."""
    if named not in TEST_CARDS:
        card = store.find("payment_method", named, "payment_method")
        if card.data["customer"] not in (None, row.uid):
            raise refuse("The payment method belongs to another customer.", param="payment_method")
        store.change(card, customer=row.uid)
        return card
    return new_card(row, TEST_CARDS[named])


def new_card(row: Thing, last4: str) -> Thing:
    """Give a customer a new card with these last digits, which tell how it behaves (CARDS)."""
    data: Json = {
        "allow_redisplay": "always",
        "billing_details": {"address": None, "email": row.data["email"], "name": None},
        "card": {
            "brand": "visa",
            "country": "FR",
            "exp_month": 12,
            "exp_year": 2034,
            "funding": "credit",
            "last4": last4,
        },
        "customer": row.uid,
        "metadata": {},
        "type": "card",
    }
    card = store.keep("payment_method", data)
    events.emit("payment_method.attached", card)
    return card
