"""The one way to Stripe: its library, its version, its errors; nothing of it leaves this package.

Every call is made with a time-out and few retries, every creation under an idempotency key that
depends on what is created alone, so that a second worker, or a second click, makes no second one.
Stripe keeps the answer of a key for a day, refusals by its own fault included. What sets a state
(cancel, resume) has no key of ours: the answer of the first time would be no deed the second time.

Raises BillingOffError without a key, StripeUnreachableError when the same may work later,
StripeRefusedError when it would not.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import cast
from uuid import UUID, uuid4

from django.conf import settings

from billing import said
from billing.errors import NotStripesError, StripeRefusedError, StripeUnreachableError
from billing.gateway.library import (
    VERSION,
    Json,
    all_of,
    client_of,
    forget,
    in_a_hurry,
    log,
    missing_is_fine,
    options,
    plain,
    remember,
    service,
    talking,
    v1,
)
from billing.plans import PERIODS, PLANS
from billing.signatures import is_signed
from billing.states import is_test_mode

__all__ = ["VERSION", "client_of", "forget", "in_a_hurry"]
CHANGE = "subscription_update"
"""Why an invoice was made, in Stripe's words: another plan, or another period."""
KEYS = {lookup_key: plan for (plan, _period), lookup_key in PERIODS.items()}


def verify(body: bytes, header: str) -> said.Announcement:
    """Return what a call to our webhook names; raises NotStripesError.

    It must be signed within the last five minutes with one of our secrets, and be an event of the
    mode (test or live) that our key is for.
    """
    if not is_signed(body, header, settings.STRIPE_WEBHOOK_SECRET, now=time.time()):
        raise NotStripesError
    try:
        announced = said.announcement_of(json.loads(body.decode()))
    except (ValueError, RecursionError) as error:
        raise NotStripesError from error
    if announced is None or not settings.STRIPE_SECRET_KEY:
        raise NotStripesError
    if announced.livemode == is_test_mode():
        log.warning("event of the other mode", event_id=announced.id, livemode=announced.livemode)
        raise NotStripesError
    return announced


# --- customers -------------------------------------------------------------------------------


def customer(customer_id: str) -> said.Customer | None:
    """Return a customer, deleted or not; None when this account never had such a customer."""
    try:
        with talking("customer"):
            return said.customer_of(plain(v1().customers.retrieve(customer_id, {}, options())))
    except StripeRefusedError as error:
        if error.stripe_code == "resource_missing":
            return None
        raise


def create_customer(workspace: UUID, *, before: int) -> said.Customer:
    """Make the workspace's customer; `before` is how many it had before, all deleted.

    They have no name yet: what may change between two clicks is no part of what the key is for.
    Where the key keeps a broken answer, another one is used; a customer that Stripe made all the
    same belongs to nobody and pays nothing.
    """
    key = f"customer:{workspace}:{before}"
    try:
        return _new_customer(workspace, key)
    except (StripeUnreachableError, StripeRefusedError) as error:
        refused = isinstance(error, StripeRefusedError)
        if not error.answered or (refused and error.stripe_code != "idempotency_error"):
            raise
    return _new_customer(workspace, f"{key}:{uuid4()}")


def name_customer(customer_id: str, *, name: str, email: str, language: str) -> None:
    """Tell Stripe what a customer is called and how to write to them."""
    asked = {"name": name, "email": email, "preferred_locales": [language]}
    with talking("name customer"):
        v1().customers.update(customer_id, asked, options())


def _new_customer(workspace: UUID, key: str) -> said.Customer:
    asked = {"metadata": {said.WORKSPACE: str(workspace)}}
    with talking("create customer"):
        return said.customer_of(plain(v1().customers.create(asked, options(key))))


def delete_customer(customer_id: str) -> None:
    """Delete a customer, which ends what they pay for at once; one that is gone stays gone."""
    with talking("delete customer"), missing_is_fine():
        v1().customers.delete(customer_id, {}, options())


