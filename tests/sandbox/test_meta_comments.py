"""Comments on Meta's stand-in: written, told, answered in public and in private, moderated."""

import hashlib
import hmac
import json
from typing import Any

import pytest
import requests

from sandbox import demo
from tests.sandbox.conftest import Sandbox
from tests.sandbox.meta import call, error_of, graph, instagram_token, pages_of, user_token
from tests.sandbox.test_meta import send

PAGE, INSTAGRAM = demo.PAGE_TOKEN, demo.INSTAGRAM_TOKEN


def comment(sandbox: Sandbox, account: str = "messenger", **more: Any) -> Any:
    said = {"text": "Quel est le prix ?", "name": "Zoé Martin", **more}
    return sandbox.post("/say", kind="comment", account=account, **said)


def entry_of(post: tuple[bytes, dict[str, str]]) -> Any:
    return json.loads(post[0])["entry"][0]


def value_of(post: tuple[bytes, dict[str, str]]) -> Any:
    [change] = entry_of(post)["changes"]
    return change["value"]


def reply(
    sandbox: Sandbox, comment_id: str, text: str = "Bonjour, 89 €.", **more: Any
) -> requests.Response:
    edge = more.pop("edge", "replies" if comment_id.startswith("179") else "comments")
    path = f"{comment_id}/{edge}"
    return call(sandbox, "POST", path, more.pop("token", PAGE), message=text)


def private_reply(sandbox: Sandbox, comment_id: str, node: str = "me") -> requests.Response:
    body = {"recipient": {"comment_id": comment_id}, "message": {"text": "En privé : 89 €."}}
    url = f"{sandbox.url}/graph/v26.0/{node}/messages"
    headers = {"Authorization": f"Bearer {PAGE}"}
    return requests.post(url, json=body, headers=headers, timeout=10)


def test_a_comment_on_a_page_is_told_in_seconds(sandbox: Sandbox) -> None:
    said = comment(sandbox)
    entry = entry_of(sandbox.product.posts[0])
    [change] = entry["changes"]
    value = change["value"]
    assert (entry["id"], change["field"], value["item"]) == (demo.PAGE_ID, "feed", "comment")
    assert (value["verb"], value["comment_id"]) == ("add", said["comment"])
    assert value["parent_id"] == value["post_id"] == demo.POST_ID
    assert value["from"] == {"id": said["contact"], "name": "Zoé Martin"}
    assert max(value["created_time"], entry["time"]) < 10**11


def test_a_comment_on_instagram_is_told_in_changes(sandbox: Sandbox) -> None:
    said = comment(sandbox, "instagram", media={"media_product_type": "REELS"})
    document = json.loads(sandbox.product.posts[0][0])
    assert document["object"] == "instagram"
    value = value_of(sandbox.product.posts[0])
    assert value["id"] == said["comment"]
    assert value["from"] == {"id": said["contact"], "username": "zoé.martin"}
    assert value["media"] == {"id": demo.MEDIA_ID, "media_product_type": "REELS"}
    assert not {"parent_id", "created_time"} & set(value)


@pytest.mark.parametrize("account", [demo.INSTAGRAM_ID, demo.SECOND_INSTAGRAM_ID])
def test_instagram_login_puts_the_field_on_the_entry_and_signs_itself(
    sandbox: Sandbox, account: str
) -> None:
    token = instagram_token(sandbox, accounts=[account])
    call(sandbox, "POST", "/me/subscribed_apps", token, subscribed_fields="messages,comments")
    comment(sandbox, account)
    sandbox.post("/say", text="Coucou", account=account)
    for raw, headers in sandbox.product.posts:
        key = demo.INSTAGRAM_APP_SECRET.encode()
        expected = hmac.new(key, raw, hashlib.sha256).hexdigest()
        assert headers["X-Hub-Signature-256"] == f"sha256={expected}"
    comments, messages = (entry_of(post) for post in sandbox.product.posts)
    assert (comments["field"], "changes" in comments) == ("comments", False)
    assert comments["id"] == messages["id"] == account


