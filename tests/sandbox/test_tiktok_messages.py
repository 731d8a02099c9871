"""TikTok's messages: every event of the fact sheet, the window, the reading by hand."""

from typing import Any
from urllib.parse import quote

import pytest
import requests

from sandbox.tiktok.people import CANADA, FRANCE
from tests.sandbox.conftest import Sandbox
from tests.sandbox.tiktok import LINA, VIDEO, ZOE, Connected, Json
from tests.stack import wait_until

READING = {"conversation_type": "SINGLE"}


@pytest.fixture
def tiktok(sandbox: Sandbox) -> Connected:
    return Connected(sandbox)


def listed(tiktok: Connected, **query: Any) -> Json:
    data: Json = tiktok.get("business/message/conversation/list/", **{**READING, **query})["data"]
    return data


def contents(tiktok: Connected, conversation_id: str) -> Json:
    return tiktok.get("business/message/content/list/", conversation_id=conversation_id)


def events_of(tiktok: Connected) -> list[str]:
    return [tiktok.event(n + 1)[0]["event"] for n in range(len(tiktok.sandbox.product.posts))]


def test_a_message_is_told_with_all_its_fields(tiktok: Connected) -> None:
    said = tiktok.do("say", text="Bonjour, c’est encore dispo ?", person=ZOE)
    envelope, content = tiktok.event()
    assert envelope.pop("content")
    assert envelope == {
        "client_key": "7400000000000000001",
        "event": "im_receive_msg",
        "create_time": envelope["create_time"],
        "user_openid": CANADA.open_id,
    }
    assert content == {
        "from": "zoe.tremblay",
        "to": CANADA.username,
        "unique_identifier": ZOE,
        "from_user": {"id": ZOE, "role": "personal_account"},
        "to_user": {"id": CANADA.open_id, "role": "business_account"},
        "conversation_id": said["conversation_id"],
        "timestamp": content["timestamp"],
        "message_id": said["message_id"],
        "type": "text",
        "text": {"body": "Bonjour, c’est encore dispo ?"},
        "message_tag": {"source": "APP"},
        "is_follower": True,
    }
    assert content["timestamp"] // 1000 in (envelope["create_time"], envelope["create_time"] - 1)


@pytest.mark.parametrize(
    ("kind", "inside"),
    [
        ("image", "media_id"),
        ("video", "media_id"),
        ("sticker", "url"),
        ("emoji", "url"),
        ("share_post", "video_id"),
    ],
)
def test_other_kinds_are_told_by_their_own_field(tiktok: Connected, kind: str, inside: str) -> None:
    assert tiktok.do("event", event=kind) == {"status": 200}
    content = tiktok.event()[1]
    assert (content["type"], inside in content[kind]) == (kind, True)


def test_what_tiktok_does_not_pass_on_has_no_content(tiktok: Connected) -> None:
    tiktok.do("event", event="other")
    content = tiktok.event()[1]
    assert content["type"] == "other"
    assert "other" not in content


def test_a_quotation_names_the_message(tiktok: Connected) -> None:
    first = tiktok.do("say", text="Celui-ci ?")["message_id"]
    tiktok.do("say", text="Oui celui-ci", quoted=first)
    told = tiktok.event(2)[1]["referenced_message_info"]
    assert told == {"referenced_message_id": first}


def test_a_reaction_is_no_message(tiktok: Connected) -> None:
    conversation = tiktok.do("say", text="Bonjour")["conversation_id"]
    answer = tiktok.do("human", text="Bonjour !")["message_id"]
    tiktok.do("event", event="reaction", emoji="👍")
    content = tiktok.event(3)[1]
    assert content["type"] == "reaction"
    [reaction] = content["reaction"]
    assert (reaction["operation"], reaction["original_msg_id"]) == ("add", answer)
    read = contents(tiktok, conversation)["data"]["messages"]
    assert [one["message_type"] for one in read] == ["TEXT", "TEXT"]


def test_somebody_of_the_eea_is_told_of_without_a_word(tiktok: Connected) -> None:
    said = tiktok.do("say", text="Bonjour de Bruxelles", person=LINA)
    envelope, content = tiktok.event()
    assert envelope["event"] == "im_receive_msg_eu"
    assert set(content) == {"to", "to_user", "timestamp"}
    assert tiktok.do("event", event="read", person=LINA) == {"status": None}
    [one] = listed(tiktok)["conversations"]
    assert one["conversation_id"] == said["conversation_id"]
    [message] = contents(tiktok, one["conversation_id"])["data"]["messages"]
    assert message["text"] == {"body": "Bonjour de Bruxelles"}
    assert message["from_user"] == {"role": "PERSONAL_ACCOUNT", "id": LINA}