def customers() -> Iterator[said.Customer]:
    """Yield every customer of the account that names a workspace."""
    for one in all_of("customers", {}):
        found = said.customer_of(one)
        if found.workspace is not None:
            yield found


# --- subscriptions and invoices --------------------------------------------------------------


def subscriptions(customer_id: str) -> list[said.StripeSubscription]:
    """Return every subscription the customer ever had, also those that are over."""
    asked = {"customer": customer_id, "status": "all"}
    with talking("subscriptions"):
        found = [_subscription(one) for one in all_of("subscriptions", asked)]
        return [one for one in found if one is not None]


def open_invoices(customer_id: str) -> list[said.Invoice]:
    """Return all that the customer still has to pay, and from which plans changes began."""
    asked = {"customer": customer_id, "status": "open"}
    with talking("open invoices"):
        return [_invoice(one) for one in all_of("invoices", asked)]


def cancel_at_period_end(subscription_id: str) -> None:
    """Let a subscription end when its paid period does."""
    _update_subscription(subscription_id, {"cancel_at_period_end": True})


def keep(subscription: said.StripeSubscription) -> None:
    """Take a planned end back, in the way in which it was planned."""
    switch: Json = {"cancel_at_period_end": False} if subscription.at_period_end else {}
    _update_subscription(subscription.id, switch or {"cancel_at": ""})


def resume(subscription_id: str) -> None:
    """Let a paused subscription go on as soon as its next period is paid."""
    asked = {"payment_behavior": "resume_on_payment_success"}
    with talking("resume"):
        v1().subscriptions.resume(subscription_id, asked, options())


def cancel_now(subscription_id: str) -> None:
    """End a subscription at once; one that is over already stays over."""
    with talking("cancel"), missing_is_fine():
        v1().subscriptions.cancel(subscription_id, {}, options())


def invoice(invoice_id: str) -> said.Invoice:
    """Return an invoice."""
    with talking("invoice"):
        return said.invoice_of(plain(v1().invoices.retrieve(invoice_id, {}, options())))


# --- pages at Stripe -------------------------------------------------------------------------


def create_session(checkout: UUID, asked: Json) -> said.Session:
    """Open the payment page of a row of ours: one for each `checkout`, however often asked."""
    with talking("create session"):
        made = v1().checkout.sessions.create(asked, options(f"checkout:{checkout}"))
        return said.session_of(plain(made))


def session(session_id: str) -> said.Session:
    """Return a payment page."""
    with talking("session"):
        return said.session_of(plain(v1().checkout.sessions.retrieve(session_id, {}, options())))


def expire_session(session_id: str) -> None:
    """Close a payment page, so that nobody can pay there any more."""
    with talking("expire session", may_refuse=True):
        v1().checkout.sessions.expire(session_id, {}, options())


def portal(customer_id: str, *, return_url: str, flow: Json | None = None) -> str:
    """Return the address of a customer's own pages; whoever has it may use it for some minutes."""
    asked: Json = {"customer": customer_id, "return_url": return_url}
    configuration = remember("portal", "", _portal_configuration)
    if configuration:
        asked["configuration"] = configuration
    if flow:
        asked["flow_data"] = flow
    with talking("portal"):
        made = plain(v1().billing_portal.sessions.create(asked, options()))
        return str(made["url"])


def _portal_configuration() -> str:
    """Return the configuration that stripe_setup made; "" leaves it to the account's default."""
    found = all_of("billing_portal.configurations", {"active": True})
    return next((str(one["id"]) for one in found if said.PLAN in (one.get("metadata") or {})), "")


# --- prices ----------------------------------------------------------------------------------


def price_of(plan: str, period: str) -> said.Price | None:
    """Return the price at which a plan is sold now; None when Stripe has none."""
    named = named_price(plan, period)
    if named:
        return cast("said.Price | None", remember("price", named, lambda: _price(named)))
    lookup_key = PERIODS[plan, period]
    known = remember("lookup", lookup_key, lambda: _price_by_key(lookup_key))
    return cast("said.Price | None", known)


