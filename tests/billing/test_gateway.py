"""The gateway against the stand-in: its errors, its keys, and which price means which plan."""

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytest_django import Settings

from billing import gateway
from billing.errors import BillingOffError, StripeError, StripeRefusedError, StripeUnreachableError
from tests.billing.conftest import World
from tests.sandbox.conftest import Sandbox
from tests.standin import StandIn, stand_in

PAGE = {"mode": "subscription", "success_url": "https://here", "cancel_url": "https://here"}


def test_the_same_customer_is_made_once(world: World) -> None:
    uid = uuid.uuid4()
    first = gateway.create_customer(uid, before=0)
    again = gateway.create_customer(uid, before=0)
    after_deletion = gateway.create_customer(uid, before=1)

    assert first == again
    assert first.workspace == uid
    assert after_deletion.id != first.id
    assert world.count("customer") == 2


def test_a_deleted_customer_is_told_from_one_that_never_was(world: World) -> None:
    made = gateway.create_customer(uuid.uuid4(), before=0)
    gateway.delete_customer(made.id)
    gateway.delete_customer(made.id)
    gateway.delete_customer("cus_of_another_account")

    assert gateway.customer(made.id) == replace(made, deleted=True, workspace=None)
    assert gateway.customer("cus_of_another_account") is None


def test_a_key_used_for_something_else_is_refused_by_its_name(shop: World) -> None:
    uid, price = uuid.uuid4(), gateway.price_of("premium", "month")
    assert price is not None
    asked = {**PAGE, "line_items": [{"price": price.id, "quantity": 1}]}
    gateway.create_session(uid, asked)
    with pytest.raises(StripeRefusedError) as caught:
        gateway.create_session(uid, {**asked, "locale": "fr"})
    assert caught.value.stripe_code == "idempotency_error"


@pytest.mark.parametrize(
    ("kind", "times", "code"),
    [("server_error", 3, "api_error"), ("not_json", 1, ""), ("bad_gateway", 3, "")],
)
def test_a_broken_stripe_is_tried_three_times_and_may_work_later(
    world: World, running_sandbox: Sandbox, kind: str, times: int, code: str
) -> None:
    running_sandbox.post("/faults", service="stripe", kind=kind, times=times)
    with pytest.raises(StripeUnreachableError) as caught:
        gateway.customer("cus_1")
    assert caught.value.retry_after
    assert caught.value.answered
    assert code in caught.value.stripe_code
    assert gateway.customer("cus_1") is None


def test_two_failures_are_nobodys_business(world: World, running_sandbox: Sandbox) -> None:
    running_sandbox.post("/faults", service="stripe", kind="server_error", times=2)
    assert gateway.customer("cus_1") is None


def test_in_a_hurry_it_is_tried_once_more_only(world: World, running_sandbox: Sandbox) -> None:
    running_sandbox.post("/faults", service="stripe", kind="server_error", times=2)
    with gateway.in_a_hurry(), pytest.raises(StripeUnreachableError):
        gateway.customer("cus_1")


@pytest.fixture
def elsewhere(settings: Settings) -> Iterator[StandIn]:
    with stand_in() as found:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_URL = "sk_test_x", found.url
        yield found


def refusal(kind: str, code: str = "") -> dict[str, dict[str, str]]:
    return {"error": {"type": kind, "message": "no", **({"code": code} if code else {})}}


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (400, refusal("invalid_request_error", "parameter_unknown"), StripeRefusedError, ""),
        (400, refusal("idempotency_error"), StripeRefusedError, "idempotency_error"),
        (400, refusal("invalid_request_error", "rate_limit"), StripeUnreachableError, ""),
        (401, refusal("invalid_request_error"), StripeRefusedError, ""),
        (402, refusal("card_error", "card_declined"), StripeRefusedError, "card_declined"),
        (403, refusal("invalid_request_error"), StripeRefusedError, ""),
        (404, refusal("invalid_request_error", "no_route"), StripeRefusedError, "no_route"),
        (429, refusal("invalid_request_error", "rate_limit"), StripeUnreachableError, "rate_limit"),
        (409, refusal("idempotency_error"), StripeUnreachableError, ""),
        (503, b"<html>", StripeUnreachableError, ""),
        (200, b"<html>", StripeUnreachableError, ""),
        (200, {"object": "customer"}, StripeUnreachableError, "not_understood"),
        (200, [], StripeError, ""),
    ],
)
def test_each_class_of_error_is_one_of_ours(
    elsewhere: StandIn, status: int, body: object, error: type[StripeError], code: str
) -> None:
    elsewhere.answer(status, body, Stripe_Should_Retry="false")
    with pytest.raises(error) as caught:
        gateway.customer("cus_1")
    assert code in caught.value.stripe_code
    asked = elsewhere.asked[0].headers
    assert asked["Stripe-Version"] == gateway.VERSION
    assert "X-Stripe-Client-Telemetry" not in asked


def test_a_limit_is_told_with_its_pause(elsewhere: StandIn) -> None:
    elsewhere.answer(429, refusal("rate_limit_error"), Retry_After="17")
    with pytest.raises(StripeUnreachableError) as caught:
        gateway.customer("cus_1")
    assert caught.value.retry_after == 17
    assert not caught.value.answered
    assert len(elsewhere.asked) == 1


def test_nobody_there_is_told_as_unanswered(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_URL = "sk_test_x", "http://127.0.0.1:1"
    with gateway.in_a_hurry(), pytest.raises(StripeUnreachableError) as caught:
        gateway.customer("cus_1")
    assert not caught.value.answered


def test_without_a_key_nobody_is_asked(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(BillingOffError):
        gateway.customer("cus_1")


def price(world: World, **told: object) -> str:
    product = told.pop("product", None) or gateway.made("products", {"name": "P"})["id"]
    asked = {"currency": "eur", "unit_amount": 500, "recurring": {"interval": "month"}}
    found: str = gateway.made("prices", {**asked, "product": product, **told})["id"]
    return found


def bought(world: World, price_id: str) -> str:
    """Subscribe a new customer to a price, and return the plan that we take it for."""
    made = gateway.create_customer(uuid.uuid4(), before=0)
    world.do("portal", customer=made.id, action="card", card="good")
    gateway.made("subscriptions", {"customer": made.id, "items": [{"price": price_id}]})
    return gateway.subscriptions(made.id)[0].plan


def test_a_price_means_a_plan_by_what_is_known_of_it(shop: World, settings: Settings) -> None:
    key = {"lookup_key": "flowia_premium_month", "transfer_lookup_key": True}
    product = gateway.made("products", {"name": "Old", "metadata": {"flowia_plan": "ultra"}})
    settings.STRIPE_PRICE_ULTRA_YEAR = price(shop)
    found = {
        "environment": bought(shop, settings.STRIPE_PRICE_ULTRA_YEAR),
        "metadata": bought(shop, price(shop, metadata={"flowia_plan": "premium"})),
        "lookup key": bought(shop, price(shop, **key)),
        "product": bought(shop, price(shop, product=product["id"])),
        "nothing": bought(shop, price(shop)),
        "another plan": bought(shop, price(shop, metadata={"flowia_plan": "gold"})),
        "what is free": bought(shop, price(shop, metadata={"flowia_plan": "freemium"})),
    }
    assert found == {
        "environment": "ultra",
        "metadata": "premium",
        "lookup key": "premium",
        "product": "ultra",
        "nothing": "",
        "another plan": "",
        "what is free": "",
    }
