"""Stripe's webhooks: signed, delivered again, held back, shuffled, forged; and its events."""

import json
from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.conftest import Sandbox
from tests.sandbox.stripe_world import DAY, SECRET, VERSION, Shop, open_shop, refused, settled
from tests.stack import wait_until


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    shop = open_shop(sandbox)
    settled(shop)
    sandbox.product.posts.clear()
    return shop


def read(post: tuple[bytes, dict[str, str]], secret: str = SECRET) -> Any:
    body, headers = post
    return stripe.Webhook.construct_event(body, headers["Stripe-Signature"], secret)


def endpoint(shop: Shop, *types: str, path: str = "/other", **more: Any) -> Any:
    return shop.api.webhook_endpoints.create(
        {
            "url": f"{shop.sandbox.product.url}{path}",
            "enabled_events": list(types) or ["*"],
            "api_version": VERSION,
            **more,
        }
    )


def test_stripes_own_helper_accepts_what_is_posted(shop: Shop) -> None:
    sub = shop.subscribe()
    told = {event.type: event for event in map(read, settled(shop))}
    event = told["customer.subscription.updated"]
    assert (event.object, event.livemode, event.api_version) == ("event", False, VERSION)
    assert event.data.object.id == sub.id
    assert event.data.previous_attributes.to_dict() == {"status": "incomplete"}
    assert event.pending_webhooks == 1
    made = told["customer.created"]
    assert str(made.request.id).startswith("req_")
    assert len(str(made.request.idempotency_key)) == 36


def test_the_signature_carries_the_real_time(shop: Shop) -> None:
    shop.advance(days=400)
    shop.customer()
    event = read(settled(shop)[-1])
    assert event.created > 300 * DAY + shop.sandbox.get("/stripe/clock")["now"] - 400 * DAY


def test_a_refused_event_is_posted_three_times_and_then_given_up(shop: Shop) -> None:
    shop.do("options", retry_seconds=0.05)
    shop.sandbox.product.status = 500
    shop.customer()
    posts = shop.sandbox.wait_for_posts(3)
    assert len({read(post).id for post in posts}) == 1

    def given_up() -> bool:
        [*_, last] = shop.sandbox.get("/stripe/deliveries")["deliveries"]
        return (last["state"], last["attempts"], last["status"]) == ("failed", 3, 500)

    assert wait_until(given_up, 4)
    missed = shop.api.events.list({"delivery_success": False, "type": "customer.created"})
    assert [one.id for one in missed.data] == [read(posts[0]).id]
    shop.sandbox.product.status = 200
    again = shop.do("event", id=missed.data[0].id)
    assert again["statuses"] == [200]


def test_a_redirect_is_a_failure_and_an_event_taken_late_is_delivered(shop: Shop) -> None:
    shop.do("options", retry_seconds=0.3)
    shop.sandbox.product.status = 301
    shop.customer()
    shop.sandbox.wait_for_posts(1)
    shop.sandbox.product.status = 204
    shop.sandbox.wait_for_posts(2)

    def delivered() -> bool:
        [*_, last] = shop.sandbox.get("/stripe/deliveries")["deliveries"]
        return bool(last["state"] == "delivered")

    assert wait_until(delivered, 4)


def test_an_endpoint_hears_of_its_types_alone_with_its_own_secret(shop: Shop) -> None:
    made = endpoint(shop, "customer.created", description="prod", metadata={"a": "b"})
    assert made.secret.startswith("whsec_")
    assert made.secret != SECRET
    assert "secret" not in shop.api.webhook_endpoints.retrieve(made.id)
    assert "secret" not in shop.api.webhook_endpoints.list().data[0]
    shop.subscribe()
    [post] = settled(shop)
    assert read(post, made.secret).type == "customer.created"


def test_an_endpoint_keeps_the_version_it_was_made_with(shop: Shop) -> None:
    made = endpoint(shop, "*", api_version="2025-03-31.basil")
    shop.customer()
    assert read(settled(shop)[-1], made.secret).api_version == "2025-03-31.basil"
    error = refused(lambda: shop.api.webhook_endpoints.update(made.id, {"api_version": VERSION}))
    assert error.code == "parameter_unknown"


