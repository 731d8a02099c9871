"""The customer portal over the API: what it offers, and links to its pages."""

from typing import Any

from sandbox import settings
from sandbox.stripe import clock, front, lifecycle, paging, store
from sandbox.stripe.errors import missing, refuse
from sandbox.stripe.ids import new_id
from sandbox.stripe.models import Thing
from sandbox.stripe.params import (
    Check,
    anything,
    clearable,
    each,
    flag,
    inside,
    merged,
    metadata,
    one_of,
    text,
    whole,
)
from sandbox.stripe.showing import Json, shown

FLOWS = (
    "payment_method_update",
    "subscription_cancel",
    "subscription_update",
    "subscription_update_confirm",
)
FEATURE_OF = {
    "payment_method_update": "payment_method_update",
    "subscription_cancel": "subscription_cancel",
    "subscription_update": "subscription_update",
    "subscription_update_confirm": "subscription_update",
}
PRORATION = one_of("always_invoice", "create_prorations", "none")
ALLOWED = each(one_of("price", "promotion_code", "quantity"))
UPDATES = each(one_of("address", "email", "name", "phone", "shipping", "tax_id"))
PRODUCT = inside(
    ("product", "prices"), product=text(), prices=each(text(), 10), adjustable_quantity=anything
)
REASONS = inside(("enabled",), enabled=flag, options=each(text()), feedback_options=anything)
FEATURES: Check = inside(
    customer_update=inside(enabled=flag, allowed_updates=UPDATES),
    invoice_history=inside(("enabled",), enabled=flag),
    payment_method_update=inside(enabled=flag, payment_method_configuration=anything),
    subscription_cancel=inside(
        enabled=flag,
        mode=one_of("at_period_end", "immediately"),
        proration_behavior=PRORATION,
        cancellation_reason=REASONS,
    ),
    subscription_pause=inside(enabled=flag),
    subscription_update=inside(
        enabled=flag,
        default_allowed_updates=ALLOWED,
        products=each(PRODUCT, 10),
        proration_behavior=PRORATION,
        billing_cycle_anchor=one_of("now", "unchanged"),
        schedule_at_period_end=anything,
        trial_update_behavior=one_of("continue_trial", "end_trial"),
    ),
)
USUAL_FEATURES: Json = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "feedback_options": None, "options": []},
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_pause": {"duration": {"interval_options": [], "type": "indefinite"}}
    | {"enabled": False},
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": [],
        "enabled": False,
        "products": [],
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}
CONFIGURATION: dict[str, Any] = {
    "business_profile": inside(
        headline=clearable(text(60)),
        privacy_policy_url=clearable(text()),
        terms_of_service_url=clearable(text()),
    ),
    "default_return_url": clearable(text()),
    "features": FEATURES,
    "login_page": inside(("enabled",), enabled=flag),
    "metadata": metadata,
    "name": clearable(text()),
}
CONFIRMED = inside(("id",), id=text(), price=text(), quantity=whole(0))
FLOW_DATA: Check = inside(
    ("type",),
    type=one_of(*FLOWS),
    after_completion=inside(
        ("type",),
        type=one_of("hosted_confirmation", "portal_homepage", "redirect"),
        redirect=inside(("return_url",), return_url=text()),
        hosted_confirmation=inside(custom_message=text()),
    ),
    subscription_cancel=inside(("subscription",), subscription=text(), retention=anything),
    subscription_update=inside(("subscription",), subscription=text()),
    subscription_update_confirm=inside(
        ("subscription", "items"),
        subscription=text(),
        items=each(CONFIRMED, 1),
        discounts=anything,
    ),
)


@front.operation("billing_portal.configurations.create", needs=("features",), **CONFIGURATION)
def create_configuration(params: Json) -> Json:
    """Keep what a portal offers; never the default one, which the dashboard alone makes."""
    profile: Json = {"headline": None, "privacy_policy_url": None, "terms_of_service_url": None}
    usual: Json = {
        "active": True,
        "application": None,
        "default_return_url": None,
        "is_default": False,
        "metadata": {},
        "name": None,
        "updated": clock.now(),
    }
    login = {"url": None} | params.pop("login_page", {"enabled": False})
    features = _features(USUAL_FEATURES, params.pop("features"))
    profile |= params.pop("business_profile", {})
    data = {**usual, **params, "business_profile": profile, "login_page": login}
    return shown(store.keep("billing_portal.configuration", {**data, "features": features}))


def _features(old: Json, new: Json) -> Json:
    both = {name: {**old[name], **new.get(name, {})} for name in old}
    update = both["subscription_update"]
    for product in update["products"]:
        store.find("product", product["product"], "features[subscription_update][products]")
        for uid in product["prices"]:
            price = store.find("price", uid, "features[subscription_update][products]")
            if price.data["product"] != product["product"]:
                raise refuse(f"The price {uid} does not belong to {product['product']}.")
    if update["enabled"] and not update["default_allowed_updates"]:
        raise missing("features[subscription_update][default_allowed_updates]")
    if update["enabled"] and not update["products"]:
        raise missing("features[subscription_update][products]")
    return both


