"""A subscription's life by the clock: it begins, renews, ends, or was never paid."""

from dataclasses import dataclass, field

from sandbox.stripe import clock, collecting, events, invoicing, standing, store
from sandbox.stripe.dues import ENDED, period_end
from sandbox.stripe.errors import refuse
from sandbox.stripe.ids import new_id
from sandbox.stripe.models import Thing
from sandbox.stripe.showing import Json
from sandbox.stripe.standing import end

TRIAL_NOTICE = 3 * clock.DAY
NO_TRIAL_SETTINGS: Json = {
    "end_behavior": {"billing_cycle_anchor": None, "missing_payment_method": "create_invoice"}
}


@dataclass(frozen=True)
class Order:
    """What somebody subscribes to: prices with their quantities, and how."""

    customer: Thing
    entries: tuple[tuple[Thing, int], ...]
    metadata: dict[str, str] = field(default_factory=dict)
    trial_end: int | None = None
    card: str | None = None
    description: str | None = None
    trial_settings: Json = field(default_factory=lambda: NO_TRIAL_SETTINGS)


def check(entries: tuple[tuple[Thing, int], ...], param: str) -> None:
    """Refuse prices that one subscription cannot hold together."""
    rhythms = set()
    for price, _quantity in entries:
        recurring = price.data["recurring"]
        if not recurring:
            raise refuse(f"The price {price.uid} is not recurring.", param=param)
        rhythms.add((recurring["interval"], recurring["interval_count"], price.data["currency"]))
    if len(rhythms) > 1:
        raise refuse("All prices have the same interval and currency here.", param=param)


def begin(order: Order) -> tuple[Thing, Thing]:
    """Keep a new subscription and its first invoice, still a draft."""
    at, uid, invoice_uid = clock.now(), new_id("sub"), new_id("in")
    anchor = order.trial_end or at
    items = [new_item(uid, price, quantity) for price, quantity in order.entries]
    for item, (price, _quantity) in zip(items, order.entries, strict=True):
        finish = order.trial_end or standing.one_period(at, price)
        item |= {"current_period_start": at, "current_period_end": finish}
    data: Json = {
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": anchor,
        "billing_cycle_anchor_config": None,
        "billing_mode": {"type": "flexible", "flexible": None, "updated_at": at},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "currency": order.entries[0][0].data["currency"],
        "customer": order.customer.uid,
        "customer_account": None,
        "days_until_due": None,
        "default_payment_method": order.card,
        "default_source": None,
        "default_tax_rates": [],
        "description": order.description,
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": items,
        "latest_invoice": invoice_uid,
        "metadata": order.metadata,
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": at,
        "status": "trialing" if order.trial_end else "incomplete",
        "status_details": None,
        "test_clock": None,
        "transfer_data": None,
        "trial_end": order.trial_end,
        "trial_settings": order.trial_settings,
        "trial_start": at if order.trial_end else None,
    }
    sub = store.keep("subscription", data, uid=uid)
    first = lines(sub, free=bool(order.trial_end))
    return sub, invoicing.draft(sub, invoicing.CREATE, first, uid=invoice_uid)


def new_item(sub_uid: str, price: Thing, quantity: int) -> Json:
    """Return a new item of a subscription, without its period."""
    return {
        "id": new_id("si"),
        "object": "subscription_item",
        "billed_until": None,
        "billing_thresholds": None,
        "created": clock.now(),
        "discounts": [],
        "metadata": {},
        "price": price.uid,
        "quantity": quantity,
        "subscription": sub_uid,
        "tax_rates": [],
    }


def lines(sub: Thing, *, free: bool = False) -> list[Json]:
    """Return a line for each item's present period."""
    rows = []
    for item, price in zip(sub.data["items"], standing.prices_of(sub), strict=True):
        amount = 0 if free else price.data["unit_amount"] * item["quantity"]
        start, finish = item["current_period_start"], item["current_period_end"]
        rows.append(invoicing.line(item, price, amount, start, finish))
    return rows


def new_cycle(sub: Thing, anchor: int, start: int) -> list[Json]:
    """Return the items in the period that begins at `start`."""
    prices = standing.prices_of(sub)
    return [
        {
            **item,
            "current_period_start": start,
            "current_period_end": standing.one_period(start, price, anchor),
        }
        for item, price in zip(sub.data["items"], prices, strict=True)
    ]


def lines_from(sub: Thing, start: int) -> list[Json]:
    """Return the lines of a period that would begin at `start`."""
    before = sub.data["items"]
    sub.data["items"] = new_cycle(sub, start, start)
    rows = lines(sub)
    sub.data["items"] = before
    return rows


def renew(sub: Thing) -> None:
    """Begin the next period: a new invoice, which is issued now or a little later."""
    start = period_end(sub.data)
    if sub.status == "trialing" and _lacks_card(sub):
        return
    before = sub.data["items"]
    sub.data["items"] = new_cycle(sub, sub.data["billing_cycle_anchor"], start)
    rows = [*sub.hidden.get("pending", []), *lines(sub)]
    items, sub.data["items"] = sub.data["items"], before
    invoice = invoicing.draft(sub, invoicing.CYCLE, rows)
    status = "active" if sub.status == "trialing" else sub.status
    store.change(
        sub, hidden={"pending": []}, items=items, latest_invoice=invoice.uid, status=status
    )
    if sub.status == "unpaid":
        # Stripe makes them, and closes them at once.
        invoicing.leave(invoice)
    else:
        collecting.issue_later(invoice)


def invoice_now(sub: Thing, reason: str, more: list[Json]) -> Thing:
    """Draft an invoice of what is pending and of `more`, as the subscription's latest."""
    rows = [*sub.hidden.get("pending", []), *more]
    invoice = invoicing.draft(sub, reason, rows)
    store.change(sub, hidden={"pending": []}, latest_invoice=invoice.uid)
    return invoice


def _lacks_card(sub: Thing) -> bool:
    """End or pause a trial without a card, where it was made so; whether it was."""
    customer = Thing.objects.get(uid=sub.customer)
    behaviour = sub.data["trial_settings"]["end_behavior"]["missing_payment_method"]
    if collecting.card_of(sub, customer) or behaviour == "create_invoice":
        return False
    if behaviour == "cancel":
        end(sub, reason="payment_failed")
    else:
        standing.pause(sub, "trial_end_without_payment_method")
    return True


def fall_due(sub: Thing) -> None:
    """Do what is due for a subscription at this moment."""
    at, data = clock.now(), sub.data
    if sub.status == "incomplete":
        _expire(sub)
    elif data["cancel_at"] is not None and at >= data["cancel_at"]:
        details = data["cancellation_details"]
        reason = details["reason"] or "cancellation_requested"
        end(sub, reason=reason, asked_at=data["canceled_at"])
    elif sub.status == "trialing" and at < data["trial_end"]:
        store.change(sub, tell="", hidden={"warned": True})
        events.emit("customer.subscription.trial_will_end", sub)
    else:
        renew(sub)


def _expire(sub: Thing) -> None:
    """Give up a subscription whose first invoice nobody paid within 23 hours."""
    store.change(sub, status="incomplete_expired", ended_at=clock.now())
    for invoice in Thing.objects.filter(kind="invoice", subscription=sub.uid, status="open"):
        invoicing.void(invoice)


def current(sub: Thing) -> bool:
    """Tell whether a subscription has not ended."""
    return sub.status not in ENDED