@pytest.mark.parametrize(
    ("verb", "told", "message"),
    [
        ("edited", "edited", "Quel est le prix svp ?"),
        ("remove", "remove", None),
        ("hide", "hide", "Quel est le prix ?"),
    ],
)
def test_changes_of_a_pages_comment_are_told(
    sandbox: Sandbox, verb: str, told: str, message: str | None
) -> None:
    said = comment(sandbox)
    changed = {"comment": said["comment"], "text": "Quel est le prix svp ?"}
    sandbox.post("/say", kind=f"comment_{verb}", **changed)
    value = value_of(sandbox.product.posts[1])
    assert (value["verb"], value.get("message")) == (told, message)


def test_nothing_is_told_of_changes_on_instagram(sandbox: Sandbox) -> None:
    said = comment(sandbox, "instagram")
    gone = sandbox.post("/say", kind="comment_remove", comment=said["comment"])
    assert gone["announced"] is False
    assert len(sandbox.product.posts) == 1
    assert "error" in sandbox.post("/say", kind="comment_edited", comment=said["comment"])


def test_an_author_may_be_left_out(sandbox: Sandbox) -> None:
    said = comment(sandbox, anonymous=True)
    assert "from" not in value_of(sandbox.product.posts[0])
    answer = private_reply(sandbox, said["comment"]).json()
    assert answer["recipient_id"] == said["contact"]


@pytest.mark.parametrize("account", ["messenger", "instagram"])
def test_a_public_reply_comes_back_as_our_own_comment(sandbox: Sandbox, account: str) -> None:
    said = comment(sandbox, account)
    made = reply(sandbox, said["comment"]).json()["id"]
    value = value_of(sandbox.wait_for_posts(2)[1])
    own = demo.PAGE_ID if account == "messenger" else demo.INSTAGRAM_ID
    assert value.get("comment_id", value.get("id")) == made
    assert (value["from"]["id"], value["parent_id"]) == (own, said["comment"])
    [logged] = sandbox.get("/calls", operation="comment_reply")["calls"]
    assert (logged["recipient"], logged["external_id"]) == (said["contact"], made)


def test_an_answer_to_an_answer_hangs_under_the_first_on_instagram(sandbox: Sandbox) -> None:
    top = comment(sandbox, "instagram")
    second = comment(sandbox, "instagram", parent=top["comment"])
    made = reply(sandbox, second["comment"]).json()["id"]
    shown = graph(sandbox, made, PAGE, fields="id,parent_id,text")
    assert shown == {"id": made, "parent_id": top["comment"], "text": "Bonjour, 89 €."}


@pytest.mark.parametrize("account", ["messenger", "instagram"])
def test_replies_are_refused_as_meta_refuses_them(sandbox: Sandbox, account: str) -> None:
    said = comment(sandbox, account)["comment"]
    assert reply(sandbox, said).ok
    assert error_of(reply(sandbox, said)) == (506, None)
    assert error_of(reply(sandbox, said, " ")) == (100, None)
    wrong = "comments" if account == "instagram" else "replies"
    assert error_of(reply(sandbox, said, edge=wrong)) == (2500, None)
    stranger = demo.page_token(demo.SECOND_PAGE_ID)
    assert error_of(reply(sandbox, said, "Autre", token=stranger)) == (100, 33)
    sandbox.post("/say", kind="comment_hide", comment=said)
    assert error_of(reply(sandbox, said, "Autre")) == (100, None)
    sandbox.post("/say", kind="comment_remove", comment=said)
    assert error_of(reply(sandbox, said, "Autre")) == (100, 33)


def test_a_declined_scope_keeps_from_replying(sandbox: Sandbox) -> None:
    said = comment(sandbox)
    user = user_token(sandbox, declined=["pages_manage_engagement"])
    token = pages_of(sandbox, user)[demo.PAGE_ID]
    assert error_of(reply(sandbox, said["comment"], token=token)) == (200, None)


@pytest.mark.parametrize(
    ("account", "used"), [("messenger", (10900, None)), ("instagram", (100, 2534025))]
)
def test_a_comment_allows_one_private_reply(
    sandbox: Sandbox, account: str, used: tuple[int, int | None]
) -> None:
    said = comment(sandbox, account)
    answer = private_reply(sandbox, said["comment"]).json()
    assert answer["recipient_id"] == said["contact"]
    echo = entry_of(sandbox.wait_for_posts(2)[1])["messaging"][0]
    assert (echo["message"]["mid"], echo["recipient"]["id"]) == (
        answer["message_id"],
        said["contact"],
    )
    assert error_of(private_reply(sandbox, said["comment"])) == used


