"""Every other event of Meta's, sent on request: its place, its shape, batches and tests."""

import json
from typing import Any

import pytest

from sandbox import demo
from tests.sandbox.conftest import Sandbox
from tests.sandbox.meta import call, error_of, instagram_token
from tests.sandbox.test_meta import send

CONTACT = "70123456789012345"
# Kind, what is asked besides, the key inside the item, what stands there at least.
MESSAGING: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("attachment", {"type": "sticker"}, "message", {}),
    ("quick_reply", {"payload": "SUIVI"}, "message", {"quick_reply": {"payload": "SUIVI"}}),
    ("story_mention", {}, "message", {}),
    ("unsupported", {}, "message", {"is_unsupported": True}),
    ("postback", {"title": "Aide"}, "postback", {"title": "Aide", "payload": "GET_STARTED"}),
    ("reaction", {"mid": "m_1"}, "reaction", {"mid": "m_1", "action": "react"}),
    ("unreact", {"mid": "m_1"}, "reaction", {"mid": "m_1", "action": "unreact"}),
    ("edit", {"mid": "m_1", "text": "Oh"}, "message_edit", {"text": "Oh", "num_edit": 1}),
    ("unsend", {"mid": "m_1"}, "message", {"mid": "m_1", "is_deleted": True}),
    ("referral", {}, "referral", {"source": "SHORTLINK", "type": "OPEN_THREAD"}),
    ("delivery", {"mid": "m_1"}, "delivery", {"mids": ["m_1"]}),
    ("pass_thread_control", {}, "pass_thread_control", {"new_owner_app_id": demo.APP_ID}),
    ("take_thread_control", {}, "take_thread_control", {"previous_owner_app_id": demo.APP_ID}),
    ("request_thread_control", {}, "request_thread_control", {"metadata": ""}),
    ("app_roles", {}, "app_roles", {demo.APP_ID: ["primary_receiver"]}),
]


def entries(sandbox: Sandbox) -> list[Any]:
    return [entry for raw, _ in sandbox.product.posts for entry in json.loads(raw)["entry"]]


@pytest.mark.parametrize(
    ("kind", "asked", "key", "expected"), MESSAGING, ids=[row[0] for row in MESSAGING]
)
def test_each_kind_has_its_shape(
    sandbox: Sandbox, kind: str, asked: dict[str, Any], key: str, expected: dict[str, Any]
) -> None:
    sandbox.post("/meta/event", kind=kind, contact=CONTACT, **asked)
    [entry] = entries(sandbox)
    [item] = entry["messaging"]
    assert (item["sender"]["id"], item["recipient"]["id"]) == (CONTACT, demo.PAGE_ID)
    assert expected.items() <= item[key].items()


@pytest.mark.parametrize(
    ("kind", "asked", "expected"),
    [
        ("image", {}, {"type", "payload"}),
        ("fallback", {"url": "https://exemple.fr/robe"}, {"type", "title", "url"}),
    ],
)
def test_attachments_are_kept_in_the_thread(
    sandbox: Sandbox, kind: str, asked: dict[str, Any], expected: set[str]
) -> None:
    sent = sandbox.post("/meta/event", kind="attachment", contact=CONTACT, type=kind, **asked)
    message = entries(sandbox)[0]["messaging"][0]["message"]
    [one] = message["attachments"]
    assert (one["type"], set(one), "text" in message) == (kind, expected, False)
    assert sent["mids"] == [message["mid"]]
    assert send(sandbox, CONTACT).ok


def test_instagram_reads_by_message_and_the_page_by_watermark(sandbox: Sandbox) -> None:
    for account, key in (("messenger", "watermark"), ("instagram", "mid")):
        sandbox.post("/meta/event", kind="read", account=account, contact=CONTACT, mid="m_1")
        assert list(entries(sandbox)[-1]["messaging"][0]["read"]) == [key]


def test_a_story_is_answered(sandbox: Sandbox) -> None:
    sandbox.post("/meta/event", kind="story_reply", account="instagram", text="Trop beau 😍")
    message = entries(sandbox)[0]["messaging"][0]["message"]
    assert set(message["reply_to"]["story"]) == {"id", "url"}


def test_while_another_app_controls_the_thread_sending_waits(sandbox: Sandbox) -> None:
    sandbox.post("/meta/event", kind="standby", contact=CONTACT, text="Allô ?")
    assert entries(sandbox)[0]["standby"][0]["message"]["text"] == "Allô ?"
    assert error_of(send(sandbox, CONTACT)) == (10, 2018300)
    sandbox.post("/meta/event", kind="pass_thread_control", contact=CONTACT)
    assert send(sandbox, CONTACT).ok


