"""TikTok's comments: events with numbers, lists with texts, answers, hiding; the visitor's page."""

from typing import Any

import pytest
import requests

from sandbox.tiktok.people import CANADA, FRANCE, PERSONAL, VIDEOS
from tests.sandbox.conftest import Sandbox
from tests.sandbox.tiktok import VIDEO, YOUSSEF, ZOE, Connected, Json

REPLY = "business/comment/reply/create/"


@pytest.fixture
def tiktok(sandbox: Sandbox) -> Connected:
    return Connected(sandbox)


def comment(tiktok: Connected, text: str = "Trop stylé, dispo en 42 ?", **more: Any) -> Json:
    return tiktok.do("say", text=text, video=VIDEO, **more)


def listed(tiktok: Connected, **query: Any) -> Json:
    data: Json = tiktok.get("business/comment/list/", **{"video_id": VIDEO, **query})["data"]
    return data


def reply(tiktok: Connected, comment_id: str, text: str = "Oui, du 36 au 44 !") -> Json:
    return tiktok.post(REPLY, video_id=VIDEO, comment_id=comment_id, text=text)


def test_a_comment_is_told_with_numbers(tiktok: Connected) -> None:
    written = comment(tiktok)
    envelope, content = tiktok.event()
    assert (envelope["event"], envelope["user_openid"]) == ("comment.update", CANADA.open_id)
    assert content == {
        "comment_id": int(written["comment_id"]),
        "video_id": int(VIDEO),
        "parent_comment_id": 0,
        "comment_type": "comment",
        "comment_action": "insert",
        "unique_identifier": ZOE,
        "timestamp": content["timestamp"],
        "text": "Trop stylé, dispo en 42 ?",
    }
    assert len(written["comment_id"]) == 19
    raw = tiktok.sandbox.product.posts[0][0].decode()
    assert f'\\"comment_id\\":{written["comment_id"]},' in raw


def test_every_action_is_told(tiktok: Connected) -> None:
    first = comment(tiktok)["comment_id"]
    second = comment(tiktok, "Oui j’ai vu", parent=first, person=YOUSSEF)["comment_id"]
    for name in ("hide", "friends", "show", "delete"):
        assert tiktok.do("event", event=name, comment_id=second) == {"status": 200}
    told = [tiktok.event(number)[1] for number in range(1, 7)]
    assert [one["comment_action"] for one in told] == [
        "insert",
        "insert",
        "set_to_hidden",
        "set_to_friends_only",
        "set_to_public",
        "delete",
    ]
    assert told[1]["parent_comment_id"] == int(first)
    assert told[1]["comment_type"] == "reply"
    assert "text" not in told[-1]


def test_the_text_may_be_missing(tiktok: Connected) -> None:
    tiktok.do_options(comment_text=False)
    comment(tiktok)
    assert "text" not in tiktok.event()[1]


def test_an_answer_is_kept_told_and_listed(tiktok: Connected) -> None:
    asked = comment(tiktok)["comment_id"]
    data = reply(tiktok, asked)["data"]
    assert data == {
        "comment_id": data["comment_id"],
        "parent_comment_id": asked,
        "video_id": VIDEO,
        "create_time": data["create_time"],
        "text": "Oui, du 36 au 44 !",
        "unique_identifier": CANADA.open_id,
    }
    assert all(isinstance(value, str) for value in data.values())
    told = tiktok.event(2)[1]
    assert (told["comment_id"], told["unique_identifier"]) == (
        int(data["comment_id"]),
        CANADA.open_id,
    )
    query = {"video_id": VIDEO, "comment_id": asked}
    [read] = tiktok.get("business/comment/reply/list/", **query)["data"]["comments"]
    assert (read["comment_id"], read["owner"]) == (data["comment_id"], True)
    [above] = listed(tiktok, include_replies="true")["comments"]
    assert [one["text"] for one in above["reply_list"]] == ["Oui, du 36 au 44 !"]
    assert (above["username"], above["replies"]) == ("zoe.tremblay", 1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": "é" * 1200}, 0),
        ({"text": "é" * 1201}, 40002),
        ({"text": ""}, 40002),
        ({"comment_id": "7500000000000000009"}, 40007),
        ({"video_id": "7500000000000000009"}, 40007),
        ({"comment_id": 7500000000000000009}, 40002),
    ],
)
def test_an_answer_is_checked(tiktok: Connected, changes: Json, code: int) -> None:
    right = {"video_id": VIDEO, "comment_id": comment(tiktok)["comment_id"], "text": "Oui"}
    assert tiktok.post(REPLY, **{**right, **changes})["code"] == code


def test_a_deleted_comment_is_not_answered(tiktok: Connected) -> None:
    asked = comment(tiktok)["comment_id"]
    tiktok.do("event", event="delete", comment_id=asked)
    assert reply(tiktok, asked)["code"] == 40007
    assert listed(tiktok)["comments"] == []


def test_an_identical_answer_may_be_hidden_without_a_word(tiktok: Connected) -> None:
    tiktok.do_options(repeats_are_hidden=True)
    asked = comment(tiktok)["comment_id"]
    first, second = reply(tiktok, asked), reply(tiktok, asked)
    assert (first["code"], second["code"]) == (0, 0)
    chosen = f'["{first["data"]["comment_id"]}","{second["data"]["comment_id"]}"]'
    seen = {
        one["comment_id"]: one["status"] for one in listed(tiktok, comment_ids=chosen)["comments"]
    }
    assert seen[first["data"]["comment_id"]] == "PUBLIC"
    assert seen[second["data"]["comment_id"]] == "HIDDEN"