def test_an_accepted_message_is_echoed(tiktok: Connected) -> None:
    conversation = tiktok.do("say", text="Bonjour")["conversation_id"]
    sent = tiktok.send(conversation, "Bonjour ! Oui, en stock.")["data"]["message"]["message_id"]
    envelope, content = tiktok.event(2)
    assert (envelope["event"], content["message_id"]) == ("im_send_msg", sent)
    assert content["message_tag"] == {"source": "API"}
    assert content["to_user"] == {"id": ZOE, "role": "personal_account"}
    [call] = tiktok.sandbox.get("/calls", service="tiktok", operation="send")["calls"]
    assert (call["recipient"], call["external_id"]) == (conversation, sent)


def test_echoes_can_be_held_and_sent_later(tiktok: Connected) -> None:
    conversation = tiktok.do("say", text="Bonjour")["conversation_id"]
    tiktok.do_options(echo=False)
    sent = tiktok.send(conversation)["data"]["message"]["message_id"]
    assert not wait_until(lambda: len(tiktok.sandbox.product.posts) > 1, 0.3)
    tiktok.do("event", event="echo", message_id=sent)
    assert tiktok.event(2)[1]["message_id"] == sent


def test_the_owners_own_words_and_tiktoks_welcome_are_told(tiktok: Connected) -> None:
    tiktok.do_options(welcome=True)
    tiktok.do("say", text="Bonjour")
    tiktok.do("human", text="Je vous envoie une photo.")
    welcome, own = tiktok.event(2)[1], tiktok.event(3)[1]
    assert (welcome["auto_message_type"], welcome["message_tag"]) == (
        "welcome_message",
        {"source": "OTHERS"},
    )
    assert own["message_tag"] == {"source": "APP"}
    assert "auto_message_type" not in own


def test_reading_and_arriving_are_told(tiktok: Connected) -> None:
    for event in ("read", "ad", "link"):
        tiktok.do("event", event=event)
    assert events_of(tiktok) == ["im_mark_read_msg", "im_referral_msg", "im_referral_msg"]
    assert tiktok.event(1)[1]["read"]["last_read_timestamp"] > 0
    for number, source in ((2, "ad"), (3, "short_link")):
        content = tiktok.event(number)[1]
        assert content["referral"]["source"] == source
        assert not {"message_id", "type"} & set(content)


def test_an_interesting_comment_is_told_without_its_video(tiktok: Connected) -> None:
    comment = tiktok.do("say", text="Prix svp ?", video=VIDEO)["comment_id"]
    tiktok.do("event", event="high_intent", comment_id=comment)
    envelope, content = tiktok.event(2)
    assert envelope["event"] == "im_receive_high_intent_comment"
    assert set(content) == {"comment_id", "comment_text", "unique_identifier", "timestamp"}
    assert content["comment_id"] == comment


def test_what_was_refused_comes_again(tiktok: Connected) -> None:
    tiktok.sandbox.product.status = 503
    assert tiktok.do("say", text="Bonjour")["status"] == 503
    tiktok.sandbox.product.status = 200
    first, second = tiktok.sandbox.wait_for_posts(2)
    assert first[0] == second[0]


@pytest.mark.parametrize("same", [True, False])
def test_a_repetition_is_signed_anew_unless_asked(tiktok: Connected, same: bool) -> None:
    tiktok.do_options(same_signature=same)
    tiktok.sandbox.product.status = 503
    tiktok.do("say", text="Bonjour")
    tiktok.sandbox.product.status = 200
    (first, one), (second, two) = tiktok.sandbox.wait_for_posts(2)
    assert first == second
    assert (one["TikTok-Signature"] == two["TikTok-Signature"]) is same


def test_webhooks_can_come_twice_or_not_at_all(tiktok: Connected) -> None:
    tiktok.do_options(twice=True)
    tiktok.do("say", text="Deux fois")
    first, second = tiktok.sandbox.wait_for_posts(2)
    assert first[0] == second[0]
    tiktok.do_options(webhooks=False)
    assert tiktok.do("say", text="Jamais")["status"] is None
    conversation = listed(tiktok)["conversations"][0]["conversation_id"]
    assert contents(tiktok, conversation)["data"]["messages"][0]["text"]["body"] == "Jamais"
    assert not wait_until(lambda: len(tiktok.sandbox.product.posts) > 2, 0.3)


