"""Taking money: which card is charged, what it answers, and what that does."""

from sandbox.stripe import clock, invoicing, options, standing, store
from sandbox.stripe.models import Thing

PAID, DECLINED, ACTION = "paid", "declined", "action"
OUTCOMES = (PAID, DECLINED, ACTION)
BEHAVIOURS = {"0341": DECLINED, "3184": ACTION}


def card_of(sub: Thing, customer: Thing) -> Thing | None:
    """Return the card that a subscription is paid with: its own, else its customer's."""
    default = customer.data["invoice_settings"]["default_payment_method"]
    uid = sub.data["default_payment_method"] or default
    return Thing.objects.filter(uid=uid).first() if uid else None


def issue(invoice: Thing, *, collects: bool = True) -> str:
    """Finalize a draft and, unless told otherwise, take the money; what came of it."""
    invoicing.finalize(invoice)
    if not invoice.data["amount_due"]:
        return settle(invoice, None)
    return attempt(invoice) if collects else ""


def issue_later(invoice: Thing) -> None:
    """Issue a renewal's invoice after the time that the option says, at once if it is none."""
    wait = options.value("draft_seconds")
    if wait:
        store.change(invoice, automatically_finalizes_at=clock.now() + wait)
    else:
        issue(invoice)


def attempt(
    invoice: Thing, *, outcome: str = "", card: Thing | None = None, automatic: bool = True
) -> str:
    """Try to take an open invoice's money; `paid`, `declined` or `action`.

    `outcome` decides it, as a person on a page does; else what was asked for the customer's next
    payment, else the card's own way.
    """
    sub = Thing.objects.get(uid=invoice.subscription)
    customer = Thing.objects.get(uid=invoice.customer)
    card = card or card_of(sub, customer)
    decided = outcome or _asked_for(customer) or _of_card(card)
    if decided == PAID:
        return settle(invoice, card)
    last = invoicing.fail(invoice, card, decided, automatic=automatic)
    standing.failed(sub, invoice, last=last)
    return decided


def settle(invoice: Thing, card: Thing | None) -> str:
    """Mark an open invoice as paid, and let its subscription go on."""
    invoicing.pay(invoice, card)
    standing.paid(Thing.objects.get(uid=invoice.subscription), invoice)
    return PAID


def _asked_for(customer: Thing) -> str:
    asked = str(customer.hidden.get("next_payment") or "")
    if asked:
        store.change(customer, tell="", hidden={"next_payment": ""})
    return asked


def _of_card(card: Thing | None) -> str:
    return DECLINED if card is None else BEHAVIOURS.get(card.data["card"]["last4"], PAID)


def fall_due(invoice: Thing) -> None:
    """Do what is due for an invoice: leave the draft, or try again."""
    if invoice.status == "draft":
        issue(invoice)
    else:
        attempt(invoice)
