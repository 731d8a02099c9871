"""Checkout sessions over the API: one link to one page on which somebody subscribes."""

from typing import Any

from sandbox import settings
from sandbox.stripe import checking_out, clock, front, lifecycle, paging, store
from sandbox.stripe.catalog import price_for_sale
from sandbox.stripe.errors import missing, refuse
from sandbox.stripe.ids import new_id
from sandbox.stripe.params import (
    anything,
    each,
    flag,
    inside,
    metadata,
    one_of,
    text,
    whole,
)
from sandbox.stripe.showing import Json, expand, shown

UI_MODES = ("hosted_page", "embedded_page", "elements", "form")
SHORTEST, LONGEST = 30 * clock.MINUTE, clock.DAY
TRIAL_AHEAD = 2 * clock.DAY
TRIAL_SETTINGS = inside(
    end_behavior=inside(
        ("missing_payment_method",),
        missing_payment_method=one_of("cancel", "create_invoice", "pause"),
        billing_cycle_anchor=one_of("now", "unchanged"),
    )
)
SUBSCRIPTION_DATA = inside(
    metadata=metadata,
    description=text(500),
    trial_period_days=whole(1, 730),
    trial_end=whole(),
    trial_settings=TRIAL_SETTINGS,
    billing_mode=anything,
    proration_behavior=one_of("create_prorations", "none"),
    invoice_settings=anything,
)
SHOWN_AGAIN: dict[str, Any] = {
    "allow_promotion_codes": flag,
    "allowed_payment_method_types": each(text()),
    "automatic_tax": inside(("enabled",), enabled=flag),
    "billing_address_collection": one_of("auto", "required"),
    "consent_collection": anything,
    "custom_text": anything,
    "excluded_payment_method_types": each(text()),
    "locale": text(),
    "payment_method_collection": one_of("always", "if_required"),
    "phone_number_collection": inside(("enabled",), enabled=flag),
    "tax_id_collection": anything,
}
"""What changes nothing here: taken, and shown on the session."""


def _refused_types(_value: Any, name: str) -> Any:
    # Stripe, changelog of endive (2026-09-30).
    raise refuse(
        "payment_method_types is no longer supported; use allowed_payment_method_types.",
        code="payment_method_types_no_longer_supported",
        param=name,
    )


@front.operation(
    "checkout.sessions.create",
    needs=("mode", "line_items"),
    mode=one_of("subscription", "payment", "setup"),
    line_items=each(inside(("price",), price=text(), quantity=whole(1)), 20),
    customer=text(),
    customer_email=text(800),
    client_reference_id=text(200),
    customer_update=anything,
    metadata=metadata,
    subscription_data=SUBSCRIPTION_DATA,
    success_url=text(),
    cancel_url=text(),
    expires_at=whole(),
    ui_mode=one_of(*UI_MODES),
    payment_method_types=_refused_types,
    **SHOWN_AGAIN,
)
def create(params: Json) -> Json:
    """Keep a session, whose page is at `url`.

    Its end is told in the caller's time, which stays behind when the clock here is moved ahead.
    """
    if "expires_at" in params:
        params["expires_at"] += clock.offset()
    _check(params)
    rows = [
        {
            **_line(row, f"line_items[{index}][price]"),
            "quantity": row.get("quantity", 1),
        }
        for index, row in enumerate(params.pop("line_items"))
    ]
    total = sum(row["amount_total"] for row in rows)
    more = params.pop("subscription_data", {})
    free = bool(more.get("trial_period_days") or more.get("trial_end"))
    uid = new_id("cs_test")
    data: Json = {
        "adaptive_pricing": None,
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": 0 if free else total,
        "amount_total": 0 if free else total,
        "billing_address_collection": None,
        "cancel_url": None,
        "client_reference_id": None,
        "client_secret": None,
        "consent": None,
        "consent_collection": None,
        "currency": rows[0]["currency"],
        "custom_fields": [],
        "customer": None,
        "customer_account": None,
        "customer_creation": None if "customer" in params else "always",
        "customer_details": _details(params),
        "customer_email": None,
        "discounts": [],
        "expires_at": clock.now() + LONGEST,
        "invoice": None,
        "invoice_creation": None,
        "locale": None,
        "metadata": {},
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "always",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": None,
        "subscription": None,
        "success_url": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{settings.SANDBOX_URL}/stripe/checkout/{uid}",
        **params,
        "automatic_tax": {"liability": None, "status": None}
        | params.get("automatic_tax", {"enabled": False}),
        "custom_text": {"after_submit": None, "submit": None} | params.get("custom_text", {}),
    }
    hidden = {"line_items": rows, "subscription_data": more}
    return shown(store.keep("checkout.session", data, uid=uid, hidden=hidden))