def test_the_app_chooses_where_its_events_go(tiktok: Connected) -> None:
    app = {"app_id": "7400000000000000001", "secret": "sandbox-tiktok-secret-7e2b"}
    about = {**app, "event_type": "DIRECT_MESSAGE"}
    usual = f"{tiktok.sandbox.product.url}/social-accounts/tiktok/webhook"
    told = tiktok.get("business/webhook/list/", **about)["data"]
    assert told["callback_url"] == usual
    assert tiktok.post("business/webhook/delete/", **about)["code"] == 0
    assert tiktok.do("say", text="Perdu")["status"] is None
    new = f"{tiktok.sandbox.product.url}/ailleurs"
    assert tiktok.post("business/webhook/update/", callback_url=new, **about)["code"] == 0
    assert tiktok.get("business/webhook/list/", **about)["data"]["callback_url"] == new
    assert tiktok.do("say", text="Arrivé")["status"] == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": "another"}, 40113),
        ({"event_type": "ANOTHER"}, 40002),
        ({"callback_url": "http://127.0.0.1:1/"}, 40002),
    ],
)
def test_a_wrong_address_is_refused(tiktok: Connected, changes: dict[str, str], code: int) -> None:
    right = {
        "app_id": "7400000000000000001",
        "secret": "sandbox-tiktok-secret-7e2b",
        "event_type": "COMMENT",
        "callback_url": f"{tiktok.sandbox.product.url}/x",
    }
    assert tiktok.post("business/webhook/update/", **{**right, **changes})["code"] == code


def test_ten_messages_follow_a_persons_last_one(tiktok: Connected) -> None:
    conversation = tiktok.do("say", text="Bonjour")["conversation_id"]
    codes = [tiktok.send(conversation, f"Message {n}")["code"] for n in range(11)]
    assert codes == [0] * 10 + [40064]
    tiktok.do("say", text="Encore là")
    assert tiktok.send(conversation)["code"] == 0


@pytest.mark.parametrize(("hours", "code"), [(47, 0), (48.1, 40064)])
def test_after_two_days_nobody_is_answered(tiktok: Connected, hours: float, code: int) -> None:
    conversation = tiktok.do("say", text="Bonjour", hours_ago=hours)["conversation_id"]
    assert tiktok.send(conversation)["code"] == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"text": {"body": "é" * 6000}}, 0),
        ({"text": {"body": "é" * 6001}}, 40002),
        ({"text": {"body": ""}}, 40002),
        ({"text": "Bonjour"}, 40002),
        ({"recipient": "another"}, 40002),
        ({"recipient_type": "USER"}, 40002),
        ({"message_type": "VIDEO"}, 40002),
        ({"message_type": "IMAGE", "image": {"media_id": "m"}}, 40118),
        ({"referenced_message_info": {"referenced_message_id": "another"}}, 40002),
        ({"direct_reply": {"reply_type": "COMMENT_REPLY"}}, 40118),
        ({"message_type": "SHARE_POST", "share_post": {"item_id": VIDEO}}, 0),
        ({"message_type": "SHARE_POST", "share_post": {"item_id": "1"}}, 40002),
    ],
)
def test_a_message_is_checked(tiktok: Connected, message: Json, code: int) -> None:
    conversation = tiktok.do("say", text="Bonjour")["conversation_id"]
    assert tiktok.send(conversation, **message)["code"] == code


def test_a_card_has_one_to_three_short_buttons(tiktok: Connected) -> None:
    conversation = tiktok.do("say", text="Bonjour")["conversation_id"]
    button = {"type": "REPLY", "title": "Oui", "id": "yes"}
    card = {"type": "QA_BUTTON_CARD", "title": "En stock ?", "buttons": [button]}
    for changes, code in (
        ({}, 0),
        ({"buttons": []}, 40002),
        ({"buttons": [{**button, "title": "x" * 21}]}, 40002),
        ({"title": "x" * 41}, 40002),
    ):
        sent = tiktok.send(conversation, message_type="TEMPLATE", template={**card, **changes})
        assert sent["code"] == code


