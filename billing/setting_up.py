"""What Stripe must know before anything is sold: products, prices, the portal, the webhook.

Safe to run again: everything is found by its name in the metadata, its lookup key or its address,
and brought up to date. A price whose amount changed is replaced: Stripe's prices never change, and
whoever pays the old one goes on paying it.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from billing import events, gateway, said
from billing.plans import PERIODS, PLANS, Plan

Json = dict[str, Any]
CURRENCY = "eur"
PORTAL = "portal"
"""Stands in the metadata of the portal's configuration, where products have their plan."""


def set_up(*, webhook: bool = True) -> Iterator[str]:
    """Make or mend everything, and yield one line for each thing: what it is, what was done.

    The secret of a new webhook endpoint is in its line: Stripe never shows it again. Without
    `webhook` the endpoint is left to whoever made it by hand.
    """
    gateway.forget()
    known = {_name(one): one for one in gateway.listed("products", {"active": True})}
    products: dict[str, str] = {}
    for plan in _sold():
        products[plan.code], line = _product(plan, known.get(plan.code))
        yield line
    prices: dict[str, list[str]] = {product: [] for product in products.values()}
    for plan_code, period in PERIODS:
        price, product, line = _price(PLANS[plan_code], period, products[plan_code])
        prices.setdefault(product, []).append(price)
        yield line
    yield _portal({product: ids for product, ids in prices.items() if ids})
    if webhook:
        yield from _webhook()
    gateway.forget()


def _sold() -> list[Plan]:
    return [plan for plan in PLANS.values() if plan.month_cents]


def _product(plan: Plan, found: Json | None) -> tuple[str, str]:
    wanted = {"name": f"Flow IA {plan.name}", "metadata": {said.PLAN: plan.code}}
    if found is None:
        made = gateway.made("products", wanted)
        return made["id"], f"product {plan.code}: made ({made['id']})"
    return found["id"], _mended("products", f"product {plan.code}", found, wanted)


def _price(plan: Plan, period: str, product: str) -> tuple[str, str, str]:
    """Return a plan's price, the product it stands under, and what was done.

    One that the environment names may stand under a product that somebody made by hand.
    """
    named = gateway.named_price(plan.code, period)
    what = f"price {plan.code} by the {period}"
    if named:
        found_there = gateway.price_of(plan.code, period)
        own = found_there.product if found_there else product
        return named, own, f"{what}: {named}, as the environment says"
    lookup_key = PERIODS[plan.code, period]
    amount = plan.month_cents if period == "month" else plan.year_cents
    # Stripe's listing of a key knows one active price at most.
    found = gateway.listed("prices", {"lookup_keys": [lookup_key], "active": True})
    old = found[0] if found else None
    if old is not None and _costs(old, amount, period, product):
        wanted = {"metadata": {said.PLAN: plan.code, said.PERIOD: period}}
        return old["id"], product, _mended("prices", what, old, wanted)
    asked = {
        "product": product,
        "currency": CURRENCY,
        "unit_amount": amount,
        "recurring": {"interval": period},
        "lookup_key": lookup_key,
        "transfer_lookup_key": True,
        "metadata": {said.PLAN: plan.code, said.PERIOD: period},
    }
    made = gateway.made("prices", asked)
    if old is not None:
        gateway.changed("prices", old["id"], {"active": False})
    return made["id"], product, f"{what}: {'replaced' if old else 'made'} ({made['id']})"


def _costs(price: Json, amount: int | None, period: str, product: str) -> bool:
    told = said.price_of(price)
    return (told.amount, told.currency, told.period, told.product) == (
        amount,
        CURRENCY,
        period,
        product,
    )


def _portal(prices: dict[str, list[str]]) -> str:
    wanted = {
        "business_profile": {"headline": "Flow IA"},
        "default_return_url": f"{settings.PUBLIC_URL}/plan",
        "features": {
            "customer_update": {
                "enabled": True,
                "allowed_updates": ["email", "name", "address", "tax_id"],
            },
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
            "subscription_update": {
                "enabled": True,
                "default_allowed_updates": ["price"],
                "proration_behavior": "always_invoice",
                "products": [
                    {"product": product, "prices": ids} for product, ids in prices.items()
                ],
            },
        },
        "metadata": {said.PLAN: PORTAL},
    }
    kind = "billing_portal.configurations"
    found = next((one for one in gateway.listed(kind, {"active": True}) if _is_portal(one)), None)
    if found is None:
        return f"portal: made ({gateway.made(kind, wanted)['id']})"
    # Stripe shows the products of a configuration only where they are expanded: always written.
    gateway.changed(kind, found["id"], wanted)
    return f"portal: up to date ({found['id']})"


def _webhook() -> Iterator[str]:
    """Mend the endpoint at our address; one made for another version is replaced by a new one."""
    url = f"{settings.PUBLIC_URL}/billing/webhook"
    wanted = {"enabled_events": events.WANTED, "description": "Flow IA"}
    kind = "webhook_endpoints"
    mine = [one for one in gateway.listed(kind) if one.get("url") == url]
    good = [one for one in mine if one.get("api_version") == gateway.VERSION]
    if good:
        line = _mended(kind, "webhook", good[0], wanted, disabled=False)
    else:
        made = gateway.made(kind, {**wanted, "url": url, "api_version": gateway.VERSION})
        line = f"webhook: made ({made['id']})\nSTRIPE_WEBHOOK_SECRET={made['secret']}"
    yield line
    for one in mine:
        if one not in good[:1]:
            gateway.deleted(kind, one["id"])
            yield f"webhook: an older one was taken away ({one['id']})"


def _mended(kind: str, what: str, found: Json, wanted: Json, **always: Any) -> str:
    """Write what is not as wanted; return what was done."""
    differs = not _holds(found, wanted) or found.get("status") == "disabled"
    if differs:
        gateway.changed(kind, found["id"], {**wanted, **always})
    return f"{what}: {'mended' if differs else 'up to date'} ({found['id']})"


def _holds(found: Any, wanted: Any) -> bool:
    """Return whether everything wanted is there; lists of names may be in any order."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            _holds(found.get(name), value) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and sorted(found) == sorted(wanted)
    return bool(found == wanted)


def _name(product: Json) -> str:
    return str((product.get("metadata") or {}).get(said.PLAN, ""))


def _is_portal(configuration: Json) -> bool:
    return _name(configuration) == PORTAL
