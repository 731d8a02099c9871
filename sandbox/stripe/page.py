"""Stripe's dashboard in small: the clock, the customers, the webhooks and their fate."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sandbox import settings
from sandbox.standins.front import RefusedError
from sandbox.stripe import acting, advancing, clock, delivering, forging, options, words
from sandbox.stripe.controls import wait_for_deliveries
from sandbox.stripe.dues import period_end
from sandbox.stripe.models import Delivery, Thing
from sandbox.stripe.showing import Json
from sandbox.world.phone import CannotSayError

SHOWN = 25
WAIT_SECONDS = 5
Form = Mapping[str, str]


@require_http_methods(["GET", "POST"])
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Show everything; POST does what the pressed button says."""
    advancing.catch_up()
    if request.method != "POST":
        return render(request, "sandbox/stripe.html", _page(request))
    try:
        ACTS.get(request.POST.get("do", ""), _nothing)(request.POST.dict())
    except (RefusedError, CannotSayError):
        page = _page(request, problem=_("That is not possible now."))
        return render(request, "sandbox/stripe.html", page, status=400)
    return HttpResponseRedirect(request.path)


def _nothing(_form: Form) -> None:
    """Do nothing, for an unknown button."""


def _advance(form: Form) -> None:
    at, step = clock.now(), form.get("step", "")
    if step == "period_end":
        to = acting.next_period_end(form.get("customer", ""))
    else:
        to = clock.after(at, "month" if step == "month" else "day", 1, 1)
    advancing.advance(to)
    wait_for_deliveries(WAIT_SECONDS)


def _next_payment(form: Form) -> None:
    with advancing.acting():
        acting.dashboard({**form, "action": "next_payment"})


def _delete(form: Form) -> None:
    with advancing.acting():
        acting.dashboard({**form, "action": "delete"})
    wait_for_deliveries(WAIT_SECONDS)


def _resend(form: Form) -> None:
    forging.post({"id": form.get("event", ""), "endpoint": form.get("endpoint", "")})


def _webhooks(form: Form) -> None:
    chosen = form.get("webhooks", "")
    if chosen in options.CHOICES["webhooks"]:
        options.change({"webhooks": chosen})


def _release(form: Form) -> None:
    forging.release({"order": "shuffle" if form.get("order") == "shuffle" else "kept"})


ACTS: Mapping[str, Callable[[Form], None]] = {
    "advance": _advance,
    "next_payment": _next_payment,
    "delete": _delete,
    "resend": _resend,
    "webhooks": _webhooks,
    "release": _release,
}


def _page(request: HttpRequest, *, problem: str = "") -> Json:
    customers = Thing.objects.filter(kind="customer")[:SHOWN]
    open_ones = Thing.objects.filter(kind="checkout.session", status="open")[:SHOWN]
    return {
        "now": words.moment(clock.now()),
        "ahead": clock.offset() // clock.DAY,
        "customers": [_customer(row) for row in customers],
        "sessions": [{"uid": row.uid, "url": row.data["url"]} for row in open_ones],
        "deliveries": _deliveries(),
        "held": Delivery.objects.filter(state=Delivery.State.HELD).count(),
        "webhooks": options.value("webhooks"),
        "choices": [
            ("on", _("Post webhooks")),
            ("hold", _("Hold them back")),
            ("off", _("Lose them")),
        ],
        "endpoints": [one.url for one in delivering.endpoints()],
        "problem": problem,
        "product_url": settings.PUBLIC_URL,
        "return_to": request.path,
    }


def _customer(row: Thing) -> Json:
    subs = Thing.objects.filter(kind="subscription", customer=row.uid)
    unpaid = Thing.objects.filter(kind="invoice", customer=row.uid, status="open")
    return {
        "uid": row.uid,
        "name": row.data["name"] or row.data["email"] or row.uid,
        "email": row.data["email"],
        "deleted": row.deleted,
        "next_payment": row.hidden.get("next_payment"),
        "subscriptions": [_subscription(one) for one in subs],
        "running": any(one.status not in ("canceled", "incomplete_expired") for one in subs),
        "invoices": [_invoice(one) for one in unpaid],
    }


def _subscription(sub: Thing) -> Json:
    price = Thing.objects.get(uid=sub.data["items"][0]["price"])
    product = Thing.objects.get(uid=price.data["product"])
    return {
        "uid": sub.uid,
        "name": product.data["name"],
        "price": words.money(price.data["unit_amount"], price.data["currency"]),
        "rhythm": words.rhythm(price.data["recurring"]),
        "state": sub.status,
        "status": words.status(sub.status),
        "ends": words.moment(sub.data["cancel_at"]),
        "ended": words.moment(sub.data["ended_at"]),
        "renews": words.moment(period_end(sub.data)),
    }


def _invoice(row: Thing) -> Json:
    data = row.data
    return {
        "number": data["number"],
        "url": data["hosted_invoice_url"],
        "due": words.money(data["amount_remaining"], data["currency"]),
        "attempt": words.moment(data["next_payment_attempt"]),
    }


def _deliveries() -> list[dict[str, Any]]:
    rows = Delivery.objects.select_related("event").order_by("-pk")[:SHOWN]
    return [
        {
            "event": row.event.uid,
            "type": row.event.type,
            "at": words.moment(row.event.created),
            "endpoint": row.endpoint,
            "state": row.state,
            "words": words.status(row.state),
            "status": row.status,
            "attempts": row.attempts,
        }
        for row in rows
    ]
