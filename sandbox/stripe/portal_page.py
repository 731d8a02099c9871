"""The portal's page: end the subscription, take that back, change the plan or the card."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sandbox import settings
from sandbox.standins.front import RefusedError
from sandbox.stripe import acting, advancing, clock, collecting, lifecycle, words
from sandbox.stripe.dues import period_end
from sandbox.stripe.models import Thing
from sandbox.stripe.portal import FEATURE_OF, offered
from sandbox.world.phone import CannotSayError

ALIVE_SECONDS = clock.HOUR
FEATURES = {
    "cancel": "subscription_cancel",
    "renew": "subscription_cancel",
    "change": "subscription_update",
    "card": "payment_method_update",
}


@require_http_methods(["GET", "POST"])
@never_cache
def portal(request: HttpRequest, uid: str) -> HttpResponse:
    """Show what the session's customer may do; POST does it. A link lives an hour."""
    advancing.catch_up()
    session = Thing.objects.filter(kind="billing_portal.session", uid=uid).first()
    owner = session.customer if session else ""
    customer = Thing.objects.filter(kind="customer", uid=owner, deleted=False).first()
    if session is None or customer is None or session.created + ALIVE_SECONDS < clock.now():
        page = {"product_url": settings.PUBLIC_URL, "return_to": request.path}
        return render(request, "sandbox/stripe_gone.html", page, status=404)
    offer = Thing.objects.get(uid=session.data["configuration"])
    if request.method != "POST":
        return render(
            request, "sandbox/stripe_portal.html", _page(request, session, customer, offer)
        )
    try:
        done = _done(request, session, customer, offer)
    except (RefusedError, CannotSayError):
        page = _page(request, session, customer, offer)
        page["problem"] = _("That is not possible now.")
        return render(request, "sandbox/stripe_portal.html", page, status=400)
    return done


def _done(request: HttpRequest, session: Thing, customer: Thing, offer: Thing) -> HttpResponse:
    action = request.POST.get("do", "")
    if action not in FEATURES or not offer.data["features"][FEATURES[action]]["enabled"]:
        raise CannotSayError("the configuration does not offer it")
    if action == "change" and request.POST.get("price") not in offered(offer):
        raise CannotSayError("the configuration does not offer this price")
    now = offer.data["features"]["subscription_cancel"]["mode"] == "immediately"
    body = {
        **{name: request.POST.get(name, "") for name in ("subscription", "price", "card")},
        "customer": customer.uid,
        "action": "cancel_now" if action == "cancel" and now else action,
        "feedback": request.POST.get("feedback") or None,
    }
    if action == "change":
        how = offer.data["features"]["subscription_update"]["proration_behavior"]
        body["proration_behavior"] = how
    with advancing.acting():
        acting.portal(body)
    where = _after(session, FEATURES[action])
    if not where:
        return HttpResponseRedirect(request.path)
    page = {"location": where, "paid": False, "return_to": request.path}
    return render(request, "sandbox/stripe_leads_on.html", page)


def _after(session: Thing, feature: str) -> str:
    """Return where the flow that was made for this leads afterwards; empty when nowhere."""
    flow = session.data["flow"]
    if not flow or FEATURE_OF[flow["type"]] != feature:
        return ""
    return str((flow["after_completion"]["redirect"] or {}).get("return_url", ""))


def _page(request: HttpRequest, session: Thing, customer: Thing, offer: Thing) -> dict[str, Any]:
    features = offer.data["features"]
    subs = Thing.objects.filter(kind="subscription", customer=customer.uid)
    current = [one for one in subs if lifecycle.current(one)]
    flow = session.data["flow"] or {}
    only = FEATURE_OF.get(flow.get("type", ""), "")
    confirmed = (flow.get("subscription_update_confirm") or {}).get("items") or [{}]
    invoices = Thing.objects.filter(kind="invoice", customer=customer.uid).exclude(status="draft")
    return {
        "customer": customer.data,
        "subscriptions": [_subscription(one, customer, offer) for one in current],
        "offers": {
            name: value["enabled"] and only in ("", name) for name, value in features.items()
        },
        "flow": only,
        "chosen": confirmed[0].get("price"),
        "invoices": [_invoice(one) for one in invoices[:12]],
        "headline": offer.data["business_profile"]["headline"],
        "back": session.data["return_url"],
        "cancels_now": features["subscription_cancel"]["mode"] == "immediately",
        "reasons": _reasons(features["subscription_cancel"]["cancellation_reason"]),
        "product_url": settings.PUBLIC_URL,
        "return_to": request.path,
    }


def _subscription(sub: Thing, customer: Thing, offer: Thing) -> dict[str, Any]:
    item = sub.data["items"][0]
    card = collecting.card_of(sub, customer)
    prices = Thing.objects.filter(kind="price", uid__in=offered(offer), data__active=True)
    return {
        "uid": sub.uid,
        **_plan(Thing.objects.get(uid=item["price"])),
        "state": sub.status,
        "status": words.status(sub.status),
        "ends": words.moment(sub.data["cancel_at"]),
        "renews": words.moment(period_end(sub.data)),
        "card": card.data["card"]["last4"] if card else "",
        "choices": [
            {"uid": one.uid, **_plan(one)}
            for one in prices.order_by("pk")
            if one.uid != item["price"]
        ],
    }


def _plan(price: Thing) -> dict[str, Any]:
    product = Thing.objects.get(uid=price.data["product"])
    return {
        "name": product.data["name"],
        "price": words.money(price.data["unit_amount"], price.data["currency"]),
        "rhythm": words.rhythm(price.data["recurring"]),
    }


def _invoice(row: Thing) -> dict[str, Any]:
    return {
        "number": row.data["number"],
        "total": words.money(row.data["total"], row.data["currency"]),
        "created": words.moment(row.created),
        "status": words.status(row.status),
        "url": row.data["hosted_invoice_url"],
    }


def _reasons(asked: dict[str, Any]) -> list[tuple[str, str]]:
    said = {
        "too_expensive": _("It is too expensive"),
        "missing_features": _("Something is missing"),
        "switched_service": _("I found something else"),
        "unused": _("I do not use it enough"),
        "customer_service": _("The help was not good enough"),
        "too_complex": _("It is too complicated"),
        "low_quality": _("The quality was not good enough"),
        "other": _("Another reason"),
    }
    if not asked["enabled"]:
        return []
    return [(name, said[name]) for name in asked["options"] or said if name in said]