@front.operation("billing_portal.configurations.retrieve")
def configuration(_params: Json, *, uid: str) -> Json:
    """Return a configuration."""
    return shown(store.find("billing_portal.configuration", uid))


@front.operation("billing_portal.configurations.update", active=flag, **CONFIGURATION)
def update_configuration(params: Json, *, uid: str) -> Json:
    """Change a configuration; of features, what is named."""
    row = store.find("billing_portal.configuration", uid)
    if "features" in params:
        params["features"] = _features(row.data["features"], params["features"])
    if "business_profile" in params:
        params["business_profile"] = {**row.data["business_profile"], **params["business_profile"]}
    if "login_page" in params:
        params["login_page"] = {**row.data["login_page"], **params["login_page"]}
    if "metadata" in params:
        params["metadata"] = merged(row.data["metadata"], params["metadata"])
    store.change(row, **params, updated=clock.now())
    return shown(row)


@front.operation(
    "billing_portal.configurations.list", active=flag, is_default=flag, **paging.CURSORS
)
def list_configurations(params: Json) -> Json:
    """Return configurations, newest first."""
    where: Json = {
        f"data__{name}": params[name] for name in ("active", "is_default") if name in params
    }
    url = "/v1/billing_portal/configurations"
    return paging.things("billing_portal.configuration", params, url, **where)


@front.operation(
    "billing_portal.sessions.create",
    needs=("customer",),
    customer=text(),
    configuration=text(),
    return_url=text(),
    flow_data=FLOW_DATA,
    locale=text(),
)
def create_session(params: Json) -> Json:
    """Keep a session, whose page is at `url` for an hour."""
    customer = store.find("customer", params["customer"], "customer")
    offer = _offer(params.get("configuration"))
    flow = params.get("flow_data")
    if flow:
        _check_flow(flow, customer, offer)
    uid = new_id("bps")
    data: Json = {
        "configuration": offer.uid,
        "customer": customer.uid,
        "customer_account": None,
        "flow": _flow(flow) if flow else None,
        "locale": params.get("locale"),
        "on_behalf_of": None,
        "return_url": params.get("return_url") or offer.data["default_return_url"],
        "url": f"{settings.SANDBOX_URL}/stripe/portal/{uid}",
    }
    return shown(store.keep("billing_portal.session", data, uid=uid))


def _offer(uid: str | None) -> Thing:
    if uid:
        offer = store.find("billing_portal.configuration", uid, "configuration")
    else:
        rows = Thing.objects.filter(kind="billing_portal.configuration", data__is_default=True)
        found = rows.first()
        if found is None:
            raise refuse(
                "No configuration was given, and no default one was ever saved for test mode:"
                " pass a configuration, or save the portal's settings in the dashboard."
            )
        offer = found
    if not offer.data["active"]:
        raise refuse("The portal configuration is inactive.", param="configuration")
    return offer


def _check_flow(flow: Json, customer: Thing, offer: Thing) -> None:
    """Refuse a flow that the configuration or the subscription does not allow."""
    kind = flow["type"]
    if not offer.data["features"][FEATURE_OF[kind]]["enabled"]:
        sentence = f"The feature {FEATURE_OF[kind]} is disabled in the portal configuration."
        raise refuse(sentence, param="flow_data[type]")
    if kind == "payment_method_update":
        return
    if kind not in flow:
        raise missing(f"flow_data[{kind}]")
    name = f"flow_data[{kind}][subscription]"
    sub = store.find("subscription", flow[kind]["subscription"], name)
    if sub.customer != customer.uid:
        raise refuse(f"No such subscription: '{sub.uid}'", code="resource_missing", param=name)
    if not lifecycle.current(sub):
        raise refuse("The subscription is already canceled.", param=name)
    if kind == "subscription_cancel" and sub.data["cancel_at"] is not None:
        raise refuse("The subscription is already set to be canceled.", param=name)
    for index, row in enumerate(flow[kind].get("items", [])):
        place = f"flow_data[{kind}][items][{index}]"
        if row["id"] not in [item["id"] for item in sub.data["items"]]:
            sentence = f"No such subscription_item: '{row['id']}'"
            raise refuse(sentence, code="resource_missing", param=f"{place}[id]")
        if row.get("price") and row["price"] not in offered(offer):
            raise refuse("The configuration does not offer this price.", param=f"{place}[price]")


def offered(offer: Thing) -> list[str]:
    """Return the prices that a configuration lets people change to."""
    products = offer.data["features"]["subscription_update"]["products"]
    return [uid for product in products for uid in product["prices"]]


def _flow(asked: Json) -> Json:
    after = asked.get("after_completion") or {"type": "portal_homepage"}
    parts = (*FLOWS[1:], "customer_update", "subscription_pause")
    details = {name: asked.get(name) if name == asked["type"] else None for name in parts}
    return {
        "type": asked["type"],
        "after_completion": {"hosted_confirmation": None, "redirect": None, **after},
        **details,
    }