def test_a_postback_in_standby_has_no_payload(sandbox: Sandbox) -> None:
    sandbox.post("/meta/event", kind="standby", contact=CONTACT, postback=True)
    assert set(entries(sandbox)[0]["standby"][0]["postback"]) == {"mid", "title"}


@pytest.mark.parametrize(
    ("kind", "asked", "field"),
    [
        ("live_comment", {}, "live_comments"),
        ("mention", {"comment": "17900000000000031"}, "mentions"),
        ("edit_change", {"mid": "m_1", "text": "Oh"}, "message_edit"),
        ("reaction_change", {"mid": "m_1"}, "message_reactions"),
    ],
)
def test_some_kinds_come_in_changes(
    sandbox: Sandbox, kind: str, asked: dict[str, Any], field: str
) -> None:
    sandbox.post("/meta/event", kind=kind, account="instagram", contact=CONTACT, **asked)
    [entry] = entries(sandbox)
    assert [change["field"] for change in entry["changes"]] == [field]


@pytest.mark.parametrize(("kind", "field"), [("test", "messages"), ("test_comment", "comments")])
def test_the_dashboards_test_has_a_shape_of_its_own(
    sandbox: Sandbox, kind: str, field: str
) -> None:
    sandbox.post("/meta/event", kind=kind, account="instagram")
    [entry] = entries(sandbox)
    assert (entry["id"], entry["changes"][0]["field"]) == ("0", field)


def test_a_batch_over_several_accounts_is_one_call_per_object(sandbox: Sandbox) -> None:
    batch = [
        {"kind": "message", "text": "Un"},
        {"kind": "message", "text": "Deux", "account": demo.SECOND_PAGE_ID},
        {"kind": "reaction", "mid": "m_1", "contact": CONTACT},
        {"kind": "message", "text": "Trois", "account": "instagram"},
    ]
    sent = sandbox.post("/meta/event", batch=batch, force=True)
    assert sent["statuses"] == [200, 200]
    assert [entry["id"] for entry in entries(sandbox)] == [
        demo.PAGE_ID,
        demo.SECOND_PAGE_ID,
        demo.PAGE_ID,
        demo.INSTAGRAM_ID,
    ]


def test_ready_items_are_completed_and_sent_as_they_are(sandbox: Sandbox) -> None:
    item = {"message": {"mid": "m_ready", "text": "Prêt"}, "timestamp": 1794819600000}
    sandbox.post("/meta/event", contact=CONTACT, messaging=[item])
    [sent] = entries(sandbox)[0]["messaging"]
    assert item.items() <= sent.items()
    assert sent["sender"] == {"id": CONTACT}
    whole = {"id": "1", "time": 1, "field": "new", "value": {}}
    sandbox.post("/meta/event", entry=[whole])
    assert entries(sandbox)[-1] == whole


def test_the_same_bytes_may_come_again_or_be_signed_wrongly(sandbox: Sandbox) -> None:
    sandbox.post("/meta/event", kind="message", text="Bonjour", times=3)
    assert len({raw for raw, _ in sandbox.product.posts}) == 1
    assert len(sandbox.product.posts) == 3
    sandbox.product.posts.clear()
    sandbox.post("/meta/event", kind="test", signature="wrong")
    sandbox.post("/meta/event", kind="test")
    wrong, right = (headers["X-Hub-Signature-256"] for _, headers in sandbox.product.posts)
    assert wrong != right


def test_instagram_login_hears_only_what_it_subscribed_to(sandbox: Sandbox) -> None:
    token = instagram_token(sandbox)
    fields = {"subscribed_fields": "messages,messaging_seen"}
    call(sandbox, "POST", "/me/subscribed_apps", token, **fields)
    told = {
        kind: sandbox.post(
            "/meta/event", kind=kind, account="instagram", contact=CONTACT, mid="m_1"
        )["announced"]
        for kind in ("message", "read", "reaction", "mention")
    }
    assert told == {"message": 1, "read": 1, "reaction": 0, "mention": 0}


def test_an_unknown_kind_is_refused_with_what_exists(sandbox: Sandbox) -> None:
    assert "postback" in sandbox.post("/meta/event", kind="nonsense")["error"]
    assert "mid" in sandbox.post("/meta/event", kind="reaction", contact="1")["error"]
