"""Subscriptions over the API."""

from typing import Any

from sandbox.stripe import (
    changing,
    checkout,
    clock,
    collecting,
    front,
    invoicing,
    lifecycle,
    paging,
    proration,
    standing,
    store,
)
from sandbox.stripe.catalog import price_for_sale
from sandbox.stripe.changing import How
from sandbox.stripe.dues import ENDED, period_end
from sandbox.stripe.errors import declined, refuse
from sandbox.stripe.lifecycle import Order
from sandbox.stripe.models import Thing
from sandbox.stripe.params import (
    Check,
    anything,
    clearable,
    each,
    either,
    flag,
    inside,
    merged,
    metadata,
    one_of,
    text,
    whole,
)
from sandbox.stripe.showing import Json, listed, shown

FEEDBACK = (
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
)
DETAILS = inside(comment=clearable(text()), feedback=clearable(one_of(*FEEDBACK)))
MOMENT: Check = either(one_of("min_period_end", "max_period_end"), whole())
STATUSES = (
    "active",
    "all",
    "canceled",
    "ended",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
)
BOTH: dict[str, Any] = {
    "metadata": metadata,
    "description": clearable(text(500)),
    "default_payment_method": text(),
    "cancel_at_period_end": flag,
    "payment_behavior": one_of(*changing.BEHAVIOURS),
    "proration_behavior": one_of(*changing.PRORATIONS),
    "off_session": flag,
    "trial_settings": checkout.TRIAL_SETTINGS,
    "collection_method": one_of("charge_automatically"),
    "payment_settings": anything,
}
ITEM = inside(("price",), price=text(), quantity=whole(0), metadata=metadata)
CHANGED_ITEM = inside(id=text(), price=text(), quantity=whole(0), deleted=flag, metadata=metadata)


@front.operation(
    "subscriptions.create",
    needs=("customer", "items"),
    customer=text(),
    items=each(ITEM, 20),
    trial_period_days=whole(1, 730),
    trial_end=whole(),
    cancel_at=MOMENT,
    billing_mode=anything,
    currency=text(3),
    **BOTH,
)
def create(params: Json) -> Json:
    """Begin a subscription of a customer who has a card."""
    customer = store.find("customer", params["customer"], "customer")
    entries = tuple(
        (price_for_sale(row["price"], f"items[{index}][price]"), row.get("quantity", 1))
        for index, row in enumerate(params["items"])
    )
    lifecycle.check(entries, "items")
    behaviour, trial_end = params.get("payment_behavior", ""), params.get("trial_end")
    if "trial_period_days" in params:
        trial_end = clock.now() + params["trial_period_days"] * clock.DAY
    card = params.get("default_payment_method")
    if card:
        store.find("payment_method", card, "default_payment_method")
    elif not (trial_end or _default_card(customer) or behaviour == "default_incomplete"):
        sentence = "The customer has no default payment method to charge."
        raise refuse(sentence, code="resource_missing")
    order = Order(
        customer=customer,
        entries=entries,
        metadata=params.get("metadata", {}),
        trial_end=trial_end,
        card=card,
        description=params.get("description"),
        trial_settings=params.get("trial_settings") or lifecycle.NO_TRIAL_SETTINGS,
    )
    sub, invoice = lifecycle.begin(order)
    came = collecting.issue(invoice, collects=behaviour != "default_incomplete")
    if came not in ("", collecting.PAID) and behaviour == "error_if_incomplete":
        raise declined()
    sub.refresh_from_db()
    _end_later(sub, params)
    return shown(sub)


@front.operation("subscriptions.retrieve")
def subscription(_params: Json, *, uid: str) -> Json:
    """Return a subscription."""
    return shown(store.find("subscription", uid))


@front.operation(
    "subscriptions.list",
    customer=text(),
    price=text(),
    status=one_of(*STATUSES),
    collection_method=text(),
    current_period_end=anything,
    current_period_start=anything,
    **paging.DATED,
)
def list_(params: Json) -> Json:
    """Return subscriptions, newest first; ended ones only when `status` asks for them."""
    rows = Thing.objects.filter(kind="subscription")
    status = params.get("status")
    if status is None:
        rows = rows.exclude(status__in=("canceled", "incomplete_expired"))
    elif status == "ended":
        rows = rows.filter(status__in=ENDED)
    elif status != "all":
        rows = rows.filter(status=status)
    if "customer" in params:
        rows = rows.filter(customer=params["customer"])
    if "price" in params:
        rows = rows.filter(data__items__icontains=params["price"])
    found, more = paging.page(rows, params)
    return listed([shown(one) for one in found], "/v1/subscriptions", more=more)


@front.operation(
    "subscriptions.update",
    items=each(CHANGED_ITEM, 20),
    cancel_at=clearable(MOMENT),
    cancellation_details=DETAILS,
    billing_cycle_anchor=inside(("type",), type=one_of("now", "unchanged")),
    proration_date=whole(),
    trial_end=either(one_of("now"), whole()),
    **BOTH,
)
def update(params: Json, *, uid: str) -> Json:
    """Change a subscription; one that has ended takes metadata and details alone."""
    sub = store.find("subscription", uid)
    if not lifecycle.current(sub) and params.keys() - {"metadata", "cancellation_details"}:
        raise refuse("Of an ended subscription only metadata and cancellation_details can change.")
    _plain(sub, params)
    anchored = params.get("billing_cycle_anchor", {}).get("type") == "now"
    if params.get("items") or anchored:
        how = How(
            params.get("proration_behavior", changing.PRORATIONS[0]),
            params.get("payment_behavior", changing.BEHAVIOURS[0]),
            anchored,
            params.get("proration_date"),
        )
        changing.change_items(sub, params.get("items", []), how)
        sub.refresh_from_db()
    _end_later(sub, params)
    if "trial_end" in params:
        _end_trial(sub, params["trial_end"])
    return shown(store.again(sub))


