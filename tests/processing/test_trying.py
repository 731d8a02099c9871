"""Trying a text out: the decision and draft a scenario would give, nothing sent or kept."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from billing.models import Quota, Subscription
from processing.models import Conversation, InteractionEvent, Message, Scenario
from tests.callers import caller
from tests.factories import NOON, make_member
from tests.processing.conftest import Scene, model_says
from tests.processing.replay_scenes import scenario_of


@pytest.fixture
def owner(scene: Scene) -> Client:
    return caller(make_member(scene.workspace))


def tried(client: Client, scene: Scene, text: str = "C'est combien ?", **more: Any) -> Any:
    address = f"/scenarios/{scenario_of(scene).uid}/try"
    return client.post(address, {"text": text, **more}, content_type="application/json")


def says(scene: Scene, **reply: Any) -> None:
    scene.model.answers.clear()
    scene.model.answer(200, model_says(**reply))


def test_a_text_gets_its_decision_draft_and_cost(scene: Scene, owner: Client) -> None:
    answer = tried(owner, scene)

    assert answer.status_code == 200
    found = answer.json()
    assert (found["outcome"], found["reason"]) == ("reply", "replied")
    assert found["draft"]["text"] == "Oui, elle coûte 49 €."
    assert (found["draft"]["level"], found["draft"]["evidence"]) == ("warm", ["combien"])
    assert found["draft"]["intent_name"] in {"prix", "price"}
    assert (found["spent"]["tokens_in"], found["spent"]["tokens_out"]) == (420, 35)
    assert all(gate["sentence"] for gate in found["gates"])
    assert found["draft"]["notice"]


def test_it_leaves_no_row_and_reaches_no_network(scene: Scene, owner: Client) -> None:
    tried(owner, scene)

    tables = (Message, Conversation, InteractionEvent, Quota)
    assert [one.objects.count() for one in tables] == [0] * 4
    assert scene.graph.asked == []
    assert len(scene.model.asked) == 1


def test_the_words_are_tried_before_they_are_saved(scene: Scene, owner: Client) -> None:
    found = tried(owner, scene, content={"instruction": "Parlez de tasses.", "autonomy": "draft"})

    assert (found.json()["outcome"], found.json()["reason"]) == ("hold", "needs_approval")
    assert "Parlez de tasses." in str(scene.model.asked[0].body)
    assert scenario_of(scene).instruction == "Répondez."
    assert scenario_of(scene).version == 1


def test_unsupported_words_are_marked(scene: Scene, owner: Client) -> None:
    says(scene, text="Oui, elle coûte 47 €.")
    found = tried(owner, scene).json()

    assert (found["outcome"], found["reason"]) == ("hold", "unsupported_facts")
    mark = found["draft"]["marks"][0]
    assert "47" in found["draft"]["text"][mark["start"] : mark["end"]]


def test_the_answer_may_be_asked_for_in_a_language(scene: Scene, owner: Client) -> None:
    tried(owner, scene, language="en")

    assert "toujours l'anglais" in scene.model.asked[0].body["instructions"]


@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        ("Je vais porter plainte contre vous", "handoff", "risk_words"),
        ("STOP", "silent", "opted_out"),
    ],
)
def test_a_gate_that_stops_costs_nothing(
    text: str, outcome: str, reason: str, scene: Scene, owner: Client
) -> None:
    found = tried(owner, scene, text).json()

    assert (found["outcome"], found["reason"]) == (outcome, reason)
    assert found["draft"] is found["spent"] is None
    assert scene.model.asked == []


def test_a_text_that_names_none_of_its_keywords_is_not_for_it(scene: Scene, owner: Client) -> None:
    content = {"trigger": "keywords", "keywords": ["lampe"]}

    assert tried(owner, scene, content=content).json()["reason"] == "no_scenario"
    assert tried(owner, scene, "Une lampe ?", content=content).json()["reason"] == "replied"


def test_it_says_when_another_scenario_would_answer(scene: Scene, owner: Client) -> None:
    Scenario.objects.create(
        workspace=scene.workspace, name="Avant", instruction="x", priority=9, autonomy="auto"
    )
    found = tried(owner, scene).json()

    assert (found["outcome"], found["reason"]) == ("silent", "other_scenario")
    assert "Avant" in found["sentence"]
    assert tried(owner, scene, content={"priority": 10}).json()["outcome"] == "reply"


def test_outside_the_hours_it_says_when_and_what_it_would_answer(
    scene: Scene, owner: Client
) -> None:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    never: dict[str, Any] = {"hours": {day: [] for day in days}}
    assert tried(owner, scene, content=never).json()["reason"] == "outside_hours"

    for day in days:  # one of them is today's yesterday or tomorrow
        found = tried(owner, scene, content={"hours": {day: [["00:00", "24:00"]]}}).json()
        if found["waits_until"]:
            assert found["outcome"] in {"reply", "handoff"}
            assert found["waits_sentence"]
            return
    pytest.fail("no day let it wait")


def test_a_scenario_that_is_off_is_tried_as_one_that_writes_drafts(
    scene: Scene, owner: Client
) -> None:
    Scenario.objects.update(autonomy="off")

    assert tried(owner, scene).json()["reason"] == "needs_approval"


def test_the_assistant_need_not_be_switched_on_to_try(scene: Scene, owner: Client) -> None:
    scene.workspace.assistant_on = False
    scene.workspace.save()

    assert tried(owner, scene).json()["outcome"] == "reply"


def test_a_suspended_plan_pays_no_model(scene: Scene, owner: Client) -> None:
    Subscription.objects.create(workspace=scene.workspace, suspended_at=NOON)

    assert tried(owner, scene).json()["reason"] == "plan_suspended"
    assert scene.model.asked == []


@pytest.mark.parametrize("status", [500, 401, 402])
def test_a_model_that_fails_is_a_502_with_its_reason(
    status: int, scene: Scene, owner: Client
) -> None:
    scene.model.answers.clear()
    scene.model.answer(status, {"error": {"message": "non", "type": "x", "code": None}})
    answer = tried(owner, scene)

    assert answer.status_code == 502
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "model_unavailable"
    assert answer.json()["detail"]


def test_a_minute_that_is_used_up_says_when_to_come_back(
    scene: Scene, owner: Client, settings: Settings
) -> None:
    settings.AI_REQUESTS_PER_MINUTE = 1
    assert tried(owner, scene).status_code == 200
    answer = tried(owner, scene)

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert len(scene.model.asked) == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"text": "a", "language": "de"}, "language"),
        ({"text": "a", "content": {"hours": {"lundi": []}}}, "hours"),
        ({"text": "a", "content": {"trigger": "keywords"}}, "keywords"),
        (
            {"text": "a", "content": {"accounts": ["0198f000-0000-7000-8000-000000000000"]}},
            "accounts",
        ),
    ],
)
def test_what_cannot_be_tried_is_named_by_field(
    sent: dict[str, Any], field: str, scene: Scene, owner: Client
) -> None:
    answer = tried(owner, scene, **sent)

    assert answer.status_code == 400
    assert field in answer.json()["errors"]


def test_a_follow_up_is_not_tried_on_a_message(scene: Scene, owner: Client) -> None:
    Scenario.objects.update(kind="follow_up")

    assert tried(owner, scene).json()["code"] == "not_for_messages"


def test_members_try_too_and_strangers_find_nothing(scene: Scene) -> None:
    member = caller(make_member(scene.workspace, "member"))

    assert tried(member, scene).status_code == 200
    assert tried(caller(), scene).status_code == 401
