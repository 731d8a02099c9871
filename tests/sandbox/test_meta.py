"""Meta's stand-in: webhooks as Meta signs them, the Send API with its refusals, tokens."""

import hashlib
import hmac
import json
from typing import Any

import pytest
import requests

from sandbox import demo
from sandbox.world import meta
from tests.sandbox.conftest import Sandbox
from tests.stack import wait_until

# The vector of the fact sheet on Meta's signatures.
SECRET = "secret-de-test-flow-ia"
BODY = (
    rb'{"object":"page","entry":[{"id":"104857600012345","time":1794819600000,"messaging":['
    rb'{"sender":{"id":"7012345678901234"},"recipient":{"id":"104857600012345"},'
    rb'"timestamp":1794819600000,"message":{"mid":"m_fr_0001",'
    rb'"text":"\u00cates-vous ouverts ?"}}]}]}'
)
SIGNATURE = "sha256=34dc6ea73fdb8fdf484bc589cb41d1f99828fb8110ad8562e02ddf7573795a96"


def send(
    sandbox: Sandbox, contact: str, text: str = "Bonjour", node: str = demo.PAGE_ID, **more: Any
) -> requests.Response:
    headers = {"Authorization": f"Bearer {more.pop('token', demo.PAGE_TOKEN)}"}
    message = {"text": text, **more}
    body = {"recipient": {"id": contact}, "messaging_type": "RESPONSE", "message": message}
    return requests.post(
        f"{sandbox.url}/graph/v26.0/{node}/messages", json=body, headers=headers, timeout=10
    )


def codes(answer: requests.Response) -> tuple[int, int, int | None]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("error_subcode")


def message_in(post: tuple[bytes, dict[str, str]]) -> Any:
    return json.loads(post[0])["entry"][0]["messaging"][0]


def test_the_signature_is_that_of_the_fact_sheet() -> None:
    assert meta.headers_for(BODY, secret=SECRET)["X-Hub-Signature-256"] == SIGNATURE


