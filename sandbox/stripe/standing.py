"""How a subscription stands: what its payments, its end and its pauses do to its status.

Stripe, "How subscriptions work" and "Pause subscriptions after payment failure".
"""

from typing import Any

from sandbox.stripe import clock, events, invoicing, options, store
from sandbox.stripe.models import Thing
from sandbox.stripe.showing import Json

REPAIRED_BY_PAYING = frozenset({"incomplete", "past_due", "unpaid"})


def paid(sub: Thing, invoice: Thing) -> None:
    """Let the subscription go on: its latest invoice was paid."""
    if sub.status == "paused":
        if sub.hidden.get("paused_by") == invoice.uid:
            go_on(sub)
        return
    if sub.status in REPAIRED_BY_PAYING and sub.data["latest_invoice"] == invoice.uid:
        store.change(sub, status="active")


def failed(sub: Thing, invoice: Thing, *, last: bool) -> None:
    """Note that money did not come; after the last attempt the option says what happens."""
    if sub.status in ("active", "trialing"):
        renewal = invoice.data["billing_reason"] == invoicing.CYCLE
        if renewal and options.value("after_first_failure") == "pause":
            pause(sub, "first_payment_failure", hidden={"paused_by": invoice.uid})
            invoicing.leave(invoice)
            return
        store.change(sub, status="past_due")
    if not last or sub.status != "past_due":
        return
    outcome = options.value("after_final_failure")
    if outcome == "cancel":
        end(sub, reason="payment_failed")
    elif outcome == "unpaid":
        store.change(sub, status="unpaid")
    else:
        pause(sub, "final_payment_failure", hidden={"paused_by": invoice.uid})


def pause(sub: Thing, why: str, *, hidden: Json | None = None) -> None:
    """Pause: no more invoices; told as an update and by its own name."""
    details = {"paused": {"type": "subscription", "subscription": {"type": why}}}
    store.change(sub, hidden=hidden, status="paused", status_details=details)
    events.emit("customer.subscription.paused", sub)


def go_on(sub: Thing) -> None:
    """End a pause: a new period begins now."""
    at = clock.now()
    prices = prices_of(sub)
    items = [
        {**item, "current_period_start": at, "current_period_end": one_period(at, prices[index])}
        for index, item in enumerate(sub.data["items"])
    ]
    store.change(
        sub,
        hidden={"paused_by": ""},
        status="active",
        status_details=None,
        items=items,
        billing_cycle_anchor=at,
    )
    events.emit("customer.subscription.resumed", sub)


def end(sub: Thing, *, reason: str, asked_at: int | None = None, **details: Any) -> None:
    """End a subscription now; what was invoiced is no longer collected by itself."""
    at = clock.now()
    store.change(
        sub,
        tell="",
        status="canceled",
        canceled_at=asked_at or at,
        ended_at=at,
        status_details=None,
        cancellation_details={**sub.data["cancellation_details"], "reason": reason, **details},
    )
    for invoice in Thing.objects.filter(
        kind="invoice", subscription=sub.uid, status__in=("open", "draft")
    ).order_by("pk"):
        invoicing.leave(invoice)
    events.emit("customer.subscription.deleted", sub)


def prices_of(sub: Thing) -> list[Thing]:
    """Return the price of each item, in their order."""
    rows = sub.data["items"]
    known = {one.uid: one for one in Thing.objects.filter(uid__in=[row["price"] for row in rows])}
    return [known[row["price"]] for row in rows]


def one_period(start: int, price: Thing, anchor: int | None = None) -> int:
    """Return the end of the period of a price that begins at `start`."""
    recurring = price.data["recurring"]
    interval, count = recurring["interval"], recurring["interval_count"]
    return clock.next_period_end(start if anchor is None else anchor, interval, count, start)