def test_endpoints_are_changed_disabled_and_deleted(shop: Shop) -> None:
    made = endpoint(shop, "customer.created")
    update = shop.api.webhook_endpoints.update
    assert update(made.id, {"enabled_events": ["product.created"]}).enabled_events == [
        "product.created"
    ]
    assert update(made.id, {"disabled": True}).status == "disabled"
    shop.api.products.create({"name": "x"})
    assert settled(shop) == []
    assert shop.api.webhook_endpoints.delete(made.id).deleted is True
    assert refused(lambda: shop.api.webhook_endpoints.retrieve(made.id)).http_status == 404
    shop.customer()
    assert read(settled(shop)[-1]).type == "customer.created"


def test_the_demos_own_address_has_the_demos_secret_once(shop: Shop) -> None:
    assert endpoint(shop, path="/billing/webhook").secret == SECRET
    assert endpoint(shop, path="/billing/webhook").secret != SECRET


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"url": "https://example.com/hook"}, "url"),
        ({"enabled_events": ["Not A Type"]}, "enabled_events[0]"),
        ({"api_version": "latest"}, "api_version"),
    ],
)
def test_a_wrong_endpoint_is_refused(shop: Shop, changes: dict[str, Any], param: str) -> None:
    assert refused(lambda: endpoint(shop, **{"path": "/x", **changes})).param == param


def test_events_are_listed_by_type_and_time_and_end_after_thirty_days(shop: Shop) -> None:
    shop.customer()
    listing = shop.api.events.list
    [first] = listing({"type": "customer.created"}).data
    assert first.data.object.email == "zoe@exemple.example"
    assert {one.type for one in listing({"type": "price.*"}).data} == {"price.created"}
    both = listing({"types": ["price.created", "customer.created"], "limit": 2})
    assert ([one.type for one in both.data], both.has_more) == (
        ["customer.created", "price.created"],
        True,
    )
    assert listing({"created": {"gt": shop.now() + 60}}).data == []
    assert shop.api.events.retrieve(first.id).id == first.id
    shop.advance(days=31)
    assert listing().data == []
    assert refused(lambda: shop.api.events.retrieve(first.id)).code == "resource_missing"


def test_lost_webhooks_are_events_that_were_never_delivered(shop: Shop) -> None:
    shop.do("options", webhooks="off")
    customer = shop.customer()
    assert settled(shop) == []
    missed = shop.api.events.list({"delivery_success": False}).data
    assert [one.data.object.id for one in missed] == [customer]


def test_each_so_many_th_delivery_is_lost(shop: Shop) -> None:
    shop.do("options", lose_every=2)
    for _one in range(4):
        shop.customer()
    assert len(settled(shop)) == 2
    assert len(shop.api.events.list({"delivery_success": False}).data) == 2


def test_held_webhooks_come_in_the_order_that_is_asked_for(shop: Shop) -> None:
    shop.do("options", webhooks="hold")
    shop.subscribe()
    assert settled(shop) == []
    held = [one["event"] for one in shop.sandbox.get("/stripe/release")["held"]]
    assert len(held) == 10
    posted = shop.do("release", order=held[::-1][:4])["posted"]
    assert [one["event"] for one in posted] == held[::-1][:4]
    assert [read(post).id for post in settled(shop)] == held[::-1][:4]
    rest = shop.do("release", order="reverse")["posted"]
    assert [one["event"] for one in rest] == held[:6][::-1]


def test_chance_shuffles_drops_and_repeats_the_same_way_for_a_seed(shop: Shop) -> None:
    shop.do("options", webhooks="hold")
    for _one in range(20):
        shop.customer()
    held = [one["event"] for one in shop.sandbox.get("/stripe/release")["held"]]
    chances = {"order": "shuffle", "drop": 0.3, "repeat": 0.3, "seed": 7}
    posted = [one["event"] for one in shop.do("release", **chances)["posted"]]
    assert len(set(posted)) < 20
    assert len(posted) > len(set(posted))
    assert posted != sorted(posted, key=held.index)


