"""What becomes of a Checkout session: paid, paid later, or expired."""

from sandbox.stripe import clock, collecting, events, invoicing, lifecycle, people, store
from sandbox.stripe.errors import refuse
from sandbox.stripe.lifecycle import Order
from sandbox.stripe.models import Thing

PAY, LATER = "paid", "delayed"


def check_open(session: Thing) -> None:
    """Refuse a session that is complete or expired."""
    if session.status != "open":
        raise refuse(f"This Checkout Session is {session.status}.")


def complete(session: Thing, *, card: str, outcome: str = PAY, email: str = "") -> Thing:
    """Let a person finish the session: the subscription begins only now; returns it.

    `outcome` *delayed* is a payment that takes days, as SEPA's: complete, but not paid yet.
    """
    check_open(session)
    customer = _customer(session, email)
    kept = people.new_card(customer, card)
    more = session.hidden["subscription_data"]
    trial_end = more.get("trial_end")
    if more.get("trial_period_days"):
        trial_end = clock.now() + more["trial_period_days"] * clock.DAY
    entries = tuple(
        (Thing.objects.get(uid=row["price"]), row["quantity"])
        for row in session.hidden["line_items"]
    )
    order = Order(
        customer=customer,
        entries=entries,
        metadata=more.get("metadata", {}),
        trial_end=trial_end,
        card=kept.uid,
        description=more.get("description"),
        trial_settings=more.get("trial_settings") or lifecycle.NO_TRIAL_SETTINGS,
    )
    sub, invoice = lifecycle.begin(order)
    invoicing.finalize(invoice)
    if not invoice.data["amount_due"] or outcome == PAY:
        collecting.settle(invoice, kept)
    else:
        store.change(store.again(sub), status="active")
    store.change(
        session,
        status="complete",
        url=None,
        customer=customer.uid,
        subscription=sub.uid,
        invoice=invoice.uid,
        payment_status=_payment_status(trial_end, outcome),
        customer_details={
            "address": None,
            "email": customer.data["email"],
            "name": customer.data["name"],
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    )
    events.emit("checkout.session.completed", session)
    return store.again(sub)


def _payment_status(trial_end: int | None, outcome: str) -> str:
    if trial_end:
        return "no_payment_required"
    return "paid" if outcome == PAY else "unpaid"


def _customer(session: Thing, email: str) -> Thing:
    if session.data["customer"]:
        return store.find("customer", session.data["customer"], "customer")
    address = session.data["customer_email"] or email or "zoe@exemple.example"
    return people.new({"email": address})


def settle_later(session: Thing, *, succeeded: bool) -> None:
    """Let a delayed payment come at last, or fail."""
    if session.data["payment_status"] != "unpaid" or session.status != "complete":
        raise refuse("This Checkout Session waits for no payment.")
    invoice = Thing.objects.get(uid=session.data["invoice"])
    if succeeded:
        store.change(session, payment_status="paid")
        collecting.attempt(invoice, outcome=collecting.PAID)
        events.emit("checkout.session.async_payment_succeeded", session)
        return
    events.emit("checkout.session.async_payment_failed", session)
    collecting.attempt(invoice, outcome=collecting.DECLINED)


def expire(session: Thing) -> None:
    """End an open session that nobody finished."""
    store.change(session, status="expired", url=None)
    events.emit("checkout.session.expired", session)
