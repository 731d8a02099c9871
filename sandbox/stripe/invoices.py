"""Invoices over the API."""

from sandbox.stripe import collecting, front, invoicing, paging, store
from sandbox.stripe.errors import StandingRefusedError, declined, refuse
from sandbox.stripe.params import flag, one_of, text
from sandbox.stripe.showing import Json, shown


@front.operation("invoices.retrieve")
def invoice(_params: Json, *, uid: str) -> Json:
    """Return an invoice."""
    return shown(store.find("invoice", uid))


@front.operation(
    "invoices.list",
    customer=text(),
    subscription=text(),
    status=one_of("draft", "open", "paid", "uncollectible", "void"),
    collection_method=text(),
    **paging.DATED,
)
def list_(params: Json) -> Json:
    """Return invoices, newest first."""
    names = ("customer", "subscription", "status")
    where: Json = {name: params[name] for name in names if name in params}
    return paging.things("invoice", params, "/v1/invoices", **where)


@front.operation(
    "invoices.pay", payment_method=text(), paid_out_of_band=flag, off_session=flag, forgive=flag
)
def pay(params: Json, *, uid: str) -> Json:
    """Take an open invoice's money now; a refused card is an error, and the invoice stays open."""
    row = store.find("invoice", uid)
    if row.status == "paid":
        raise refuse("Invoice is already paid", code="invoice_already_paid")
    if row.status not in ("open", "draft"):
        raise refuse(f"A {row.status} invoice cannot be paid.", code="invoice_not_open")
    if row.status == "draft":
        invoicing.finalize(row)
    if params.get("paid_out_of_band"):
        collecting.settle(row, None)
        return shown(store.again(row))
    card = params.get("payment_method")
    kept = store.find("payment_method", card, "payment_method") if card else None
    came = collecting.attempt(row, card=kept, automatic=False)
    if came != collecting.PAID:
        code = "authentication_required" if came == collecting.ACTION else "generic_decline"
        raise StandingRefusedError(declined(code).answer)
    return shown(store.again(row))