def test_comments_come_page_by_page_and_a_page_may_be_short(tiktok: Connected) -> None:
    ids = [comment(tiktok, f"Commentaire {n}")["comment_id"] for n in range(5)]
    tiktok.do("event", event="hide", comment_id=ids[4])
    first = listed(tiktok, max_count=2, status="PUBLIC")
    assert [one["comment_id"] for one in first["comments"]] == [ids[3]]
    assert first["has_more"] is True
    rest = listed(tiktok, max_count=30, cursor=first["cursor"], status="PUBLIC")
    assert [one["comment_id"] for one in rest["comments"]] == [ids[2], ids[1], ids[0]]
    assert rest["has_more"] is False


@pytest.mark.parametrize(
    "query", [{"max_count": 31}, {"max_count": 0}, {"comment_ids": "7"}, {"video_id": ""}]
)
def test_a_list_is_checked(tiktok: Connected, query: Json) -> None:
    answer = tiktok.get("business/comment/list/", **{"video_id": VIDEO, **query})
    assert answer["code"] == 40002


def test_comments_no_webhook_announced_are_listed(tiktok: Connected) -> None:
    tiktok.do_options(webhooks=False)
    written = comment(tiktok)
    assert written["status"] is None
    assert [one["comment_id"] for one in listed(tiktok)["comments"]] == [written["comment_id"]]


def test_hiding_and_deleting(tiktok: Connected) -> None:
    asked = comment(tiktok)["comment_id"]
    mine = reply(tiktok, asked)["data"]["comment_id"]
    hide = {"comment_id": asked, "video_id": VIDEO}
    assert tiktok.post("business/comment/hide/", action="HIDE", **hide)["code"] == 0
    assert listed(tiktok, status="PUBLIC")["comments"] == []
    assert tiktok.post("business/comment/hide/", action="UNHIDE", **hide)["code"] == 0
    assert tiktok.post("business/comment/delete/", comment_id=asked)["code"] == 40001
    assert tiktok.post("business/comment/delete/", comment_id=mine)["code"] == 0
    told = {tiktok.event(number)[1]["comment_action"] for number in range(1, 6)}
    assert told == {"insert", "set_to_hidden", "set_to_public", "delete"}


def test_a_french_account_has_comments(sandbox: Sandbox) -> None:
    french = Connected(sandbox, FRANCE.username)
    videos = french.get("business/video/list/", fields='["item_id","caption"]')["data"]["videos"]
    assert [one["item_id"] for one in videos] == [
        video.item_id for video in VIDEOS if video.owner == FRANCE.open_id
    ]
    written = french.do("say", text="Où est la boutique ?", video=videos[0]["item_id"])
    assert written["status"] == 200
    assert french.event()[0]["user_openid"] == FRANCE.open_id
    assert french.get("business/video/list/", fields='["x"]')["code"] == 40002


def test_a_personal_account_has_nothing(sandbox: Sandbox) -> None:
    personal = Connected(sandbox, PERSONAL.username)
    assert personal.get("business/comment/list/", video_id=VIDEO)["code"] == 40001


def browse(tiktok: Connected) -> requests.Session:
    browser = requests.Session()
    page = browser.get(f"{tiktok.sandbox.url}/tiktok", timeout=5)
    assert page.ok
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
    return browser


def press(tiktok: Connected, browser: requests.Session, **form: str) -> requests.Response:
    token = browser.cookies["sandbox_csrf"]
    fields = {"csrfmiddlewaretoken": token, "account": CANADA.username, "person": ZOE, **form}
    return browser.post(f"{tiktok.sandbox.url}/tiktok/act", data=fields, timeout=5)


def test_a_visitor_writes_comments_and_answers_as_the_owner(tiktok: Connected) -> None:
    browser = browse(tiktok)
    assert "&lt;b&gt;Bonjour" in press(tiktok, browser, do="say", text="<b>Bonjour").text
    assert "À la main !" in press(tiktok, browser, do="by_hand", text="À la main !").text
    page = press(tiktok, browser, do="comment", video=VIDEO, text="Prix svp ?")
    assert "Prix svp ?" in page.text
    [written] = tiktok.sandbox.get("/tiktok/comments", account=CANADA.username)["comments"]
    chosen = {"parent": written["comment_id"], "video": VIDEO}
    assert "89 €" in press(tiktok, browser, do="reply_by_hand", text="89 €", **chosen).text
    assert "masqué" in press(tiktok, browser, do="hide", **chosen).text
    assert "Prix svp ?" not in press(tiktok, browser, do="delete", **chosen).text
    press(tiktok, browser, do="event", event="sticker")
    assert "accès a été retiré" in press(tiktok, browser, do="revoke").text
    assert tiktok.get("business/get/")["code"] == 40105
    names = [tiktok.event(n + 1)[0]["event"] for n in range(len(tiktok.sandbox.product.posts))]
    assert names == [
        "im_receive_msg",
        "im_send_msg",
        *["comment.update"] * 4,
        "im_receive_msg",
        "authorization.removed",
    ]


def test_the_page_says_what_is_missing(tiktok: Connected) -> None:
    browser = browse(tiktok)
    answer = press(tiktok, browser, do="say", text=" ")
    assert (answer.status_code, "Écrivez" in answer.text) == (400, True)


def test_the_phone_leads_here(tiktok: Connected) -> None:
    assert 'href="/tiktok"' in requests.get(tiktok.sandbox.url, timeout=5).text
