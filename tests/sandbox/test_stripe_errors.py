"""Every error that the library tells apart, idempotency, and what a call may say."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.conftest import Sandbox
from tests.sandbox.stripe_world import DAY, VERSION, Shop, client, open_shop, refused
from tests.stack import wait_until


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    return open_shop(sandbox)


def fault(shop: Shop, kind: str, **more: Any) -> None:
    shop.sandbox.post("/faults", service="stripe", kind=kind, **more)


@pytest.mark.parametrize(
    ("asked", "kind", "known"),
    [
        ({"kind": "rate_limited"}, stripe.RateLimitError, {"http_status": 429}),
        ({"kind": "server_error"}, stripe.APIError, {"http_status": 500}),
        ({"kind": "bad_gateway"}, stripe.APIError, {"http_status": 502}),
        ({"kind": "not_json"}, stripe.APIError, {"http_status": 200}),
        ({"kind": "revoked_token"}, stripe.AuthenticationError, {"http_status": 401}),
        ({"kind": "lost_after_acceptance"}, stripe.APIConnectionError, {}),
        (
            {"kind": "error", "status": 403, "message": "not yours"},
            stripe.PermissionError,
            {"http_status": 403, "user_message": "not yours"},
        ),
        (
            {"kind": "error", "status": 402, "type": "card_error", "code": "card_declined"},
            stripe.CardError,
            {"code": "card_declined"},
        ),
        (
            {"kind": "error", "status": 400, "code": "parameter_missing", "param": "email"},
            stripe.InvalidRequestError,
            {"code": "parameter_missing", "param": "email"},
        ),
        (
            {"kind": "error", "status": 400, "type": "idempotency_error"},
            stripe.IdempotencyError,
            {"http_status": 400},
        ),
        ({"kind": "error", "status": 409}, stripe.APIError, {"http_status": 409}),
    ],
)
def test_every_fault_is_the_librarys_own_error(
    shop: Shop, asked: dict[str, Any], kind: type[stripe.StripeError], known: dict[str, Any]
) -> None:
    fault(shop, **asked)
    error = refused(lambda: shop.api.customers.create({"email": "a@exemple.example"}))
    assert type(error) is kind
    assert {name: getattr(error, name) for name in known} == known
    assert shop.customer().startswith("cus_")


def test_a_refusal_names_its_request(shop: Shop) -> None:
    error = refused(lambda: shop.api.customers.retrieve("cus_none"))
    assert isinstance(error, stripe.InvalidRequestError)
    assert str(error.request_id).startswith("req_")
    assert (error.http_status, error.code, error.param) == (404, "resource_missing", "id")


@pytest.mark.parametrize(
    ("call", "code", "param"),
    [
        (lambda s: s.api.customers.create({"mail": "x"}), "parameter_unknown", "mail"),
        (
            lambda s: s.api.checkout.sessions.create({"mode": "subscription"}),
            "parameter_missing",
            "line_items",
        ),
        (
            lambda s: s.checkout(payment_method_types=["card"]),
            "payment_method_types_no_longer_supported",
            "payment_method_types",
        ),
        (lambda s: s.checkout(ui_mode="hosted"), None, "ui_mode"),
        (lambda s: s.checkout("cus_none"), "resource_missing", "customer"),
        (lambda s: s.checkout(price="price_none"), "resource_missing", "line_items[0][price]"),
        (
            lambda s: s.checkout(subscription_data={"metdata": {"a": "b"}}),
            "parameter_unknown",
            "subscription_data[metdata]",
        ),
        (
            lambda s: s.checkout(s.customer(), customer_email="a@exemple.example"),
            None,
            "customer",
        ),
        (
            lambda s: s.checkout(subscription_data={"trial_end": s.now() + 3600}),
            None,
            "subscription_data[trial_end]",
        ),
        (lambda s: s.checkout(expires_at=s.now() + 60), None, "expires_at"),
        (lambda s: s.checkout(client_reference_id="x" * 201), "string", "client_reference_id"),
        (lambda s: s.checkout(line_items=[{"price": "p", "quantity": "x"}]), "integer", "quantity"),
        (
            lambda s: s.api.prices.list({"lookup_keys": [f"k{n}" for n in range(11)]}),
            None,
            "lookup_keys",
        ),
        (lambda s: s.customer(metadata={"k" * 41: "v"}), None, "metadata"),
        (lambda s: s.customer(name=" " * 257), "string_too_long", "name"),
    ],
)
def test_a_wrong_parameter_is_refused_by_its_name(
    shop: Shop, call: Callable[[Shop], Any], code: str | None, param: str
) -> None:
    error = refused(lambda: call(shop))
    assert isinstance(error, stripe.InvalidRequestError)
    assert error.http_status == 400
    assert param in str(error.param)
    assert (code or "") in str(error.code)


@pytest.mark.parametrize("key", ["sk_live_real", "pk_test_public", "sk_test_", "nonsense"])
def test_only_secret_test_keys_open_it(shop: Shop, key: str) -> None:
    error = refused(client(shop.sandbox, key).customers.list)
    assert isinstance(error, stripe.AuthenticationError)
    assert "live_real" not in str(error)


def test_no_key_at_all_is_refused_too(shop: Shop) -> None:
    answer = requests.get(f"{shop.sandbox.url}/stripe/v1/customers", timeout=5)
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")


def test_another_version_is_refused(shop: Shop) -> None:
    options = {"stripe_version": "2025-03-31.basil"}
    error = refused(lambda: shop.api.customers.list({}, options))
    assert (error.http_status, "2025-03-31.basil" in str(error)) == (400, True)
    listed = shop.api.customers.list({}, {"stripe_version": VERSION})
    assert listed.last_response.headers["Stripe-Version"] == VERSION


def test_an_unknown_address_and_a_json_body_are_refused(shop: Shop) -> None:
    url, headers = f"{shop.sandbox.url}/stripe/v1", {"Authorization": "Bearer sk_test_a"}
    unknown = requests.get(f"{url}/coupons", headers=headers, timeout=5)
    assert (unknown.status_code, "/v1/coupons" in unknown.text) == (404, True)
    body = requests.post(f"{url}/customers", headers=headers, json={"email": "a"}, timeout=5)
    assert body.status_code == 400


def test_the_same_key_gives_the_same_answer(shop: Shop) -> None:
    key = {"idempotency_key": "customer:7"}
    first = shop.api.customers.create({"email": "a@exemple.example"}, key)
    again = shop.api.customers.create({"email": "a@exemple.example"}, key)
    assert (again.id, again.created) == (first.id, first.created)
    headers = again.last_response.headers
    assert headers["Idempotent-Replayed"] == "true"
    assert headers["Original-Request"] == first.last_response.headers["Request-Id"]
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(shop.api.customers.list().data) == 1


def test_the_same_key_for_something_else_is_an_error(shop: Shop) -> None:
    key = {"idempotency_key": "customer:7"}
    shop.api.customers.create({"email": "a@exemple.example"}, key)
    for call in (
        lambda: shop.api.customers.create({"email": "b@exemple.example"}, key),
        lambda: shop.api.products.create({"name": "b"}, key),
    ):
        assert isinstance(refused(call), stripe.IdempotencyError)


def test_a_key_is_forgotten_after_a_day_of_the_stand_ins_clock(shop: Shop) -> None:
    key = {"idempotency_key": "customer:7"}
    first = shop.api.customers.create({}, key)
    shop.advance(seconds=DAY - 60)
    assert shop.api.customers.create({}, key).id == first.id
    shop.advance(seconds=120)
    assert shop.api.customers.create({}, key).id != first.id


def test_a_wrong_parameter_does_not_use_the_key_up(shop: Shop) -> None:
    key = {"idempotency_key": "customer:7"}
    refused(lambda: shop.api.customers.create({"mail": "x"}, key))
    assert shop.api.customers.create({"email": "a@exemple.example"}, key).id


def test_a_server_error_stays_the_answer_of_its_key(shop: Shop) -> None:
    fault(shop, "server_error", operation="customers.create")
    create, key = shop.api.customers.create, {"idempotency_key": "customer:7"}
    for _attempt in range(2):
        assert refused(lambda: create({}, key)).http_status == 500
    assert create({}, {"idempotency_key": "customer:7:2"}).id
    shop.do("options", keep_server_errors=False)
    fault(shop, "server_error", operation="customers.create")
    assert refused(lambda: create({}, {"idempotency_key": "customer:8"})).http_status == 500
    assert create({}, {"idempotency_key": "customer:8"}).id


def test_an_accepted_call_whose_answer_was_lost_is_repeated_without_a_second_object(
    shop: Shop,
) -> None:
    fault(shop, "lost_after_acceptance", operation="customers.create")
    made = client(shop.sandbox, retries=2).customers.create({"email": "a@exemple.example"})
    assert [one.id for one in shop.api.customers.list().data] == [made.id]


def test_a_call_that_was_taken_and_never_answered_ends_in_a_time_out(shop: Shop) -> None:
    fault(shop, "timeout_after_acceptance", seconds=1, operation="customers.create")
    hasty = client(shop.sandbox, timeout=0.3)
    error = refused(lambda: hasty.customers.create({}, {"idempotency_key": "customer:7"}))
    assert isinstance(error, stripe.APIConnectionError)
    [made] = shop.api.customers.list().data
    assert hasty.customers.create({}, {"idempotency_key": "customer:7"}).id == made.id


def test_many_at_once_are_all_served(shop: Shop) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _one: shop.subscribe().id, range(48)))
    assert len(set(made)) == 48
    assert len(shop.api.subscriptions.list({"limit": 100}).data) == 48


def test_two_calls_with_one_key_at_the_same_time_conflict(shop: Shop) -> None:
    fault(shop, "latency", seconds=1.5, operation="customers.create")
    key, made = {"idempotency_key": "customer:7"}, []
    other = client(shop.sandbox)
    slow = threading.Thread(target=lambda: made.append(other.customers.create({}, key)))
    slow.start()
    assert wait_until(lambda: not shop.sandbox.get("/faults")["faults"], 3)
    error = refused(lambda: shop.api.customers.create({}, key))
    assert (error.http_status, error.error.code) == (409, "idempotency_key_in_use")
    slow.join(5)
    assert shop.api.customers.create({}, key).id == made[0].id


def test_calls_are_logged_and_counted(shop: Shop) -> None:
    customer = shop.customer()
    [call] = shop.sandbox.get("/calls", service="stripe", operation="customers.create")["calls"]
    assert (call["external_id"], call["status"]) == (customer, 200)
    assert call["body"] == {"email": "zoe@exemple.example"}
    totals = shop.sandbox.get("/counts")["totals"]["stripe"]
    assert totals["prices.create"] == {"accepted": 3}