def _plain(sub: Thing, params: Json) -> None:
    """Change what needs no thought."""
    new: Json = {
        name: params[name]
        for name in ("description", "default_payment_method", "trial_settings")
        if name in params
    }
    if "default_payment_method" in new:
        store.find("payment_method", new["default_payment_method"], "default_payment_method")
    if "metadata" in params:
        new["metadata"] = merged(sub.data["metadata"], params["metadata"])
    if "cancellation_details" in params:
        old = sub.data["cancellation_details"]
        new["cancellation_details"] = {**old, **params["cancellation_details"]}
    if new:
        store.change(sub, **new)


def _end_later(sub: Thing, params: Json) -> None:
    if params.get("cancel_at") is not None and params.get("cancel_at_period_end"):
        raise refuse("Only one of cancel_at, cancel_at_period_end.", param="cancel_at")
    if params.get("cancel_at") is not None:
        moment = params["cancel_at"]
        if isinstance(moment, str):
            moment = period_end(sub.data)
        if moment <= clock.now():
            raise refuse("cancel_at lies in the past.", param="cancel_at")
        changing.cancel_at(sub, moment)
    elif params.get("cancel_at_period_end"):
        changing.cancel_at_period_end(sub)
    elif sub.data["cancel_at"] is not None and _goes_on(params):
        changing.keep_going(sub)


def _goes_on(params: Json) -> bool:
    return params.get("cancel_at_period_end") is False or "cancel_at" in params


def _default_card(customer: Thing) -> str | None:
    card: str | None = customer.data["invoice_settings"]["default_payment_method"]
    return card


def _end_trial(sub: Thing, moment: int | str) -> None:
    """Move the end of a trial; `now` charges at once."""
    at = clock.now() if moment == "now" else int(moment)
    items = [{**item, "current_period_end": at} for item in sub.data["items"]]
    changes: Json = {"trial_end": at, "billing_cycle_anchor": at, "items": items}
    if at > clock.now():
        store.change(sub, status="trialing", **changes)
        return
    store.change(sub, **changes)
    lifecycle.renew(sub)


@front.operation(
    "subscriptions.cancel", cancellation_details=DETAILS, invoice_now=flag, prorate=flag
)
def cancel(params: Json, *, uid: str) -> Json:
    """End a subscription now."""
    sub = store.find("subscription", uid)
    if not lifecycle.current(sub):
        # Stripe answers as if there were none.
        raise refuse(f"No such subscription: '{uid}'", status=404, code="resource_missing")
    standing.end(sub, reason="cancellation_requested", **params.get("cancellation_details", {}))
    return shown(sub)


@front.operation(
    "subscriptions.pause",
    type=one_of("subscription"),
    bill_for=anything,
    invoicing_behavior=one_of("invoice", "pending_invoice_item"),
)
def pause(params: Json, *, uid: str) -> Json:
    """Pause a subscription: what was paid for the rest of the period is given back."""
    sub = store.find("subscription", uid)
    if sub.status not in ("active", "trialing"):
        raise refuse(f"A subscription that is {sub.status} cannot be paused.")
    unused = params.get("bill_for", {}).get("unused_time_from", {}).get("type", "now")
    hidden: Json = {}
    if unused != "none" and sub.status == "active":
        at = clock.now()
        given = [
            proration.credit(item, price, at)
            for item, price in zip(sub.data["items"], standing.prices_of(sub), strict=True)
        ]
        hidden["pending"] = [*sub.hidden.get("pending", []), *given]
    standing.pause(sub, "pause_requested", hidden=hidden)
    return shown(sub)


@front.operation(
    "subscriptions.resume",
    billing_cycle_anchor=inside(("type",), type=one_of("now")),
    payment_behavior=one_of("resume_on_payment_attempt", "resume_on_payment_success"),
    proration_behavior=one_of(*changing.PRORATIONS),
)
def resume(params: Json, *, uid: str) -> Json:
    """Resume a paused subscription with a new period, whose invoice comes now or in an hour."""
    sub = store.find("subscription", uid)
    if sub.status != "paused":
        raise refuse(f"A subscription that is {sub.status} cannot be resumed.")
    at = clock.now()
    if params.get("payment_behavior") == "resume_on_payment_success":
        invoice = lifecycle.invoice_now(sub, invoicing.UPDATE, lifecycle.lines_from(sub, at))
        store.change(sub, hidden={"paused_by": invoice.uid})
        collecting.issue(invoice)
    else:
        standing.go_on(sub)
        invoice = lifecycle.invoice_now(sub, invoicing.UPDATE, lifecycle.lines(sub))
        store.change(invoice, automatically_finalizes_at=at + clock.HOUR)
    return shown(store.again(sub))
