"""`stripe_setup` makes what is sold, once, and mends what drifted."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import Workspace
from billing import actions, events, gateway, plans, setting_up
from billing.models import Subscription
from tests.billing.conftest import World, subscribe

KINDS = ("product", "price", "billing_portal.configuration", "webhook_endpoint")
pytestmark = pytest.mark.django_db


def run() -> str:
    out = StringIO()
    call_command("stripe_setup", stdout=out)
    return out.getvalue()


def counts(world: World) -> dict[str, int]:
    return {kind: world.count(kind) for kind in KINDS}


def test_twice_is_once(world: World) -> None:
    first = run()
    made = counts(world)
    second = run()

    assert made == counts(world) == dict(zip(KINDS, (2, 3, 1, 1), strict=True))
    assert first.count("STRIPE_WEBHOOK_SECRET=whsec_") == 1
    assert "STRIPE_WEBHOOK_SECRET" not in second
    assert "made" not in second
    assert "mended" not in second


def test_what_is_made_is_what_the_plans_say(world: World) -> None:
    run()

    objects = world.get("state")["objects"]
    told = {
        one["lookup_key"]: (one["unit_amount"], one["currency"], one["recurring"]["interval"])
        for one in objects["price"]
    }
    assert told == {
        "flowia_premium_month": (1499, "eur", "month"),
        "flowia_ultra_month": (2999, "eur", "month"),
        "flowia_ultra_year": (29_900, "eur", "year"),
    }
    (endpoint,) = objects["webhook_endpoint"]
    assert sorted(endpoint["enabled_events"]) == events.WANTED
    assert endpoint["api_version"] == gateway.VERSION
    assert endpoint["url"].endswith("/billing/webhook")


def test_drift_is_mended(world: World) -> None:
    run()
    objects = world.get("state")["objects"]
    (endpoint,) = objects["webhook_endpoint"]
    gateway.changed(
        "webhook_endpoints", endpoint["id"], {"enabled_events": ["*"], "disabled": True}
    )
    product, price = objects["product"][0]["id"], objects["price"][0]["id"]
    gateway.changed("products", product, {"name": "Something else"})
    gateway.changed("prices", price, {"metadata": {"flowia_plan": "gold"}})

    assert run().count("mended") == 3
    assert counts(world) == dict(zip(KINDS, (2, 3, 1, 1), strict=True))
    assert "mended" not in run()


def test_an_endpoint_of_another_version_is_replaced(world: World, settings: Settings) -> None:
    url = f"{settings.PUBLIC_URL}/billing/webhook"
    old = {"url": url, "enabled_events": ["*"], "api_version": "2024-06-20"}
    gateway.made("webhook_endpoints", old)

    assert "STRIPE_WEBHOOK_SECRET=" in run()
    assert counts(world)["webhook_endpoint"] == 1


def test_a_new_amount_is_a_new_price_and_the_old_one_is_still_its_plan(
    shop: World, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(shop, workspace)
    dearer = plans.Plan("premium", "Premium", 1999, None, 100, 3, 3)
    monkeypatch.setitem(plans.PLANS, "premium", dearer)

    assert "replaced" in run()
    assert "replaced" not in run()
    state = actions.refresh(workspace)
    assert (state.plan, state.amount_cents) == ("premium", 1499)
    found = gateway.price_of("premium", "month")
    assert found is not None
    assert found.amount == 1999
    assert Subscription.objects.get().error_code == ""


def test_prices_of_the_environment_are_left_alone(world: World, settings: Settings) -> None:
    settings.STRIPE_PRICE_ULTRA_YEAR = gateway.made(
        "prices",
        {
            "currency": "eur",
            "unit_amount": 100,
            "recurring": {"interval": "year"},
            "product_data": {"name": "Mine"},
        },
    )["id"]

    assert "as the environment says" in run()
    assert world.count("price") == 3


def test_without_a_key_the_command_says_so(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(CommandError, match="STRIPE_SECRET_KEY"):
        run()


def test_the_portal_offers_a_price_of_the_environment_under_its_own_product(
    shop: World, settings: Settings
) -> None:
    product = gateway.made("products", {"name": "Made by hand"})["id"]
    asked = {
        "product": product,
        "currency": "eur",
        "unit_amount": 1499,
        "recurring": {"interval": "month"},
    }
    named = gateway.made("prices", asked)["id"]
    settings.STRIPE_PRICE_PREMIUM_MONTH = named
    list(setting_up.set_up())

    [portal] = shop.get("state")["objects"]["billing_portal.configuration"]
    offered = portal["features"]["subscription_update"]["products"]
    assert {"product": product, "prices": [named]} in offered
