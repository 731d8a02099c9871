"""What people do on Stripe's pages and in its dashboard, by button or by call."""

from collections.abc import Callable
from typing import Any

from sandbox.stripe import (
    changing,
    checking_out,
    clock,
    collecting,
    lifecycle,
    people,
    standing,
    store,
)
from sandbox.stripe.changing import How
from sandbox.stripe.dues import ENDED, period_end
from sandbox.stripe.errors import refuse
from sandbox.stripe.models import Thing
from sandbox.stripe.showing import Json, shown
from sandbox.world.phone import CannotSayError

FORCED = {"paid": collecting.PAID, "declined": collecting.DECLINED, "action": collecting.ACTION}
PAGE_OUTCOMES = ("paid", "declined", "action", "back", "expired", "delayed")
LATER_OUTCOMES = ("async_succeeded", "async_failed")


def pay(body: Json) -> Json:
    """Press a button of the page of a `session` or an `invoice`.

    `outcome`: paid, declined, action (3-D Secure asked, not passed); for a session also back,
    expired, delayed, then async_succeeded or async_failed. `card`: good, declines, asks.
    """
    outcome = str(body.get("outcome") or "paid")
    if body.get("invoice"):
        return pay_invoice(store.find("invoice", str(body["invoice"])), outcome)
    session = store.find("checkout.session", str(body.get("session") or ""))
    return finish(
        session, outcome, card=str(body.get("card") or "good"), email=_text(body, "email")
    )


def finish(session: Thing, outcome: str, *, card: str = "good", email: str = "") -> Json:
    """Finish a Checkout session in one of its ways; what came of it."""
    if outcome in LATER_OUTCOMES:
        checking_out.settle_later(session, succeeded=outcome == LATER_OUTCOMES[0])
    elif outcome in ("paid", "delayed"):
        checking_out.complete(session, card=_card(card), outcome=outcome, email=email)
    elif outcome in ("declined", "action", "back"):
        checking_out.check_open(session)
    elif outcome == "expired":
        checking_out.check_open(session)
        checking_out.expire(session)
    else:
        raise CannotSayError(f"outcome is one of {', '.join((*PAGE_OUTCOMES, *LATER_OUTCOMES))}")
    return {"session": shown(session), "location": leads_to(session, outcome)}


def leads_to(session: Thing, outcome: str) -> str | None:
    """Return where the browser goes on; None when it stays on the page."""
    if outcome in ("paid", "delayed"):
        address = str(session.data["success_url"])
        return address.replace("{CHECKOUT_SESSION_ID}", session.uid)
    return session.data["cancel_url"] if outcome == "back" else None


def pay_invoice(invoice: Thing, outcome: str, card: str = "") -> Json:
    """Pay an open invoice on its page, or fail to; a `card` given there is kept."""
    if outcome not in FORCED:
        raise CannotSayError(f"outcome is one of {', '.join(FORCED)}")
    if invoice.status != "open":
        raise refuse(f"The invoice is {invoice.status}.")
    kept = None
    if card:
        kept = people.new_card(store.find("customer", invoice.customer), _card(card))
        sub = store.find("subscription", invoice.subscription)
        if lifecycle.current(sub):
            store.change(sub, default_payment_method=kept.uid)
    collecting.attempt(invoice, outcome=FORCED[outcome], card=kept, automatic=False)
    sub = store.find("subscription", invoice.subscription)
    return {"invoice": shown(store.again(invoice)), "subscription": shown(sub)}


def portal(body: Json) -> Json:
    """Do what the portal's page does for a `customer`: `action`, and what that needs.

    cancel, cancel_now, renew (take the cancellation back), change (`price`), card (`card`).
    `subscription` names one; else it is the newest that has not ended.
    """
    customer = store.alive("customer", str(body.get("customer") or ""))
    action = str(body.get("action") or "")
    if action not in PORTAL:
        raise CannotSayError(f"action is one of {', '.join(PORTAL)}")
    if action == "card":
        change_card(customer, str(body.get("card") or "good"))
        return {"customer": shown(store.again(customer))}
    sub = _subscription(customer, _text(body, "subscription"))
    PORTAL[action](sub, body)
    return {"subscription": shown(store.again(sub))}


def _cancel(sub: Thing, body: Json) -> None:
    details = {name: body[name] for name in ("comment", "feedback") if body.get(name)}
    changing.cancel_at(sub, period_end(sub.data), **details)


def _cancel_now(sub: Thing, _body: Json) -> None:
    standing.end(sub, reason="cancellation_requested")


def _renew(sub: Thing, _body: Json) -> None:
    changing.keep_going(sub)


def _change(sub: Thing, body: Json) -> None:
    item = sub.data["items"][0]
    how = How(prorations=str(body.get("proration_behavior") or "always_invoice"))
    row = {"id": item["id"], "price": str(body.get("price") or "")}
    changing.change_items(sub, [row], how)


PORTAL: dict[str, Callable[[Thing, Json], None]] = {
    "cancel": _cancel,
    "cancel_now": _cancel_now,
    "renew": _renew,
    "change": _change,
    "card": lambda _sub, _body: None,
}


def change_card(customer: Thing, card: str) -> None:
    """Give a customer another card, for all that is paid from now on."""
    kept = people.new_card(customer, _card(card))
    settings = {**customer.data["invoice_settings"], "default_payment_method": kept.uid}
    store.change(customer, invoice_settings=settings)
    rows = Thing.objects.filter(kind="subscription", customer=customer.uid)
    for sub in rows.exclude(status__in=ENDED):
        store.change(sub, default_payment_method=kept.uid)


def dashboard(body: Json) -> Json:
    """Do what the dashboard does: `action` delete, or next_payment with its `outcome`."""
    customer = store.alive("customer", str(body.get("customer") or ""))
    action = str(body.get("action") or "")
    if action == "delete":
        people.remove(customer)
    elif action == "next_payment":
        outcome = str(body.get("outcome") or "declined")
        if outcome not in FORCED:
            raise CannotSayError(f"outcome is one of {', '.join(FORCED)}")
        store.change(customer, tell="", hidden={"next_payment": outcome})
    else:
        raise CannotSayError("action is delete or next_payment")
    return {"customer": shown(customer), "hidden": customer.hidden}


def next_period_end(customer: str = "") -> int:
    """Return the first moment at which a running subscription's period ends."""
    rows = Thing.objects.filter(kind="subscription").exclude(status__in=ENDED)
    if customer:
        rows = rows.filter(customer=customer)
    ends = [period_end(row.data) for row in rows]
    coming = [moment for moment in ends if moment >= clock.now()]
    if not coming:
        raise CannotSayError("no subscription is running")
    return min(coming)


def _subscription(customer: Thing, uid: str) -> Thing:
    rows = Thing.objects.filter(kind="subscription", customer=customer.uid)
    rows = rows.filter(uid=uid) if uid else rows.exclude(status__in=ENDED)
    found = rows.first()
    if found is None or not lifecycle.current(found):
        raise CannotSayError("this customer has no such subscription running")
    return found


def _card(name: str) -> str:
    if name not in people.CARDS:
        raise CannotSayError(f"card is one of {', '.join(people.CARDS)}")
    return people.CARDS[name]


def _text(body: Json, name: str) -> str:
    value: Any = body.get(name)
    return str(value or "")
