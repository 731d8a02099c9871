"""What the tests of Stripe's stand-in share: the real library, the catalogue, the buttons."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
import stripe

from sandbox import demo
from tests.sandbox.conftest import Sandbox

DAY = 86_400
SECRET = demo.STRIPE_WEBHOOK_SECRET
VERSION = "2026-10-28.endive"
PORTAL = {
    "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
    "payment_method_update": {"enabled": True},
    "invoice_history": {"enabled": True},
}


def client(
    sandbox: Sandbox, key: str = demo.STRIPE_SECRET_KEY, retries: int = 0, timeout: float = 5
) -> Any:
    """Return the real library pointed at the stand-in; nothing else of it is changed."""
    stripe.enable_telemetry = False
    return stripe.StripeClient(
        key,
        base_addresses={"api": f"{sandbox.url}/stripe"},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=timeout),
    ).v1


@dataclass
class Shop:
    """The stand-in with two monthly plans and a yearly one."""

    sandbox: Sandbox
    api: Any
    product: str
    premium: str
    ultra: str
    yearly: str

    def do(self, path: str, **body: Any) -> Any:
        """Use a control; it has to work."""
        answer = requests.post(f"{self.sandbox.url}/stripe/{path}", json=body, timeout=40)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def customer(self, **more: Any) -> str:
        uid: str = self.api.customers.create({"email": "zoe@exemple.example", **more}).id
        return uid

    def checkout(self, customer: str | None = None, price: str = "", **more: Any) -> Any:
        """Make a Checkout session as the product does."""
        return self.api.checkout.sessions.create(
            {
                "mode": "subscription",
                "line_items": [{"price": price or self.premium, "quantity": 1}],
                "success_url": "https://flowia.example/ok?session={CHECKOUT_SESSION_ID}",
                "cancel_url": "https://flowia.example/no",
                **({"customer": customer} if customer else {}),
                **more,
            }
        )

    def subscribe(self, customer: str = "", price: str = "", **more: Any) -> Any:
        """Let somebody subscribe and pay on the page; the subscription."""
        session = self.checkout(customer or self.customer(), price, **more)
        paid = self.do("pay", session=session.id)["session"]
        return self.api.subscriptions.retrieve(paid["subscription"])

    def retrieve(self, sub: Any) -> Any:
        return self.api.subscriptions.retrieve(sub.id)

    def advance(self, **how: Any) -> Any:
        return self.do("clock", **how)

    def now(self) -> int:
        at: int = self.sandbox.get("/stripe/clock")["now"]
        return at

    def configuration(self, **features: Any) -> Any:
        """Make a portal configuration that offers everything."""
        update = {
            "enabled": True,
            "default_allowed_updates": ["price"],
            "proration_behavior": "always_invoice",
            "products": [{"product": self.product, "prices": [self.premium, self.ultra]}],
        }
        offered = {**PORTAL, "subscription_update": update, **features}
        return self.api.billing_portal.configurations.create({"features": offered})

    def events(self, *types: str) -> list[Any]:
        """Return the events that happened, oldest first, those of `types` if named."""
        found = self.sandbox.get("/stripe/events")["events"]
        return [one for one in found if not types or one["type"] in types]

    def types(self) -> list[str]:
        return [one["type"] for one in self.events()]


def open_shop(sandbox: Sandbox) -> Shop:
    """Empty the stand-in and put the catalogue there."""
    sandbox.post("/stripe/reset")
    api = client(sandbox)
    product = api.products.create({"name": "Premium"}).id
    prices = [
        api.prices.create(
            {
                "product": product,
                "unit_amount": amount,
                "currency": "eur",
                "recurring": {"interval": interval},
                "lookup_key": key,
            }
        ).id
        for key, amount, interval in (
            ("premium", 1499, "month"),
            ("ultra", 2999, "month"),
            ("ultra_year", 29_900, "year"),
        )
    ]
    return Shop(sandbox, api, product, *prices)


def settled(shop: Shop) -> list[tuple[bytes, dict[str, str]]]:
    """Wait until nothing is under way any more, and return what the product was posted."""
    shop.sandbox.get("/stripe/deliveries", wait=5)
    time.sleep(0.05)
    return list(shop.sandbox.product.posts)


def refused(call: Callable[[], Any]) -> Any:
    """Return the error that the library raises for the call, of whichever of its classes."""
    try:
        call()
    except stripe.StripeError as error:
        return error
    raise AssertionError("the call was not refused")


def item(sub: Any) -> Any:
    return sub["items"].data[0]


def invoices(shop: Shop, sub: Any) -> list[Any]:
    """Return the subscription's invoices, oldest first."""
    found: list[Any] = shop.api.invoices.list({"subscription": sub.id, "limit": 100}).data
    return found[::-1]
