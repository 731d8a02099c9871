"""Customers and their cards."""

from typing import Any

from sandbox.stripe import front, paging, people, store
from sandbox.stripe.params import (
    anything,
    clearable,
    each,
    inside,
    merged,
    metadata,
    one_of,
    text,
    whole,
)
from sandbox.stripe.showing import Json, shown

ADDRESS = clearable(
    inside(**dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"), text()))
)
INVOICE_SETTINGS = inside(
    default_payment_method=clearable(text()),
    footer=clearable(text()),
    custom_fields=anything,
    rendering_options=anything,
)
CUSTOMER: dict[str, Any] = {
    "email": clearable(text(512)),
    "name": clearable(text(256)),
    "description": clearable(text(350)),
    "phone": clearable(text(20)),
    "metadata": metadata,
    "address": ADDRESS,
    "balance": whole(),
    "business_name": clearable(text(150)),
    "individual_name": clearable(text(150)),
    "invoice_prefix": text(12),
    "invoice_settings": INVOICE_SETTINGS,
    "preferred_locales": each(text()),
    "shipping": anything,
    "tax_exempt": one_of("exempt", "none", "reverse"),
}


@front.operation("customers.create", payment_method=text(), **CUSTOMER)
def create(params: Json) -> Json:
    """Keep a customer."""
    return shown(people.new(params))


@front.operation("customers.retrieve")
def customer(_params: Json, *, uid: str) -> Json:
    """Return a customer; a deleted one is told by its id alone."""
    return shown(store.find("customer", uid))


@front.operation("customers.update", **CUSTOMER)
def update(params: Json, *, uid: str) -> Json:
    """Change a customer."""
    row = store.alive("customer", uid)
    settings = params.pop("invoice_settings", None)
    if "metadata" in params:
        params["metadata"] = merged(row.data["metadata"], params["metadata"])
    if settings:
        card = settings.get("default_payment_method")
        if card:
            store.find("payment_method", card, "invoice_settings[default_payment_method]")
        params["invoice_settings"] = {**row.data["invoice_settings"], **settings}
    store.change(row, **params)
    return shown(row)


@front.operation("customers.delete")
def delete(_params: Json, *, uid: str) -> Json:
    """Delete a customer: its subscriptions end at once."""
    row = store.alive("customer", uid)
    people.remove(row)
    return shown(row)


@front.operation("customers.list", email=text(512), **paging.DATED)
def list_(params: Json) -> Json:
    """Return customers, newest first."""
    where: Json = {"data__email": params["email"]} if "email" in params else {}
    return paging.things("customer", params, "/v1/customers", **where)


@front.operation("payment_methods.attach", needs=("customer",), customer=text())
def attach_card(params: Json, *, uid: str) -> Json:
    """Give a customer a card."""
    row = store.find("customer", params["customer"], "customer")
    return shown(people.attach(row, uid))


@front.operation("payment_methods.retrieve")
def card(_params: Json, *, uid: str) -> Json:
    """Return a card."""
    return shown(store.find("payment_method", uid))


@front.operation("payment_methods.list", type=one_of("card"), **paging.CURSORS)
def cards_of(params: Json, *, uid: str) -> Json:
    """Return a customer's cards."""
    store.find("customer", uid, "customer")
    params.pop("type", None)
    url = f"/v1/customers/{uid}/payment_methods"
    return paging.things("payment_method", params, url, customer=uid)