def test_a_person_who_writes_becomes_a_signed_webhook(sandbox: Sandbox) -> None:
    said = sandbox.post("/say", text="Êtes-vous ouverts ?")
    raw, headers = sandbox.product.posts[0]
    expected = hmac.new(demo.APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={expected}"
    assert headers["User-Agent"] == "facebookexternalua"
    assert rb"\u00cates-vous" in raw
    assert message_in((raw, headers))["message"] == {
        "mid": said["mid"],
        "text": "Êtes-vous ouverts ?",
    }
    assert said["status"] == 200


def test_instagram_speaks_its_own_object(sandbox: Sandbox) -> None:
    sandbox.post("/say", text="Coucou", account="instagram")
    document = json.loads(sandbox.product.posts[0][0])
    assert document["object"] == "instagram"
    assert document["entry"][0]["id"] == demo.INSTAGRAM_ID


def test_a_webhook_that_was_refused_comes_again(sandbox: Sandbox) -> None:
    sandbox.product.status = 503
    assert sandbox.post("/say", text="Bonjour")["status"] == 503
    sandbox.product.status = 200
    first, second = sandbox.wait_for_posts(2)
    assert first[0] == second[0]


def test_an_accepted_message_is_echoed_delivered_and_read(sandbox: Sandbox) -> None:
    answer = send(sandbox, "70123456789012345", "Bonsoir é", metadata="delivery:42")
    mid = answer.json()["message_id"]
    echo, delivery, read = (message_in(post) for post in sandbox.wait_for_posts(3))
    assert echo["message"] == {
        "mid": mid,
        "text": "Bonsoir é",
        "is_echo": True,
        "app_id": int(demo.APP_ID),
        "metadata": "delivery:42",
    }
    assert delivery["delivery"]["mids"] == [mid]
    assert read["read"]["watermark"] >= delivery["delivery"]["watermark"]


def test_instagram_echoes_name_neither_app_nor_metadata(sandbox: Sandbox) -> None:
    contact = sandbox.post("/say", text="Coucou", account="instagram")["contact"]
    send(sandbox, contact, node="me", metadata="delivery:1")
    echo = message_in(sandbox.wait_for_posts(2)[1])
    assert set(echo["message"]) == {"mid", "text", "is_echo"}
    assert echo["sender"]["id"] == demo.INSTAGRAM_ID


def test_echoes_can_be_held_and_sent_later(sandbox: Sandbox) -> None:
    sandbox.post("/options", echo=False)
    mid = send(sandbox, "70123456789012345").json()["message_id"]
    assert not wait_until(lambda: sandbox.product.posts, 0.4)
    sandbox.post("/options", echo=True)
    sandbox.post("/echo", mid=mid)
    assert message_in(sandbox.product.posts[0])["message"]["mid"] == mid


def test_the_owner_answers_by_hand(sandbox: Sandbox) -> None:
    contact = sandbox.post("/say", text="Bonjour")["contact"]
    sandbox.post("/human", contact=contact, text="Je prends le relais")
    echo = message_in(sandbox.product.posts[1])
    assert echo["message"]["app_id"] == demo.PAGE_INBOX_APP_ID
    assert echo["recipient"]["id"] == contact


@pytest.mark.parametrize(
    ("contact", "text", "node", "expected"),
    [
        ("70123456789012345", "  ", demo.PAGE_ID, (400, 100, 2018034)),
        ("70123456789012345", "a" * 2001, demo.PAGE_ID, (400, 100, None)),
        ("1122334455667788", "é" * 501, demo.INSTAGRAM_ID, (400, 100, None)),
        ("nobody", "Bonjour", demo.PAGE_ID, (400, 100, 2018001)),
        ("70123456789012345", "Bonjour", "1234567890", (400, 100, 33)),
    ],
)
def test_the_send_api_refuses_what_meta_refuses(
    sandbox: Sandbox, contact: str, text: str, node: str, expected: tuple[int, int, int | None]
) -> None:
    assert codes(send(sandbox, contact, text, node)) == expected


def test_a_wrong_token_is_dead(sandbox: Sandbox) -> None:
    assert codes(send(sandbox, "70123456789012345", token="EAABwrong")) == (401, 190, 463)


@pytest.mark.parametrize(("account", "subcode"), [("messenger", 2018278), ("instagram", 2534022)])
def test_after_a_day_the_window_is_closed(sandbox: Sandbox, account: str, subcode: int) -> None:
    contact = sandbox.post("/say", text="Bonjour", account=account, hours_ago=25)["contact"]
    node = demo.PAGE_ID if account == "messenger" else demo.INSTAGRAM_ID
    assert codes(send(sandbox, contact, node=node)) == (400, 10, subcode)


def test_an_app_secret_proof_is_checked(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/graph/v26.0/me"
    right = hmac.new(demo.APP_SECRET.encode(), demo.PAGE_TOKEN.encode(), hashlib.sha256)
    for proof, status in ((right.hexdigest(), 200), ("0" * 64, 400)):
        query = {"access_token": demo.PAGE_TOKEN, "appsecret_proof": proof}
        assert requests.get(url, params=query, timeout=5).status_code == status


def test_a_code_becomes_page_tokens(sandbox: Sandbox) -> None:
    app = {"client_id": demo.APP_ID, "client_secret": demo.APP_SECRET}
    token = "/graph/v26.0/oauth/access_token"
    short = sandbox.get(token, code=demo.AUTH_CODE, redirect_uri="http://x/", **app)
    exchange = {"grant_type": "fb_exchange_token", "fb_exchange_token": short["access_token"]}
    long = sandbox.get(token, **exchange, **app)["access_token"]
    first = sandbox.get("/graph/v26.0/me/accounts", limit=1, access_token=long)
    second = requests.get(first["paging"]["next"], timeout=5).json()
    third = requests.get(second["paging"]["next"], timeout=5).json()
    assert first["data"][0]["access_token"] == demo.PAGE_TOKEN
    assert second["data"][0]["id"] == demo.SECOND_PAGE_ID
    assert third["data"][0]["id"] == demo.THIRD_PAGE_ID
    assert "next" not in third["paging"]


def test_subscriptions_are_kept(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/graph/v26.0/{demo.PAGE_ID}/subscribed_apps"
    token = {"access_token": demo.PAGE_TOKEN}
    fields = {"subscribed_fields": "messages,message_echoes", **token}
    assert requests.post(url, params=fields, timeout=5).json() == {"success": True}
    listed = requests.get(url, params=token, timeout=5).json()["data"]
    assert listed[0]["subscribed_fields"] == ["messages", "message_echoes"]
