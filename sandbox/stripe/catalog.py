"""Products and prices: what is sold; a price never changes what it costs."""

from typing import Any

from sandbox.stripe import clock, events, front, paging, store
from sandbox.stripe.errors import missing, no_such, refuse
from sandbox.stripe.ids import new_id
from sandbox.stripe.models import Thing
from sandbox.stripe.params import (
    anything,
    clearable,
    each,
    flag,
    inside,
    merged,
    metadata,
    one_of,
    text,
    whole,
)
from sandbox.stripe.showing import Json, shown

INTERVAL = one_of("day", "week", "month", "year")
CURRENCY = text(3)
MOST_LOOKUP_KEYS = 10
RECURRING = inside(
    ("interval",),
    interval=INTERVAL,
    interval_count=whole(1),
    usage_type=one_of("licensed"),
    trial_period_days=whole(1),
)
PRODUCT: dict[str, Any] = {
    "name": text(),
    "active": flag,
    "description": clearable(text()),
    "metadata": metadata,
    "images": each(text()),
    "url": clearable(text()),
    "tax_code": anything,
    "unit_label": clearable(text()),
    "statement_descriptor": text(22),
    "marketing_features": anything,
    "shippable": flag,
}


@front.operation("products.create", needs=("name",), id=text(), **PRODUCT)
def create_product(params: Json) -> Json:
    """Keep a product; an id of the caller's own is refused when it is taken."""
    uid = params.pop("id", "") or new_id("prod")
    if Thing.objects.filter(uid=uid).exists():
        raise refuse("Product already exists.", code="resource_already_exists", param="id")
    return shown(_new_product(uid, params))


def _new_product(uid: str, params: Json) -> Thing:
    usual: Json = {
        "active": True,
        "default_price": None,
        "description": None,
        "images": [],
        "marketing_features": [],
        "metadata": {},
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": None,
        "updated": clock.now(),
        "url": None,
    }
    return store.keep("product", {**usual, **params}, uid=uid)


@front.operation("products.retrieve")
def product(_params: Json, *, uid: str) -> Json:
    """Return a product."""
    return shown(store.find("product", uid))


@front.operation("products.update", default_price=text(), **PRODUCT)
def update_product(params: Json, *, uid: str) -> Json:
    """Change a product."""
    row = store.alive("product", uid)
    if "metadata" in params:
        params["metadata"] = merged(row.data["metadata"], params["metadata"])
    if "default_price" in params:
        store.find("price", params["default_price"], "default_price")
    store.change(row, **params, updated=clock.now())
    return shown(row)


@front.operation("products.delete")
def delete_product(_params: Json, *, uid: str) -> Json:
    """Delete a product that no price was made for."""
    row = store.alive("product", uid)
    if Thing.objects.filter(kind="price", data__product=uid).exists():
        raise refuse("A product that has prices stays; make it inactive.")
    row.deleted = True
    row.save()
    events.emit("product.deleted", row)
    return shown(row)


@front.operation(
    "products.list", active=flag, ids=each(text()), url=text(), shippable=flag, **paging.DATED
)
def list_products(params: Json) -> Json:
    """Return products, newest first."""
    where: Json = {}
    if "active" in params:
        where["data__active"] = params["active"]
    if "ids" in params:
        where["uid__in"] = params["ids"]
    return paging.things("product", params, "/v1/products", **where)


@front.operation(
    "prices.create",
    needs=("currency",),
    currency=CURRENCY,
    unit_amount=whole(0),
    product=text(),
    product_data=inside(("name",), **{**PRODUCT, "id": text()}),
    recurring=RECURRING,
    lookup_key=text(200),
    transfer_lookup_key=flag,
    active=flag,
    metadata=metadata,
    nickname=text(),
    tax_behavior=one_of("exclusive", "inclusive", "unspecified"),
    billing_scheme=one_of("per_unit"),
)
def create_price(params: Json) -> Json:
    """Keep a price of a product, which may take a lookup key over from another."""
    if "unit_amount" not in params:
        raise missing("unit_amount")
    if "product_data" in params:
        data = params.pop("product_data")
        params["product"] = _new_product(data.pop("id", "") or new_id("prod"), data).uid
    if "product" not in params:
        raise missing("product")
    store.find("product", params["product"], "product")
    transfers = params.pop("transfer_lookup_key", False)
    if params.get("lookup_key") and params.get("active", True):
        _free(params["lookup_key"], transfers=transfers)
    recurring = params.pop("recurring", None)
    usual: Json = {
        "active": True,
        "billing_scheme": "per_unit",
        "custom_unit_amount": None,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "recurring": _recurring(recurring) if recurring else None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if recurring else "one_time",
        "unit_amount_decimal": str(params["unit_amount"]),
    }
    price = {**usual, **params, "currency": params["currency"].lower()}
    return shown(store.keep("price", price))


def _recurring(asked: Json) -> Json:
    usual: Json = {"interval_count": 1, "meter": None, "trial_period_days": None}
    return {**usual, "usage_type": "licensed", **asked}


def _free(lookup_key: str, *, transfers: bool, but: str = "") -> None:
    """Take the key away from the active price that has it, or refuse."""
    holders = Thing.objects.filter(
        kind="price", data__lookup_key=lookup_key, data__active=True
    ).exclude(uid=but)
    for holder in holders:
        if not transfers:
            sentence = f"A price (`{holder.uid}`) already uses that lookup key."
            raise refuse(sentence, param="lookup_key")
        store.change(holder, lookup_key=None)


@front.operation("prices.retrieve")
def price(_params: Json, *, uid: str) -> Json:
    """Return a price."""
    return shown(store.find("price", uid))


@front.operation(
    "prices.update",
    active=flag,
    metadata=metadata,
    nickname=clearable(text()),
    lookup_key=clearable(text(200)),
    transfer_lookup_key=flag,
    tax_behavior=one_of("exclusive", "inclusive", "unspecified"),
)
def update_price(params: Json, *, uid: str) -> Json:
    """Change what may change of a price: never its amount, its currency or its interval."""
    row = store.alive("price", uid)
    transfers = params.pop("transfer_lookup_key", False)
    key = params.get("lookup_key", row.data["lookup_key"])
    if key and params.get("active", row.data["active"]):
        _free(key, transfers=transfers, but=uid)
    if "metadata" in params:
        params["metadata"] = merged(row.data["metadata"], params["metadata"])
    store.change(row, **params)
    return shown(row)


@front.operation(
    "prices.list",
    active=flag,
    currency=CURRENCY,
    lookup_keys=each(text(200), MOST_LOOKUP_KEYS),
    product=text(),
    type=one_of("one_time", "recurring"),
    recurring=inside(interval=INTERVAL),
    **paging.DATED,
)
def list_prices(params: Json) -> Json:
    """Return prices, newest first."""
    where: Json = {
        f"data__{name}": params[name]
        for name in ("active", "currency", "product", "type")
        if name in params
    }
    if "lookup_keys" in params:
        where["data__lookup_key__in"] = params["lookup_keys"]
    if "interval" in params.get("recurring", {}):
        where["data__recurring__interval"] = params["recurring"]["interval"]
    return paging.things("price", params, "/v1/prices", **where)


def price_for_sale(uid: str, param: str) -> Thing:
    """Return the active price with this id; refuses any other."""
    row = Thing.objects.filter(kind="price", uid=uid).first()
    if row is None:
        raise no_such("price", uid, param)
    if not row.data["active"]:
        sentence = f"The price {uid} is not active."
        raise refuse(sentence, param=param)
    return row