def test_every_event_comes_twice_when_asked_so(shop: Shop) -> None:
    shop.do("options", twice=True)
    shop.customer()
    assert len({read(post).id for post in shop.sandbox.wait_for_posts(2)}) == 1


def test_shuffled_webhooks_all_come(shop: Shop) -> None:
    shop.do("options", shuffle=True, shuffle_seconds=0.2)
    shop.subscribe()
    assert len({read(post).id for post in settled(shop)}) == 10


@pytest.mark.parametrize("signature", ["wrong", "old", "missing", "garbage"])
def test_bad_signatures_are_bad(shop: Shop, signature: str) -> None:
    customer = shop.customer()
    settled(shop)
    shop.do("event", type="customer.updated", object=customer, signature=signature)
    body, headers = shop.sandbox.product.posts[-1]
    with pytest.raises(stripe.SignatureVerificationError):
        read((body, {"Stripe-Signature": headers.get("Stripe-Signature", "")}))


def test_anything_can_be_forged(shop: Shop) -> None:
    customer = shop.customer()
    settled(shop)
    shop.sandbox.product.posts.clear()
    told = shop.do(
        "event",
        type="charge.dispute.created",
        object={"id": "dp_1", "object": "dispute", "customer": customer},
        change={"livemode": True, "api_version": "2019-01-01"},
        times=2,
    )
    assert told["statuses"] == [200, 200]
    first, second = map(read, shop.sandbox.product.posts)
    assert (first.id, first.type, first.livemode) == (second.id, "charge.dispute.created", True)
    assert first.api_version == "2019-01-01"
    raw = shop.do("event", type="x.y", object=customer, raw="[1]", post=False)
    assert (raw["statuses"], raw["sent"][0]["body"]) == ([], "[1]")
    header = raw["sent"][0]["signature"]
    assert stripe.WebhookSignature.verify_header("[1]", header, SECRET)


def test_the_body_is_signed_as_it_is_posted(shop: Shop) -> None:
    customer = shop.customer()
    made = shop.do("event", type="customer.updated", object=customer, keep=False, post=False)
    body = made["sent"][0]["body"]
    assert json.loads(body)["data"]["object"]["id"] == customer
    read((body.encode(), {"Stripe-Signature": made["sent"][0]["signature"]}))


@pytest.mark.parametrize(
    ("path", "body", "word"),
    [
        ("event", {"id": "evt_none"}, "id"),
        ("event", {"type": "x.y"}, "object"),
        ("event", {"type": "x.y", "object": {}, "signature": "none"}, "signature"),
        ("event", {"type": "x.y", "object": {}, "change": {"data": 1}}, "change"),
        ("release", {"order": "sideways"}, "order"),
        ("options", {"webhooks": "maybe"}, "hold"),
        ("options", {"unknown": 1}, "retry_days"),
        ("pay", {"session": "cs_none"}, "cs_none"),
        ("pay", {"invoice": "in_none"}, "in_none"),
        ("portal", {"customer": "cus_none", "action": "cancel"}, "cus_none"),
        ("clock", {"to": "period_end"}, "subscription"),
        ("clock", {"days": "two"}, "number"),
    ],
)
def test_wrong_controls_say_what_is_wrong(
    shop: Shop, path: str, body: dict[str, Any], word: str
) -> None:
    answer = requests.post(f"{shop.sandbox.url}/stripe/{path}", json=body, timeout=5)
    assert answer.status_code == 400
    assert word in answer.json()["error"]


def test_no_form_of_another_site_reaches_the_controls(shop: Shop) -> None:
    for path in ("reset", "clock", "event", "pay", "portal", "customer", "options", "release"):
        url = f"{shop.sandbox.url}/stripe/{path}"
        assert requests.post(url, data={"days": "1"}, timeout=5).status_code == 400
