"""Conversations and people on Meta's stand-in: what can be read beside the webhooks."""

from typing import Any

import pytest
import requests

from sandbox import demo
from tests.sandbox.conftest import Sandbox
from tests.sandbox.meta import call, error_of, graph, instagram_token
from tests.sandbox.test_meta import send

TOKEN = demo.PAGE_TOKEN
MESSAGES = "messages{id,created_time,from,to,message,attachments}"


def say(sandbox: Sandbox, text: str, **more: Any) -> Any:
    return sandbox.post("/say", text=text, **more)


def conversations(sandbox: Sandbox, token: str = TOKEN, **query: Any) -> Any:
    fields = "id,updated_time,participants"
    return graph(sandbox, f"{demo.PAGE_ID}/conversations", token, fields=fields, **query)


@pytest.mark.parametrize("platform", ["messenger", "instagram"])
def test_conversations_are_listed_per_network(sandbox: Sandbox, platform: str) -> None:
    said = {kind: say(sandbox, "Bonjour", account=kind) for kind in ("messenger", "instagram")}
    [row] = conversations(sandbox, platform=platform)["data"]
    ids = [person["id"] for person in row["participants"]["data"]]
    own = demo.PAGE_ID if platform == "messenger" else demo.INSTAGRAM_ID
    assert ids == [said[platform]["contact"], own]
    assert row["updated_time"].endswith("+0000")


def test_the_newest_talk_comes_first_page_by_page(sandbox: Sandbox) -> None:
    people = [say(sandbox, "Bonjour", hours_ago=hours)["contact"] for hours in (1, 3, 2)]
    first = conversations(sandbox, limit=2)
    second = requests.get(first["paging"]["next"], timeout=5).json()
    shown = [row["participants"]["data"][0]["id"] for row in first["data"] + second["data"]]
    assert shown == [people[0], people[2], people[1]]
    assert "next" not in second["paging"]


def test_a_conversation_tells_what_no_webhook_announced(sandbox: Sandbox) -> None:
    first = say(sandbox, "Bonjour", name="Zoé Martin")
    sandbox.post("/options", webhooks=False)
    held = say(sandbox, "Vous êtes là ?", contact=first["contact"])
    assert (held["announced"], held["status"]) == (False, 202)
    assert len(sandbox.product.posts) == 1
    sandbox.post("/options", webhooks=True)
    sent = send(sandbox, first["contact"], "Oui !").json()["message_id"]
    [row] = conversations(sandbox)["data"]
    rows = graph(sandbox, row["id"], TOKEN, fields=MESSAGES)["messages"]["data"]
    assert [one["id"] for one in rows] == [sent, held["mid"], first["mid"]]
    assert rows[1]["from"] == {"name": "Zoé Martin", "id": first["contact"]}
    assert rows[0]["from"]["id"] == rows[1]["to"]["data"][0]["id"] == demo.PAGE_ID
    assert rows[0]["message"] == "Oui !"


def test_a_visitor_may_silence_every_webhook(sandbox: Sandbox) -> None:
    sandbox.post("/faults", service="graph", kind="webhooks_off", times=None)
    assert say(sandbox, "Bonjour")["announced"] is False
    sandbox.delete("/faults")
    assert say(sandbox, "Bonjour")["announced"] is True
    assert len(conversations(sandbox)["data"]) == 2


def test_twenty_messages_can_be_read(sandbox: Sandbox) -> None:
    contact = say(sandbox, "Message 0")["contact"]
    for number in range(1, 23):
        say(sandbox, f"Message {number}", contact=contact)
    [row] = conversations(sandbox, user_id=contact)["data"]
    rows = graph(sandbox, row["id"], TOKEN, fields=MESSAGES)["messages"]["data"]
    assert [one["message"] for one in rows] == [f"Message {n}" for n in range(22, 2, -1)]
    fewer = graph(sandbox, row["id"], TOKEN, fields="messages.limit(3){message}")
    assert len(fewer["messages"]["data"]) == 3
    edge = graph(sandbox, f"{row['id']}/messages", TOKEN, fields="message", limit=5)
    assert [set(one) for one in edge["data"]] == [{"id", "message"}] * 5


def test_older_messages_are_named_but_cannot_be_read(sandbox: Sandbox) -> None:
    contact = say(sandbox, "Message 0")["contact"]
    for number in range(1, 22):
        say(sandbox, f"Message {number}", contact=contact)
    [row] = graph(sandbox, "me/conversations", TOKEN, fields=MESSAGES)["data"]
    for messages in (
        row["messages"],
        graph(sandbox, row["id"], TOKEN, fields=MESSAGES)["messages"],
    ):
        older = requests.get(messages["paging"]["next"], timeout=5).json()
        assert [set(one) for one in older["data"]] == [{"id", "created_time"}] * 2
        assert "next" not in older["paging"]


def test_instagram_login_reads_its_own(sandbox: Sandbox) -> None:
    said = say(sandbox, "Coucou", account="instagram", name="Zoé M")
    token = instagram_token(sandbox)
    path = "/me/conversations"
    [row] = graph(sandbox, path, token, platform="instagram", fields="participants")["data"]
    assert row["participants"]["data"][0] == {"username": "zoé.m", "id": said["contact"]}
    rows = graph(sandbox, f"/{row['id']}", token, fields=MESSAGES)["messages"]["data"]
    assert rows[0]["id"] == said["mid"]


def test_another_pages_conversations_do_not_exist(sandbox: Sandbox) -> None:
    say(sandbox, "Bonjour")
    [row] = conversations(sandbox)["data"]
    other = demo.page_token(demo.SECOND_PAGE_ID)
    assert error_of(call(sandbox, "GET", row["id"], other)) == (100, 33)
    assert graph(sandbox, "me/conversations", other)["data"] == []
    for node in ("t_nonsense", "t_%C3%A9", "t_AAAA"):
        assert error_of(call(sandbox, "GET", node, TOKEN))[0] in (100, 2500)


@pytest.mark.parametrize(
    ("account", "fields", "expected"),
    [
        (
            "messenger",
            "first_name,last_name,profile_pic",
            {"first_name": "Zoé", "last_name": "Martin"},
        ),
        ("instagram", "name,username", {"name": "Zoé Martin", "username": "zoé.martin"}),
    ],
)
def test_a_persons_profile_can_be_read(
    sandbox: Sandbox, account: str, fields: str, expected: dict[str, str]
) -> None:
    contact = say(sandbox, "Bonjour", account=account, name="Zoé Martin")["contact"]
    shown = graph(sandbox, contact, TOKEN, fields=fields)
    assert expected.items() <= shown.items()
    assert set(shown) <= {"id", *fields.split(",")}


def test_nobody_knows_a_stranger(sandbox: Sandbox) -> None:
    assert error_of(call(sandbox, "GET", "70123456789012345", TOKEN)) == (100, 33)
