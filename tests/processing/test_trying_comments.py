"""A comment tried out, or replayed, keeps the rules of its place."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from processing.models import Message, Scenario
from social.models import SocialAccount
from tests.callers import caller
from tests.factories import make_account, make_member
from tests.processing.conftest import Scene, model_says
from tests.processing.replay_scenes import begin, found, run, said, scenario_of, thread


@pytest.fixture
def owner(scene: Scene) -> Client:
    return caller(make_member(scene.workspace))


def tried(client: Client, scene: Scene, **more: Any) -> Any:
    address = f"/scenarios/{scenario_of(scene).uid}/try"
    body = {"text": "C'est combien ?", **more}
    answer = client.post(address, body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def youtube_only(scene: Scene, **fields: Any) -> SocialAccount:
    account = make_account(scene.workspace, provider="youtube", kind="youtube", **fields)
    Scenario.objects.get(workspace=scene.workspace, name="Accueil").accounts.add(account)
    return account


def says(scene: Scene, text: str) -> None:
    scene.model.answers.clear()
    scene.model.answer(200, model_says(text=text))


def prompt(scene: Scene) -> str:
    return str(scene.model.asked[0].body)


def test_a_comment_is_tried_as_one_that_everybody_reads(scene: Scene, owner: Client) -> None:
    tried(owner, scene, place="comment")
    assert "sous un commentaire" in prompt(scene)


def test_a_comment_answered_in_private_is_tried_as_a_direct_message(
    scene: Scene, owner: Client
) -> None:
    tried(owner, scene, place="comment", content={"comment_answer": "private"})
    assert "sous un commentaire" not in prompt(scene)


@pytest.mark.parametrize(("channel", "told"), [("comment", True), ("direct", False)])
def test_a_scenario_for_one_place_is_tried_there(
    channel: str, told: bool, scene: Scene, owner: Client
) -> None:
    tried(owner, scene, place="direct" if told else "comment", content={"channel": channel})
    assert ("sous un commentaire" in prompt(scene)) is told


def test_a_network_without_direct_messages_is_tried_as_a_comment(
    scene: Scene, owner: Client
) -> None:
    youtube_only(scene)
    answer = tried(owner, scene, place="direct")
    assert "sous un commentaire" in prompt(scene)
    assert (answer["outcome"], answer["reason"]) == ("hold", "network_needs_approval")


def test_an_owner_who_agreed_sees_it_answer_by_itself(scene: Scene, owner: Client) -> None:
    account = youtube_only(scene)
    account.automation_agreed_at = account.created_at
    account.save()
    assert tried(owner, scene)["outcome"] == "reply"


def test_the_length_of_a_comment_is_the_limit(scene: Scene, owner: Client) -> None:
    long = "Oui. " * 260  # 1300 characters
    make_account(scene.workspace, provider="tiktok", kind="tiktok")
    scene.account.delete()
    says(scene, long)
    answer = tried(owner, scene, place="comment")
    assert (answer["outcome"], answer["reason"]) == ("handoff", "draft_too_long")
    says(scene, long)
    assert tried(owner, scene, place="direct")["reason"] != "draft_too_long"


def test_a_comment_is_replayed_with_the_limits_of_comments(
    scene: Scene, settings: Settings
) -> None:
    settings.AI_REQUESTS_PER_MINUTE = 100_000
    said(thread(scene, kind="comment", external_id="post-1"), 0)
    assert found(run(begin(scene))) == [("reply", "replied")]
    assert "sous un commentaire" in prompt(scene)


def test_a_draft_that_answers_in_private_is_replayed_in_private(
    scene: Scene, settings: Settings
) -> None:
    settings.AI_REQUESTS_PER_MINUTE = 100_000
    said(thread(scene, kind="comment", external_id="post-1"), 0)
    assert found(run(begin(scene, comment_answer="private"))) == [("reply", "replied")]
    assert "sous un commentaire" not in prompt(scene)


def test_a_hidden_comment_is_answered_in_no_replay(scene: Scene, settings: Settings) -> None:
    settings.AI_REQUESTS_PER_MINUTE = 100_000
    comment = said(thread(scene, kind="comment", external_id="post-1"), 0)
    Message.objects.filter(pk=comment.pk).update(hidden_at=comment.sent_at - timedelta(seconds=1))
    assert found(run(begin(scene))) == [("silent", "comment_hidden")]
