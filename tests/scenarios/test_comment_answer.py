"""Where a scenario answers comments: for everybody, or in private."""

import html
from typing import Any

import pytest
from django.test import Client

from accounts import audit
from accounts.models import Workspace
from processing import publishing
from processing.models import Scenario, ScenarioVersion
from tests.callers import browser, caller
from tests.factories import make_member, make_workspace

pytestmark = pytest.mark.django_db
WORDS = {"name": "Accueil", "instruction": "Répondez."}
FORM = {**WORDS, "kind": "reply", "trigger": "any", "channel": "any", "outside_hours": "wait",
        "language": "customer", "autonomy": "auto", "priority": "0", "do": "save"}  # fmt: skip


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def scenario(workspace: Workspace) -> Scenario:
    return publishing.publish(Scenario(workspace=workspace), WORDS, by=audit.SYSTEM)


@pytest.fixture
def owner(workspace: Workspace) -> Client:
    return browser(make_member(workspace), "en")


@pytest.fixture
def program(workspace: Workspace) -> Client:
    return caller(make_member(workspace))


def save(owner: Client, scenario: Scenario, **changes: str) -> Scenario:
    answer = owner.post(f"/assistant/scenarios/{scenario.uid}", {**FORM, **changes})
    assert answer.status_code == 302, answer.content
    scenario.refresh_from_db()
    return scenario


def read(owner: Client, address: str) -> str:
    return html.unescape(owner.get(address).content.decode())


def patch(program: Client, scenario: Scenario, **body: Any) -> Any:
    address = f"/scenarios/{scenario.uid}"
    return program.patch(address, body, content_type="application/json")


def test_comments_are_answered_under_them_unless_somebody_chooses(scenario: Scenario) -> None:
    assert scenario.comment_answer == "public"


def test_the_page_offers_the_choice_and_keeps_it(owner: Client, scenario: Scenario) -> None:
    page = read(owner, f"/assistant/scenarios/{scenario.uid}")
    assert "Under the comment, everybody reads the answer" in page
    save(owner, scenario, comment_answer="private")
    assert (scenario.comment_answer, scenario.version) == ("private", 2)
    page = read(owner, f"/assistant/scenarios/{scenario.uid}")
    assert 'value="private" id="id_comment_answer_1" checked' in page.replace("required ", "")
    assert "Comments are answered" in page
    assert "comments in private" in read(owner, "/assistant/scenarios")


def test_a_form_that_says_nothing_of_it_changes_nothing(owner: Client, scenario: Scenario) -> None:
    save(owner, scenario, comment_answer="private")
    save(owner, scenario, name="Autrement")
    assert scenario.comment_answer == "private"


def test_the_api_writes_and_tells_it(program: Client, scenario: Scenario) -> None:
    assert patch(program, scenario, comment_answer="private").json()["comment_answer"] == "private"
    assert patch(program, scenario, comment_answer="nowhere").status_code == 400
    differs = program.get(f"/scenarios/{scenario.uid}/versions/2?against=1").json()["differences"]
    assert [(one["field"], one["before"], one["after"]) for one in differs] == [
        ("comment_answer", "public", "private")
    ]


def test_a_version_from_before_differs_in_nothing_it_could_not_say(
    program: Client, owner: Client, scenario: Scenario
) -> None:
    old = ScenarioVersion.objects.get()
    old.content.pop("comment_answer")
    old.save()
    patch(program, scenario, name="Autrement")
    told = program.get(f"/scenarios/{scenario.uid}/versions/2?against=1").json()["differences"]
    assert [one["field"] for one in told] == ["name"]
    assert "Comments are answered" not in read(owner, f"/assistant/scenarios/{scenario.uid}")


def test_an_old_version_is_restored_with_its_choice(program: Client, scenario: Scenario) -> None:
    patch(program, scenario, comment_answer="private")
    restored = program.post(
        f"/scenarios/{scenario.uid}/versions/1/restore", {}, content_type="application/json"
    )
    assert restored.json()["comment_answer"] == "public"
