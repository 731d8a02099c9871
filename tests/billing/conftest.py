"""Stripe's stand-in as a process of its own, and what people do on its pages."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import stripe
from django.test import Client
from pytest_django import Settings

from accounts import audit
from accounts.models import Workspace
from billing import actions, events, gateway, setting_up
from billing.models import StripeEvent, Subscription
from billing.said import announcement_of
from tests.factories import make_member, make_workspace
from tests.sandbox.conftest import Sandbox, receiver, running_sandbox

__all__ = ["receiver", "running_sandbox"]
SECRET = "whsec_of_the_tests"
KEY = "sk_test_of_the_tests"


@dataclass
class World:
    """Stripe, by its stand-in's buttons."""

    url: str

    def do(self, path: str, **body: Any) -> Any:
        answer = requests.post(f"{self.url}/{path}", json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def get(self, path: str, **query: str) -> Any:
        return requests.get(f"{self.url}/{path}", params=query, timeout=30).json()

    def pay(self, session: str, outcome: str = "paid", **more: Any) -> None:
        self.do("pay", session=session, outcome=outcome, **more)

    def advance(self, **how: Any) -> None:
        self.do("clock", **how)

    def events(self, since: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("events", since=since)["events"]
        return found

    def subscriptions(self, customer: str) -> list[dict[str, Any]]:
        objects = self.get("state", customer=customer)["objects"]
        found: list[dict[str, Any]] = objects.get("subscription", [])
        return found

    def fault(self, kind: str, operation: str, **more: Any) -> None:
        """Let an operation go wrong."""
        asked = {"service": "stripe", "kind": kind, "operation": operation, **more}
        root = self.url.removesuffix("/stripe")
        assert requests.post(f"{root}/faults", json=asked, timeout=30).ok

    def price(self, key: str) -> str:
        """Return the price sold under a lookup key."""
        prices = self.get("state")["objects"]["price"]
        return str(next(one["id"] for one in prices if one["lookup_key"] == key))

    def count(self, kind: str) -> int:
        return len(
            [one for one in self.get("state")["objects"].get(kind, []) if "deleted" not in one]
        )


@pytest.fixture
def world(running_sandbox: Sandbox, settings: Settings) -> Iterator[World]:
    """Return an empty Stripe that posts nothing by itself; our settings point to it."""
    found = World(f"{running_sandbox.url}/stripe")
    running_sandbox.delete("/faults")
    found.do("reset")
    found.do("options", webhooks="off")
    settings.STRIPE_API_URL = found.url
    settings.STRIPE_SECRET_KEY = KEY
    settings.STRIPE_WEBHOOK_SECRET = [SECRET]
    settings.PUBLIC_URL = running_sandbox.product.url
    gateway.forget()
    yield found
    running_sandbox.delete("/faults")


@pytest.fixture
def shop(world: World) -> World:
    """Return a Stripe that knows what we sell."""
    list(setting_up.set_up())
    return world


@pytest.fixture
def workspace(db: None) -> Workspace:
    found = make_workspace()
    make_member(found)
    return found


def checkout(workspace: Workspace, plan: str = "premium", period: str = "month") -> str:
    """Open the payment page and return its session's id."""
    url = actions.upgrade_plan(workspace, plan, period, by=audit.SYSTEM)
    return url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]


def subscribe(
    world: World, workspace: Workspace, plan: str = "premium", **more: Any
) -> Subscription:
    """Buy a plan as its owner does, and return the row as it is then."""
    world.pay(checkout(workspace, plan, more.pop("period", "month")), **more)
    actions.refresh(workspace)
    return Subscription.objects.get(workspace=workspace)


def signed(body: bytes, *, secret: str = SECRET, at: int | None = None) -> str:
    sign: Any = stripe.WebhookSignature.generate_signature_header
    return str(sign(body.decode(), secret, at))


def post(body: dict[str, Any] | bytes, header: str | None = None) -> int:
    """Post an event to the webhook, signed unless a header is given; return the status."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    told = signed(raw) if header is None else header
    answer = Client().post(
        "/billing/webhook", raw, content_type="application/json", headers={"Stripe-Signature": told}
    )
    return answer.status_code


def take(*told: dict[str, Any]) -> list[StripeEvent]:
    """Record events as the webhook does, handle each, and return their rows."""
    taken = []
    for one in told:
        announced = announcement_of(one)
        assert announced is not None
        for row_id in events.store([announced]):
            events.take(row_id)
            taken.append(StripeEvent.objects.get(pk=row_id))
    return taken
