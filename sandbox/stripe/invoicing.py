"""Invoices as documents: drafted, finalized, paid or not; who pays is decided in `collecting`."""

from typing import Any

from sandbox import settings
from sandbox.stripe import clock, events, options, store
from sandbox.stripe.ids import new_id
from sandbox.stripe.models import Thing
from sandbox.stripe.showing import Json

CYCLE, CREATE, UPDATE = "subscription_cycle", "subscription_create", "subscription_update"


def line(item: Json, price: Thing, amount: int, start: int, end: int, **more: Any) -> Json:
    """Return one line: `amount` for a subscription's item from `start` to `end`."""
    said = {"description": _description(item, price), "proration": False, **more}
    details: Json = {
        "invoice_item": None,
        "proration": said["proration"],
        "proration_details": {"credited_items": None},
        "subscription": item["subscription"],
        "subscription_item": item["id"],
    }
    return {
        "id": new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": price.data["currency"],
        "description": said["description"],
        "discount_amounts": [],
        "discountable": not said["proration"],
        "discounts": [],
        "livemode": False,
        "metadata": {},
        "parent": {
            "type": "subscription_item_details",
            "invoice_item_details": None,
            "subscription_item_details": details,
        },
        "period": {"start": start, "end": end},
        "pretax_credit_amounts": [],
        "pricing": {
            "type": "price_details",
            "price_details": {"price": price.uid, "product": price.data["product"]},
            "unit_amount_decimal": price.data["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
        "subscription": item["subscription"],
        "subtotal": amount,
        "taxes": [],
    }


def _description(item: Json, price: Thing) -> str:
    product = Thing.objects.filter(uid=price.data["product"]).first()
    name = product.data["name"] if product else price.uid
    recurring = price.data["recurring"] or {}
    return f"{item['quantity']} × {name} (per {recurring.get('interval', 'time')})"


def draft(sub: Thing, reason: str, lines: list[Json], *, uid: str = "") -> Thing:
    """Keep a new invoice of a subscription as a draft, and tell of it."""
    customer = Thing.objects.get(uid=sub.customer)
    uid, at = uid or new_id("in"), clock.now()
    total = sum(one["amount"] for one in lines)
    begun, ended = at, at
    if reason == CYCLE:
        first = sub.data["items"][0]
        begun, ended = first["current_period_start"], first["current_period_end"]
    data: Json = {
        "amount_due": max(0, total),
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": max(0, total),
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {"enabled": False, "liability": None, "status": None},
        "automatically_finalizes_at": None,
        "billing_reason": reason,
        "collection_method": sub.data["collection_method"],
        "currency": sub.data["currency"],
        "customer": sub.customer,
        "customer_email": customer.data["email"],
        "customer_name": customer.data["name"],
        "default_payment_method": None,
        "description": None,
        "discounts": [],
        "due_date": None,
        "ending_balance": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "lines": [{**one, "invoice": uid} for one in lines],
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "parent": {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {
                "metadata": sub.data["metadata"],
                "subscription": sub.uid,
            },
        },
        # The look-back window, not what is paid for; that stands on the lines.
        "period_end": ended,
        "period_start": begun,
        "receipt_number": None,
        "starting_balance": customer.data["balance"],
        "status": "draft",
        "status_details": None,
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "test_clock": None,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_taxes": [],
        "webhooks_delivered_at": None,
    }
    return store.keep("invoice", data, uid=uid)


def finalize(invoice: Thing) -> None:
    """Open a draft: it gets its number, its page and, after the customer's balance, its amount."""
    customer = Thing.objects.get(uid=invoice.customer)
    sequence, balance = customer.data["next_invoice_sequence"], customer.data["balance"]
    total = invoice.data["total"]
    due = max(0, total + balance)
    ending = total + balance - due
    store.change(
        customer,
        tell="updated" if ending != balance else "",
        balance=ending,
        next_invoice_sequence=sequence + 1,
    )
    address = f"{settings.SANDBOX_URL}/stripe/invoice/{invoice.uid}"
    store.change(
        invoice,
        tell="",
        status="open",
        number=f"{customer.data['invoice_prefix']}-{sequence:04d}",
        amount_due=due,
        amount_remaining=due,
        starting_balance=balance,
        ending_balance=ending,
        automatically_finalizes_at=None,
        hosted_invoice_url=address,
        invoice_pdf=f"{address}/pdf",
        status_transitions=_moved(invoice, "finalized_at"),
    )
    events.emit("invoice.finalized", invoice)


def pay(invoice: Thing, card: Thing | None) -> None:
    """Mark an open invoice as paid, with a card or without any money."""
    due = invoice.data["amount_remaining"]
    if due:
        _intend(invoice, card, "succeeded")
    attempts = invoice.data["attempt_count"]
    store.change(
        invoice,
        status="paid",
        amount_paid=due,
        amount_remaining=0,
        attempted=True,
        attempt_count=max(1, attempts) if due else attempts,
        auto_advance=False,
        next_payment_attempt=None,
        status_transitions=_moved(invoice, "paid_at"),
    )
    events.emit("invoice.paid", invoice)
    events.emit("invoice.payment_succeeded", invoice)


def fail(invoice: Thing, card: Thing | None, why: str, *, automatic: bool) -> bool:
    """Note a failed attempt; whether it was the last one.

    Any attempt counts as the first; later only automatic ones count and move the next.
    """
    _intend(invoice, card, "requires_action" if why == "action" else "requires_payment_method")
    count = invoice.data["attempt_count"]
    changes: Json = {"attempted": True}
    last = False
    if automatic or not count:
        changes |= {"attempt_count": count + 1}
        days = [] if invoice.data["billing_reason"] == CREATE else options.value("retry_days")
        last = count >= len(days) and invoice.data["billing_reason"] != CREATE
        following = None if count >= len(days) else clock.now() + int(days[count] * clock.DAY)
        changes |= {"next_payment_attempt": following}
    store.change(invoice, **changes)
    events.emit("invoice.payment_failed", invoice)
    if why == "action":
        events.emit("invoice.payment_action_required", invoice)
    return last


def _intend(invoice: Thing, card: Thing | None, status: str) -> None:
    """Keep how the payment stands: its intent, and the invoice's payment that points to it."""
    card_uid = card.uid if card else None
    data: Json = {
        "amount": invoice.data["amount_due"],
        "amount_received": invoice.data["amount_due"] if status == "succeeded" else 0,
        "currency": invoice.data["currency"],
        "customer": invoice.customer,
        "last_payment_error": None,
        "latest_charge": new_id("ch"),
        "metadata": {},
        "payment_method": card_uid,
        "status": status,
    }
    if status == "requires_payment_method":
        data["last_payment_error"] = {
            "type": "card_error",
            "code": "card_declined",
            "decline_code": "generic_decline",
            "message": "Your card was declined.",
        }
    known = Thing.objects.filter(uid=invoice.hidden.get("payment_intent", "")).first()
    if known:
        store.change(known, **data)
    intent = known or store.keep("payment_intent", data)
    payment: Json = {
        "id": invoice.hidden.get("payment") or new_id("inpay"),
        "object": "invoice_payment",
        "amount_paid": data["amount_received"] or None,
        "amount_requested": data["amount"],
        "created": clock.now(),
        "currency": data["currency"],
        "invoice": invoice.uid,
        "is_default": True,
        "livemode": False,
        "payment": {"type": "payment_intent", "payment_intent": intent.uid},
        "status": "paid" if status == "succeeded" else "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }
    hidden = {"payment_intent": intent.uid, "payment": payment["id"], "payments": [payment]}
    store.change(invoice, tell="", hidden=hidden)


def void(invoice: Thing) -> None:
    """Void an open invoice, as when its subscription was never paid for the first time."""
    store.change(
        invoice,
        status="void",
        auto_advance=False,
        next_payment_attempt=None,
        status_transitions=_moved(invoice, "voided_at"),
    )
    events.emit("invoice.voided", invoice)


def leave(invoice: Thing) -> None:
    """Stop collecting by itself: it can still be paid by hand."""
    store.change(
        invoice, auto_advance=False, next_payment_attempt=None, automatically_finalizes_at=None
    )


def _moved(invoice: Thing, name: str) -> Json:
    return {**invoice.data["status_transitions"], name: clock.now()}
