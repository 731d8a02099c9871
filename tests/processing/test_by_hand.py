"""A member's own words: sent once, recognised when they come back, and who answers afterwards."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing.models import Quota
from processing.models import Conversation, Delivery, InteractionEvent, Message, Scenario
from social.models import SocialAccount
from social.providers.registry import CAPABILITIES
from tests.callers import caller
from tests.factories import make_member
from tests.processing.conftest import Scene

WORDS = "Bonjour, c'est Anna : elle coûte 49 €."


@pytest.fixture
def member(scene: Scene) -> User:
    Scenario.objects.update(autonomy="draft")
    scene.say()
    scene.run()
    return make_member(scene.workspace, "member")


@pytest.fixture
def client(member: User) -> Client:
    return caller(member)


def reply(client: Client, text: str = WORDS, **headers: str) -> Any:
    address = f"/conversations/{Conversation.objects.get().uid}/reply"
    body = {"text": text}
    return client.post(address, body, content_type="application/json", headers=headers)


def mine() -> Message:
    return Message.objects.get(author="human")


def test_it_is_accepted_sent_and_takes_the_conversation_over(
    scene: Scene, client: Client, member: User
) -> None:
    answer = reply(client)
    assert answer.status_code == 202
    assert answer.json() == {"message": {"id": str(mine().uid), "status": "queued"}}
    scene.run()

    assert (mine().status, mine().external_id) == ("sent", "m_out_1")
    assert scene.graph.asked[0].body["message"]["text"] == WORDS
    assert scene.conversation().handled_by == "human"
    assert InteractionEvent.objects.get(kind="takeover").data["by"] == str(member.uid)
    assert InteractionEvent.objects.get(kind="queued").data == {"by": str(member.uid)}


@pytest.mark.parametrize(("closed_for", "tag"), [(-1, None), (2, "HUMAN_AGENT")])
def test_what_waited_until_after_the_window_says_that_a_human_wrote_it(
    scene: Scene,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    closed_for: int,
    tag: str | None,
) -> None:
    """Written in time, held by the account: what decides is when it is sent."""
    longer = replace(CAPABILITIES["messenger"], human_window_hours=168)
    monkeypatch.setitem(CAPABILITIES, "messenger", longer)
    now = timezone.now()
    SocialAccount.objects.update(held_until=now + timedelta(hours=1), held_reason="usage")
    reply(client)
    scene.run()
    assert mine().status == "queued"

    SocialAccount.objects.update(held_until=None)
    Conversation.objects.update(window_closes_at=now - timedelta(hours=closed_for))
    Delivery.objects.filter(message=mine()).update(next_at=now, created_at=now - timedelta(hours=3))
    scene.run()
    assert mine().status == "sent"
    assert scene.graph.asked[0].body.get("tag") == tag


def test_drafts_that_wait_are_closed(scene: Scene, client: Client) -> None:
    reply(client)
    draft = Message.objects.get(author="assistant")
    assert (draft.status, draft.reason) == ("refused", "member_replied")
    assert scene.conversation().handoff_reason == ""


def test_it_takes_no_quota(scene: Scene, client: Client) -> None:
    Quota.objects.update(used=10)
    reply(client)
    scene.run()
    assert mine().status == "sent"
    assert not Quota.objects.filter(used__gt=10).exists()


@pytest.mark.parametrize("kind", ["messenger", "instagram"])
@pytest.mark.parametrize("early", [True, False])
def test_its_echo_makes_no_second_message(
    scene: Scene, client: Client, kind: str, early: bool
) -> None:
    """Early: the echo overtakes the network's answer, whose call ended without one."""
    scene.account.kind = kind
    scene.account.save()
    reply(client)
    if early:
        Delivery.objects.update(status="unconfirmed", next_at=None)
        Message.objects.filter(author="human").update(status="unconfirmed")
    else:
        scene.run()
    extra = {"metadata": f"delivery:{Delivery.objects.get().uid}"} if kind == "messenger" else {}
    scene.echo(mid="m_out_1", text=WORDS, **extra)

    assert (mine().status, mine().external_id) == ("sent", "m_out_1")
    assert Delivery.objects.get().status == "sent"


def test_what_a_human_writes_on_the_network_twice_announced_is_a_duplicate(
    scene: Scene, client: Client
) -> None:
    for _ in range(2):
        scene.echo(mid="m_native", text="Bonjour")
    assert Message.objects.filter(author="human").count() == 1


@pytest.mark.parametrize(("kind", "text"), [("messenger", "a" * 2001), ("instagram", "é" * 501)])
def test_what_is_too_long_is_refused_before_anything(
    scene: Scene, client: Client, kind: str, text: str
) -> None:
    scene.account.kind = kind
    scene.account.save()
    answer = reply(client, text)
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"text"})
    assert scene.conversation().handled_by == "assistant"


def test_outside_the_reply_window_nothing_is_sent(scene: Scene, client: Client) -> None:
    Conversation.objects.update(window_closes_at=timezone.now() - timedelta(minutes=1))
    # The network lets a human write for a week.
    Message.objects.filter(author="contact").update(sent_at=timezone.now() - timedelta(days=8))
    answer = reply(client)
    assert (answer.status_code, answer.json()["code"]) == (409, "window_closed")
    assert not Message.objects.filter(author="human").exists()
    assert Message.objects.get(author="assistant").status == "held"


def test_a_second_answer_does_not_wait_for_the_five_minutes(scene: Scene, client: Client) -> None:
    for number in (1, 2):
        scene.graph.answers.clear()
        scene.graph.answer(200, {"recipient_id": "1", "message_id": f"m_out_{number}"})
        reply(client, f"Message {number}")
        scene.run()
    assert Message.objects.filter(author="human", status="sent").count() == 2
