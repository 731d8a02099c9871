"""The pages that Stripe hosts for somebody who pays: Checkout, and an invoice."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from sandbox import settings
from sandbox.standins.front import RefusedError
from sandbox.stripe import acting, advancing, words
from sandbox.stripe.models import Thing
from sandbox.world.phone import CannotSayError

PAYING = {"paid": "paid", "delayed": "delayed", "approve": "paid"}
"""Buttons that finish a session, and its outcome; *approve* is the bank's own page."""
OUTCOMES = {"good": "paid", "asks": "action"}


@require_http_methods(["GET", "POST"])
@never_cache
def checkout(request: HttpRequest, uid: str) -> HttpResponse:
    """Show what is sold and the ways to pay, or not to; POST presses a button."""
    advancing.catch_up()
    session = Thing.objects.filter(kind="checkout.session", uid=uid).first()
    if session is None:
        return _gone(request)
    if request.method != "POST":
        return render(request, "sandbox/stripe_checkout.html", _checkout_page(request, session))
    button, card = request.POST.get("do", ""), request.POST.get("card", "good")
    if button == "paid" and card == "asks":
        page = _checkout_page(request, session) | {"asks": True}
        return render(request, "sandbox/stripe_checkout.html", page)
    if button == "back" or (button in PAYING and card != "declines"):
        return _finished(request, session, button, card)
    page = _checkout_page(request, session)
    page["problem"] = _("Your card was declined. Try another one.")
    return render(request, "sandbox/stripe_checkout.html", page, status=402)


def _finished(request: HttpRequest, session: Thing, button: str, card: str) -> HttpResponse:
    outcome = PAYING.get(button, "back")
    email = request.POST.get("email", "").strip()
    try:
        with advancing.acting():
            came = acting.finish(session, outcome, card=card, email=email)
    except RefusedError:
        return HttpResponseRedirect(request.path)
    if not came["location"]:
        return HttpResponseRedirect(request.path)
    # A form's policy holds for a redirect after it, too: this page leads on instead.
    page = {"location": came["location"], "paid": outcome != "back", "return_to": request.path}
    return render(request, "sandbox/stripe_leads_on.html", page)


def _checkout_page(request: HttpRequest, session: Thing) -> dict[str, Any]:
    rows = [
        {
            "name": row["description"],
            "quantity": row["quantity"],
            "price": words.money(row["amount_total"], row["currency"]),
            "rhythm": words.rhythm(Thing.objects.get(uid=row["price"]).data["recurring"]),
        }
        for row in session.hidden["line_items"]
    ]
    data, more = session.data, session.hidden["subscription_data"]
    customer = Thing.objects.filter(uid=data["customer"] or "").first()
    return {
        "session": data,
        "rows": rows,
        "total": words.money(data["amount_total"], data["currency"]),
        "trial_days": more.get("trial_period_days"),
        "trial_end": words.moment(more.get("trial_end")),
        "email": customer.data["email"] if customer else data["customer_email"],
        "expires": words.moment(data["expires_at"]),
        "success": acting.leads_to(session, "paid"),
        "product_url": settings.PUBLIC_URL,
        "return_to": request.path,
    }


@require_http_methods(["GET", "POST"])
@never_cache
def invoice(request: HttpRequest, uid: str) -> HttpResponse:
    """Show an invoice; POST pays it, or fails to."""
    advancing.catch_up()
    row = Thing.objects.filter(kind="invoice", uid=uid).exclude(status="draft").first()
    if row is None:
        return _gone(request)
    if request.method != "POST":
        return render(request, "sandbox/stripe_invoice.html", _invoice_page(request, row))
    card = request.POST.get("card", "good")
    approved = request.POST.get("do") == "approve"
    try:
        with advancing.acting():
            paid = _paid(row, card, approved=approved)
    except (RefusedError, CannotSayError):
        paid = True  # by somebody else in the meantime: the page tells how it stands
    if paid:
        return HttpResponseRedirect(request.path)
    row.refresh_from_db()
    page = _invoice_page(request, row)
    if card == "asks" and request.POST.get("do") != "refuse":
        return render(request, "sandbox/stripe_invoice.html", page | {"asks": True})
    page["problem"] = _("Your card was declined. Try another one.")
    return render(request, "sandbox/stripe_invoice.html", page, status=402)


def _paid(row: Thing, card: str, *, approved: bool) -> bool:
    """Pay with that kind of card, which is kept if it works; whether it did."""
    outcome = "paid" if approved else OUTCOMES.get(card, "declined")
    came = acting.pay_invoice(row, outcome, card if outcome == "paid" else "")
    return bool(came["invoice"]["status"] == "paid")


def _invoice_page(request: HttpRequest, row: Thing) -> dict[str, Any]:
    data = row.data
    lines = [
        {
            "words": line["description"],
            "amount": words.money(line["amount"], line["currency"]),
            "start": words.moment(line["period"]["start"]),
            "end": words.moment(line["period"]["end"]),
        }
        for line in data["lines"]
    ]
    return {
        "invoice": data,
        "lines": lines,
        "due": words.money(data["amount_due"], data["currency"]),
        "total": words.money(data["total"], data["currency"]),
        "status": words.status(row.status),
        "created": words.moment(row.created),
        "attempt": words.moment(data["next_payment_attempt"]),
        "product_url": settings.PUBLIC_URL,
        "return_to": request.path,
    }


@require_GET
def invoice_pdf(_request: HttpRequest, uid: str) -> HttpResponse:
    """Lead to the invoice's page, which can be printed; the stand-in makes no PDF."""
    return HttpResponseRedirect(f"{settings.SANDBOX_URL}/stripe/invoice/{uid}")


def _gone(request: HttpRequest) -> HttpResponse:
    page = {"product_url": settings.PUBLIC_URL, "return_to": request.path}
    return render(request, "sandbox/stripe_gone.html", page, status=404)
