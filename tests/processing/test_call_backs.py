"""Whoever is promised a call is called: a task for the members, without stopping the assistant."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Letter, User
from processing.models import Conversation, FollowUp, InteractionEvent, Lead, Scenario
from tests.callers import browser
from tests.factories import make_member
from tests.processing.conftest import PERSON, Scene, model_says
from tests.processing.following import at_noon, make_sequence

__all__ = ["at_noon"]
WISH = "Appelez-moi au 06 12 34 56 78, je la prends"
HOT = {"level": "hot", "evidence": ["je la prends"]}


@pytest.fixture
def owner(scene: Scene) -> User:
    return make_member(scene.workspace, language="en")


def wish(scene: Scene, said: str = WISH, /, **reply: Any) -> None:
    values = {"intent": "callback", "interest": HOT, "text": "Nous vous appelons."}
    scene.model.answers.clear()
    scene.model.answer(200, model_says(**{**values, **reply}))
    scene.say(said)
    scene.run()


def flags() -> list[str]:
    return list(Conversation.objects.values_list("handoff_reason", flat=True))


def test_a_wish_to_be_called_is_the_members_task_and_the_assistant_goes_on(
    scene: Scene, owner: User
) -> None:
    wish(scene)

    thread = scene.conversation()
    assert (thread.handoff_reason, thread.handled_by) == ("call_back", "assistant")
    assert scene.reply().status == "sent"
    assert [one.data for one in Letter.objects.filter(kind="human_needed")] == [
        {"reason": "call_back"}
    ]
    told = InteractionEvent.objects.get(reason="call_back")
    assert told.conversation == thread
    client = browser(owner, "en")
    assert "wants to be called" in client.get("/tasks").content.decode()
    assert "Needs you" in client.get("/inbox").content.decode()


WISHES = [
    ("a phone without the word", {"intent": "purchase"}, WISH, "draft", "call_back"),
    ("neither phone nor wish", {"intent": "purchase"}, "je la prends", "auto", ""),
    ("a wish without a phone", {}, "je la prends, appelez-moi", "auto", "call_back"),
    ("not hot", {"interest": {"level": "warm", "evidence": ["je"]}}, WISH, "auto", ""),
    ("handed over anyway", {"action": "handoff", "text": ""}, WISH, "auto", "asked_for_human"),
    ("nothing to add", {"action": "silence", "text": ""}, WISH, "auto", "call_back"),
]


@pytest.mark.parametrize(
    ("reply", "text", "autonomy", "flag"),
    [row[1:] for row in WISHES],
    ids=[row[0] for row in WISHES],
)
def test_it_takes_a_hot_lead_and_a_wish_or_a_phone(
    scene: Scene, reply: dict[str, Any], text: str, autonomy: str, flag: str
) -> None:
    Scenario.objects.update(autonomy=autonomy)
    wish(scene, text, **reply)
    assert flags() == [flag]


def test_a_lead_that_is_hot_already_may_ask_for_it_too(scene: Scene) -> None:
    wish(scene, "je la prends", intent="purchase")
    assert flags() == [""]
    Conversation.objects.update(next_automatic_at=None)
    scene.graph.answers.clear()
    scene.graph.answer(200, {"recipient_id": PERSON, "message_id": "m_out_2"})
    wish(scene, "Au 06 12 34 56 78", intent="other", interest={"level": "cold", "evidence": []})
    assert Lead.objects.get().level == "hot"
    assert flags() == ["call_back"]


def test_a_later_draft_does_not_hide_it_and_its_approval_does_not_end_it(
    scene: Scene, owner: User
) -> None:
    wish(scene)
    Conversation.objects.update(next_automatic_at=None)
    Scenario.objects.update(autonomy="draft")
    wish(scene, "Et en bleu ?", intent="product", interest={"level": "cold", "evidence": []})
    assert flags() == ["call_back"]
    assert InteractionEvent.objects.filter(reason="call_back").count() == 1


def test_no_follow_up_is_planned_while_it_stands(at_noon: Scene) -> None:
    make_sequence(at_noon)
    wish(at_noon)
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("deed", ["called", "reply", "release"])
def test_members_end_it(scene: Scene, owner: User, deed: str) -> None:
    wish(scene)
    Conversation.objects.update(window_closes_at=timezone.now() + timedelta(hours=1))
    client = browser(owner, "en")
    assert 'value="called"' in client.get("/tasks").content.decode()
    address = f"/inbox/{scene.conversation().uid}"
    body = {"do": deed, "text": "Je vous appelle.", "next": "tasks"}
    answer = client.post(address, body, follow=True)

    assert "Nothing waits for you" in answer.content.decode()
    assert flags() == [""]
    client.post(address, body)
    assert InteractionEvent.objects.filter(reason="called_back").count() == (deed == "called")