@pytest.mark.parametrize(
    ("account", "late"), [("messenger", (100, None)), ("instagram", (100, 2534025))]
)
def test_after_seven_days_no_private_reply_is_taken(
    sandbox: Sandbox, account: str, late: tuple[int, int | None]
) -> None:
    said = comment(sandbox, account, hours_ago=24 * 7 + 1)
    assert error_of(private_reply(sandbox, said["comment"])) == late
    fresh = comment(sandbox, account, hours_ago=24 * 7 - 1)
    assert private_reply(sandbox, fresh["comment"]).ok


@pytest.mark.parametrize(("verb", "expected"), [("hide", (100, 2534025)), ("remove", (100, 33))])
def test_a_hidden_or_removed_comment_gets_no_private_reply(
    sandbox: Sandbox, verb: str, expected: tuple[int, int]
) -> None:
    said = comment(sandbox, "instagram")["comment"]
    sandbox.post("/say", kind=f"comment_{verb}", comment=said)
    assert error_of(private_reply(sandbox, said)) == expected


def test_a_private_reply_opens_no_window(sandbox: Sandbox) -> None:
    said = comment(sandbox)
    private_reply(sandbox, said["comment"])
    assert error_of(send(sandbox, said["contact"])) == (10, 2018278)
    sandbox.post("/say", contact=said["contact"], text="Merci !")
    assert send(sandbox, said["contact"]).ok


def test_comments_are_read_newest_first_with_their_replies(sandbox: Sandbox) -> None:
    texts = ["un", "deux", "trois"]
    made = [comment(sandbox, "instagram", text=text)["comment"] for text in texts]
    reply(sandbox, made[0], "Réponse")
    path, fields = f"{demo.MEDIA_ID}/comments", "id,text,username,replies{id,text}"
    first = graph(sandbox, path, PAGE, fields=fields, limit=2)
    second = requests.get(first["paging"]["next"], timeout=5).json()
    shown = first["data"] + second["data"]
    assert [row["text"] for row in shown] == texts[::-1]
    assert [row["text"] for row in shown[2]["replies"]["data"]] == ["Réponse"]
    assert set(shown[0]) == {"id", "text", "username"}


def test_a_pages_comment_is_read(sandbox: Sandbox) -> None:
    said = comment(sandbox)
    fields = "id,message,from,created_time,is_hidden"
    shown = graph(sandbox, said["comment"], PAGE, fields=fields)
    assert shown["message"] == "Quel est le prix ?"
    assert (shown["from"]["id"], shown["is_hidden"]) == (said["contact"], False)
    [listed] = graph(sandbox, f"{demo.POST_ID}/comments", PAGE)["data"]
    assert listed["id"] == said["comment"]


@pytest.mark.parametrize(("account", "field"), [("messenger", "is_hidden"), ("instagram", "hide")])
def test_the_product_hides_and_removes_a_comment(
    sandbox: Sandbox, account: str, field: str
) -> None:
    said = comment(sandbox, account)["comment"]
    assert call(sandbox, "POST", said, PAGE, **{field: "true"}).json() == {"success": True}
    shown = graph(sandbox, said, PAGE)
    assert shown.get("is_hidden", shown.get("hidden")) is True
    assert call(sandbox, "DELETE", said, PAGE).json() == {"success": True}
    assert error_of(call(sandbox, "GET", said, PAGE)) == (100, 33)


def test_the_owner_answers_in_public_by_hand(sandbox: Sandbox) -> None:
    said = comment(sandbox)
    sandbox.post("/human", comment=said["comment"], text="Je m'en occupe")
    value = value_of(sandbox.product.posts[1])
    assert (value["from"]["id"], value["message"]) == (demo.PAGE_ID, "Je m'en occupe")


def test_without_its_subscription_no_comment_is_told(sandbox: Sandbox) -> None:
    fields = {"subscribed_fields": "messages"}
    call(sandbox, "POST", f"{demo.PAGE_ID}/subscribed_apps", PAGE, **fields)
    assert comment(sandbox)["announced"] is False
    assert sandbox.post("/say", text="Bonjour")["announced"] is True
    assert len(sandbox.product.posts) == 1
