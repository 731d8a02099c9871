"""What goes wrong while we look for what Stripe has and we do not."""

from typing import Any

import pytest
import requests
from structlog.testing import capture_logs

from accounts.models import Workspace
from billing import gateway, looking, reconciling
from billing.admin import StripeEvents
from billing.models import Checkout, StripeEvent, Subscription
from flowia.lib import clock
from tests.billing.conftest import World, checkout, subscribe, take
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db


def fault(shop: World, kind: str, operation: str, **more: Any) -> None:
    root = shop.url.removesuffix("/stripe")
    body = {"service": "stripe", "kind": kind, "operation": operation, **more}
    assert requests.post(f"{root}/faults", json=body, timeout=10).ok


def price(plan: str, period: str = "month") -> str:
    found = gateway.price_of(plan, period)
    assert found is not None
    return found.id


def test_one_customer_that_stripe_cannot_tell_of_does_not_stop_the_night(
    shop: World, workspace: Workspace
) -> None:
    checkout(workspace)
    Checkout.objects.update(expires_at=clock.now() - 2 * looking.LEASE * 60)
    others = [make_workspace(name=f"Lost {number}") for number in range(3)]
    for one in others:
        subscribe(shop, one)
    Subscription.objects.filter(workspace__in=others).delete()
    fault(shop, "server_error", "subscriptions.list", times=3)

    reconciling.reconcile()

    assert Subscription.objects.filter(workspace__in=others, plan="premium").count() == 2
    assert Checkout.objects.get(workspace=workspace).status == "expired"
    reconciling.reconcile()
    assert Subscription.objects.filter(workspace__in=others, plan="premium").count() == 3


def test_a_night_in_which_stripe_lists_no_customers_ends_quietly(
    shop: World, workspace: Workspace
) -> None:
    subscribe(shop, workspace)
    fault(shop, "server_error", "customers.list", times=9)

    assert reconciling.reconcile() == []


def test_no_line_of_the_log_names_a_customer(shop: World, workspace: Workspace) -> None:
    customer = subscribe(shop, workspace).customer_id
    second = gateway.made("customers", {"metadata": {"flowia_workspace": str(workspace.uid)}})["id"]
    shop.do("portal", customer=second, action="card", card="good")
    gateway.made("subscriptions", {"customer": second, "items": [{"price": price("premium")}]})
    with capture_logs() as lines:
        found = [one.what for one in reconciling.reconcile()]
        Workspace.objects.filter(pk=workspace.pk).delete()
        found += [one.what for one in reconciling.reconcile()]

    assert {"second_customer", "unknown_workspace"} <= set(found)
    assert customer not in str(lines)
    assert second not in str(lines)


def test_a_second_customer_that_pays_is_an_error_in_the_admin(
    shop: World, workspace: Workspace
) -> None:
    subscribe(shop, workspace)
    named = {"flowia_workspace": str(workspace.uid)}
    second = gateway.made("customers", {"metadata": named})["id"]
    shop.do("portal", customer=second, action="card", card="good")
    bought = {"customer": second, "items": [{"price": price("ultra")}], "metadata": named}
    gateway.made("subscriptions", bought)
    take(*shop.events())

    errors = StripeEvent.objects.filter(StripeEvents.error)
    assert set(errors.values_list("customer_id", "error_code")) == {(second, "other_customer")}


def test_a_page_that_cannot_be_closed_is_tried_again_with_the_next_look(
    shop: World, workspace: Workspace
) -> None:
    checkout(workspace, "ultra", "year")
    row = Subscription.objects.get()
    shop.do("portal", customer=row.customer_id, action="card", card="good")
    bought = {"customer": row.customer_id, "items": [{"price": price("premium")}]}
    gateway.made("subscriptions", bought)
    fault(shop, "error", "checkout.sessions.expire", status=403, times=1)
    now = clock.now()
    for status in ("open", "expired"):
        Subscription.objects.update(next_at=now)
        looking.look(row.pk)
        row.refresh_from_db()
        assert row.next_at is not None
        assert (row.next_at - now).total_seconds() > 3600
        assert (row.plan, Checkout.objects.get().status) == ("premium", status)