def test_typing_has_no_message(tiktok: Connected) -> None:
    conversation = tiktok.do("say", text="Bonjour")["conversation_id"]
    action = {"message_type": "SENDER_ACTION", "sender_action": "TYPING"}
    assert tiktok.send(conversation, **action)["data"] == {"message": {"message_id": ""}}
    action["sender_action"] = "DANCE"
    assert tiktok.send(conversation, **action)["code"] == 40002


def test_an_account_of_the_eea_has_no_messages(sandbox: Sandbox) -> None:
    french = Connected(sandbox, FRANCE.username)
    said = french.do("say", text="Bonjour")
    assert said["status"] is None
    assert french.send(said["conversation_id"])["code"] == 40118
    assert french.get("business/message/conversation/list/", **READING)["code"] == 40118


def test_without_its_scope_nothing_is_read_sent_or_announced(sandbox: Sandbox) -> None:
    limited = Connected(sandbox, scope="user.info.basic,comment.list")
    said = limited.do("say", text="Bonjour")
    assert said["status"] is None
    assert limited.send(said["conversation_id"])["code"] == 40001
    assert limited.get("business/message/conversation/list/", **READING)["code"] == 40001


def test_conversations_are_listed_without_names(tiktok: Connected) -> None:
    for number in range(5):
        tiktok.do("say", text="Bonjour", person=f"uniq_{number}")
    first = listed(tiktok, limit=3)
    second = listed(tiktok, limit=3, cursor=first["cursor"])
    assert (first["has_more"], second["has_more"]) == (True, False)
    every = first["conversations"] + second["conversations"]
    assert len({one["conversation_id"] for one in every}) == 5
    assert all(set(one) == {"conversation_id", "update_time", "referral"} for one in every)
    assert tiktok.get("business/message/conversation/list/")["code"] == 40002


def test_a_stranger_is_heard_once_the_owner_accepts(tiktok: Connected) -> None:
    tiktok.do_options(everyone_can_message=False)
    said = tiktok.do("say", text="Bonjour")
    assert said["status"] is None
    assert listed(tiktok)["conversations"] == []
    assert len(listed(tiktok, conversation_type="STRANGER")["conversations"]) == 1
    assert tiktok.send(said["conversation_id"])["code"] == 40064
    tiktok.do("event", event="accept")
    assert tiktok.send(said["conversation_id"])["code"] == 0
    assert tiktok.do("say", text="Toujours là")["status"] == 200


def test_the_twenty_newest_messages_are_read(tiktok: Connected) -> None:
    for number in range(22):
        conversation = tiktok.do("say", text=f"Message {number}")["conversation_id"]
    data = contents(tiktok, conversation)["data"]
    assert [one["text"]["body"] for one in data["messages"]] == [
        f"Message {number}" for number in range(21, 1, -1)
    ]
    roles = {one["role"]: one["id"] for one in data["participants"]}
    assert roles == {"PERSONAL_ACCOUNT": ZOE, "BUSINESS_ACCOUNT": CANADA.open_id}


def test_a_conversations_id_must_be_encoded(tiktok: Connected) -> None:
    conversation = tiktok.do("say", text="Bonjour")["conversation_id"]
    assert "+" in conversation
    for written, code in ((conversation, 40002), (quote(conversation, safe=""), 0)):
        query = f"business_id={tiktok.open_id}&conversation_id={written}"
        url = f"{tiktok.url('business/message/content/list/')}?{query}"
        answer = requests.get(url, headers={"Access-Token": tiktok.token}, timeout=5)
        assert answer.json()["code"] == code


def test_a_message_accepted_before_the_answer_stalls_is_there(tiktok: Connected) -> None:
    conversation = tiktok.do("say", text="Bonjour")["conversation_id"]
    faults = [
        {"kind": "timeout_after_acceptance", "seconds": 0.1},
        {"kind": "error", "code": 50000, "accepted": True},
    ]
    for number, fault in enumerate(faults):
        tiktok.sandbox.post("/faults", service="tiktok", **fault)
        assert tiktok.send(conversation, f"Envoi {number}")["code"] == (50000 if number else 0)
    said = contents(tiktok, conversation)["data"]["messages"]
    assert [one["text"]["body"] for one in said] == ["Envoi 1", "Envoi 0", "Bonjour"]


def test_a_second_has_so_many_messages(tiktok: Connected) -> None:
    conversation = tiktok.do("say", text="Bonjour")["conversation_id"]
    tiktok.do_options(messages_per_second=2)
    codes = [tiktok.send(conversation)["code"] for _ in range(3)]
    assert codes == [0, 0, 40100]