def named_price(plan: str, period: str) -> str:
    """Return the price that the environment names for a plan, "" when it names none."""
    return str(getattr(settings, f"STRIPE_PRICE_{plan}_{period}".upper(), ""))


def _price(price_id: str) -> said.Price | None:
    with talking("price"):
        found = said.price_of(plain(v1().prices.retrieve(price_id, {}, options())))
        return found if found.active else None


def _price_by_key(lookup_key: str) -> said.Price | None:
    found = [said.price_of(one) for one in all_of("prices", {"lookup_keys": [lookup_key]})]
    return next((one for one in found if one.active), None)


def _invoice(told: Json) -> said.Invoice:
    """Return an invoice; one for a change of plan with the smallest plan that it credits."""
    found = said.invoice_of(told)
    credited = said.credited_prices(told) if told.get("billing_reason") == CHANGE else []
    plans = [_plan_of(price) for price in map(_old_price, credited) if price is not None]
    known = [plan for plan in PLANS if plan in plans]
    return replace(found, changed_from=known[0]) if known else found


def _old_price(price_id: str) -> said.Price | None:
    """Return a price that somebody had, whether it is sold or not."""

    def ask() -> said.Price:
        with talking("price"):
            return said.price_of(plain(v1().prices.retrieve(price_id, {}, options())))

    return cast("said.Price | None", remember("old price", price_id, ask))


def _plan_of(price: said.Price) -> str:
    """Return the plan that a price is for, "" for none of ours.

    Who subscribed long ago keeps a price whose lookup key went to a newer one: its metadata, or
    those of its product, still tell.
    """
    for plan, period in PERIODS:
        if price.id == named_price(plan, period):
            return plan
    told = price.plan or KEYS.get(price.lookup_key, "")
    if not told and price.product:
        told = remember("product", price.product, lambda: _product_plan(price.product))
    return told if told in PLANS and PLANS[told].month_cents else ""


def _product_plan(product_id: str) -> str:
    with talking("product"):
        found = plain(v1().products.retrieve(product_id, {}, options()))
        return str((found.get("metadata") or {}).get(said.PLAN, ""))


def _subscription(told: Json) -> said.StripeSubscription | None:
    """Return a subscription by the item that is for the largest plan."""
    sizes = list(PLANS)
    items = [(_plan_of(said.price_of(one["price"])), one) for one in said.items_of(told)]
    if not items:
        return None
    plan, item = max(items, key=lambda one: sizes.index(one[0]) if one[0] else -1)
    return said.subscription_of(told, plan, item)


# --- events and what is set up ---------------------------------------------------------------


def undelivered(types: list[str], *, since: int) -> Iterator[said.Announcement]:
    """Yield the events of these types since a moment (Unix seconds) that no endpoint of ours took.

    Stripe keeps them for 30 days.
    """
    asked = {"delivery_success": False, "types": types, "created": {"gte": since}}
    for one in all_of("events", asked):
        announced = said.announcement_of(one)
        if announced is not None:
            yield announced


def listed(kind: str, asked: Json | None = None) -> list[Json]:
    """Return all objects of a kind ("products", "webhook_endpoints"…) as plain values."""
    return list(all_of(kind, asked or {}))


def made(kind: str, asked: Json) -> Json:
    """Make an object of a kind and return it."""
    with talking(f"make {kind}"):
        return plain(service(kind).create(asked, options()))


def changed(kind: str, object_id: str, asked: Json) -> Json:
    """Change an object of a kind and return it."""
    with talking(f"change {kind}"):
        return plain(service(kind).update(object_id, asked, options()))


def deleted(kind: str, object_id: str) -> None:
    """Delete an object of a kind."""
    with talking(f"delete {kind}"):
        service(kind).delete(object_id, {}, options())


def _update_subscription(subscription_id: str, asked: Json) -> None:
    with talking("update subscription"):
        v1().subscriptions.update(subscription_id, asked, options())
