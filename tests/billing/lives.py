"""Lives of a subscription, played once at the stand-in: events, and what Stripe said after each.

What Stripe answered over HTTP is kept step by step, so that thousands of orderings of the same
events can be handled by the real gateway and the real library without asking the stand-in again.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
import stripe

from accounts.models import Workspace
from billing import actions, gateway
from billing.models import Subscription
from tests.billing.conftest import KEY, World, checkout
from tests.factories import make_workspace

Json = dict[str, Any]


@dataclass
class Step:
    """What was done, the events of it, and Stripe's answers afterwards by path."""

    name: str
    events: list[Json]
    answers: dict[str, tuple[bytes, int]]


@dataclass
class Life:
    """The steps of one customer's life."""

    name: str
    customer: str
    workspace: Workspace
    steps: list[Step] = field(default_factory=list)


class Replayed(stripe.HTTPClient):
    """Stripe's transport that answers from one step of a life."""

    name = "replayed"

    def __init__(self) -> None:
        super().__init__()
        self.step: Step | None = None
        self.asked = 0

    def request(
        self,
        method: str,
        url: str,
        headers: Any,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> Any:
        assert self.step is not None
        self.asked += 1
        path = url.split("/v1/", 1)[1].split("?", maxsplit=1)[0]
        body, status = self.step.answers.get(path, (b'{"error":{"type":"api_error"}}', 500))
        return body.decode(), status, {"request-id": "req_replayed"}

    def close(self) -> None:
        """Nothing is open."""


def replaying(transport: Replayed) -> "stripe.StripeClient":
    return stripe.StripeClient(
        KEY, stripe_version=gateway.VERSION, http_client=transport, max_network_retries=0
    )


def play(world: World, name: str, deeds: list[Callable[[World, str], object]]) -> Life:
    """Play a life from the payment page on, and record it."""
    workspace = make_workspace(name=name)
    session = checkout(workspace)
    customer = Subscription.objects.get(workspace=workspace).customer_id
    life = Life(name, customer, workspace)
    since = world.events()[-1]["id"]
    _record(world, life, "opened", since)
    world.pay(session)
    _record(world, life, "paid", since)
    for number, deed in enumerate(deeds):
        deed(world, customer)
        _record(world, life, f"{number}", since)
    return life


def _record(world: World, life: Life, name: str, since: str) -> None:
    known = sum(len(step.events) for step in life.steps)
    happened = [one for one in world.events(since) if life.customer in json.dumps(one)]
    customer = life.customer
    asked = {
        f"customers/{customer}": {},
        "subscriptions": {
            "customer": customer,
            "status": "all",
            "limit": "100",
            "expand[0]": "data.latest_invoice",
        },
        "customers": {"limit": "100"},
        "invoices": {"customer": customer, "status": "open", "limit": "100"},
    }
    answers = {}
    for path, query in asked.items():
        answer = requests.get(
            f"{world.url}/v1/{path}",
            params=query,
            headers={"Authorization": f"Bearer {KEY}", "Stripe-Version": gateway.VERSION},
            timeout=30,
        )
        answers[path] = (answer.content, answer.status_code)
    for event in happened[known:]:
        # An invoice that asks to be confirmed is looked at by its id.
        about = event["data"]["object"]
        if about["object"] == "invoice":
            answers[f"invoices/{about['id']}"] = (json.dumps(about).encode(), 200)
    life.steps.append(Step(name, happened[known:], answers))


# --- what happens to people ------------------------------------------------------------------


def renew(world: World, customer: str) -> None:
    world.advance(to="period_end", customer=customer)
    world.advance(seconds=7200)


def fail(world: World, customer: str) -> None:
    world.do("portal", customer=customer, action="card", card="declines")
    renew(world, customer)


def mend(world: World, customer: str) -> None:
    world.do("portal", customer=customer, action="card", card="good")
    sub = world.subscriptions(customer)[-1]
    world.do("pay", invoice=sub["latest_invoice"], outcome="paid")


def wait(world: World, _customer: str) -> None:
    for _ in range(20):
        world.advance(days=1)


def change(key: str) -> Callable[[World, str], None]:
    def deed(world: World, customer: str) -> None:
        prices = world.get("state")["objects"]["price"]
        price = next(one["id"] for one in prices if one["lookup_key"] == key)
        world.do("portal", customer=customer, action="change", price=price)

    return deed


def press(action: str) -> Callable[[World, str], None]:
    return lambda world, customer: world.do("portal", customer=customer, action=action)


def delete(world: World, customer: str) -> None:
    world.do("customer", customer=customer, action="delete")


def buy_again(world: World, customer: str) -> None:
    row = Subscription.objects.get(customer_id=customer)
    actions.refresh(row.workspace)
    world.pay(checkout(row.workspace, "ultra", "year"))


LIVES: dict[str, list[Callable[[World, str], object]]] = {
    "quiet": [renew, change("flowia_ultra_month"), press("cancel"), renew],
    "undecided": [press("cancel"), press("renew"), renew, press("cancel"), press("renew")],
    "late": [renew, fail, mend, renew, change("flowia_ultra_year")],
    "lost": [fail, wait],
    "back": [press("cancel_now"), buy_again, press("cancel")],
    "gone": [renew, change("flowia_ultra_month"), delete],
}