def _details(params: Json) -> Json | None:
    if "customer_email" not in params:
        return None
    return {"address": None, "email": params["customer_email"], "name": None, "phone": None}


def _line(row: Json, param: str) -> Json:
    price = price_for_sale(row["price"], param)
    amount = price.data["unit_amount"] * row.get("quantity", 1)
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price.data["currency"],
        "description": store.find("product", price.data["product"], "product").data["name"],
        "price": price.uid,
    }


def _check(params: Json) -> None:
    """Refuse what does not go together."""
    if params["mode"] != "subscription":
        raise refuse("The stand-in knows mode=subscription alone.", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise refuse("The stand-in knows ui_mode=hosted_page alone.", param="ui_mode")
    if not params["line_items"]:
        raise missing("line_items")
    if "success_url" not in params:
        raise missing("success_url")
    for name in ("success_url", "cancel_url"):
        if name in params and not params[name].startswith(("http://", "https://")):
            raise refuse("Not a valid URL", code="url_invalid", param=name)
    if "customer" in params and "customer_email" in params:
        sentence = "Either customer or customer_email, not both."
        raise refuse(sentence, param="customer")
    if "customer" in params:
        store.find("customer", params["customer"], "customer")
    at = clock.now()
    ends = params.get("expires_at", at + LONGEST)
    if not at + SHORTEST <= ends <= at + LONGEST:
        raise refuse("expires_at is 30 minutes to 24 hours ahead.", param="expires_at")
    _check_trial(params.get("subscription_data", {}), at)
    rows = enumerate(params["line_items"])
    lifecycle.check(
        tuple((price_for_sale(row["price"], f"line_items[{n}][price]"), 1) for n, row in rows),
        "line_items",
    )


def _check_trial(more: Json, at: int) -> None:
    if "trial_end" in more and "trial_period_days" in more:
        raise refuse("Only one of trial_end, trial_period_days.", param="subscription_data")
    if "trial_end" in more and more["trial_end"] < at + TRIAL_AHEAD:
        name = "subscription_data[trial_end]"
        raise refuse("trial_end is at least 48 hours ahead.", param=name)


@front.operation("checkout.sessions.retrieve")
def session(_params: Json, *, uid: str) -> Json:
    """Return a session."""
    return shown(store.find("checkout.session", uid))


@front.operation("checkout.sessions.expire")
def expire(_params: Json, *, uid: str) -> Json:
    """End a session that is open."""
    row = store.find("checkout.session", uid)
    checking_out.check_open(row)
    checking_out.expire(row)
    return shown(row)


@front.operation("checkout.sessions.line_items.list", **paging.CURSORS)
def line_items(_params: Json, *, uid: str) -> Json:
    """Return what a session sells."""
    row = store.find("checkout.session", uid)
    items: Json = expand(shown(row), ["line_items"])["line_items"]
    return items


@front.operation(
    "checkout.sessions.list",
    customer=text(),
    subscription=text(),
    payment_intent=text(),
    status=one_of("open", "complete", "expired"),
    customer_details=inside(("email",), email=text()),
    **paging.DATED,
)
def list_(params: Json) -> Json:
    """Return sessions, newest first."""
    where: Json = {
        name: params[name] for name in ("customer", "subscription", "status") if name in params
    }
    if "payment_intent" in params:
        where["data__payment_intent"] = params["payment_intent"]
    if "customer_details" in params:
        where["data__customer_details__email"] = params["customer_details"]["email"]
    return paging.things("checkout.session", params, "/v1/checkout/sessions", **where)
