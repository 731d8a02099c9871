"""Where home is once the assistant wrote, and what "live in drafts" promises and does."""

import pytest
from django.test import Client

from accounts.models import Workspace
from processing.models import DailyFigure
from tests.callers import browser
from tests.factories import (
    make_account,
    make_conversation,
    make_follow_up,
    make_member,
    make_scenario,
    make_workspace,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> Client:
    return browser(make_member(workspace), "en")


def shown(client: Client, address: str = "/start") -> str:
    return str(client.get(address).content.decode())


@pytest.mark.parametrize("name", ["decided:reply:ok", "decided:hold:needs_approval"])
def test_whoever_had_an_answer_written_is_no_beginner_again(
    workspace: Workspace, owner: Client, name: str
) -> None:
    make_account(workspace, status="needs_login")
    Workspace.objects.update(assistant_on=False)
    assert owner.get("/")["Location"] == "/start"
    DailyFigure.objects.create(workspace=workspace, day="2026-11-28", name=name, count=1)
    assert owner.get("/")["Location"] == "/inbox"

    shown(owner)
    assert "Back to the first steps" not in shown(owner, "/accounts")


@pytest.mark.parametrize("kind", ["reply", "follow_up"])
def test_going_live_in_drafts_lets_nothing_leave_by_itself(
    workspace: Workspace, owner: Client, kind: str
) -> None:
    Workspace.objects.update(assistant_on=False)
    make_scenario(workspace)
    own = make_scenario(workspace, autonomy="auto", kind=kind)
    if kind == "follow_up":
        make_follow_up(make_conversation(workspace), scenario=own)
    off = make_scenario(workspace, autonomy="off")
    page = shown(owner)
    assert "waits for nobody" in page
    assert "Go live as the scenarios are" in page

    said = owner.post("/start", {"do": "live"}, follow=True).content.decode()
    own.refresh_from_db()
    off.refresh_from_db()
    assert (own.autonomy, off.autonomy) == ("draft", "off")
    assert "every answer waits for your approval" in said


def test_whoever_wants_the_scenarios_as_they_are_is_promised_no_approval(
    workspace: Workspace, owner: Client
) -> None:
    Workspace.objects.update(assistant_on=False)
    own = make_scenario(workspace, autonomy="auto")

    said = owner.post("/start", {"do": "as_it_is"}, follow=True).content.decode()
    own.refresh_from_db()
    workspace.refresh_from_db()
    assert (own.autonomy, workspace.assistant_on) == ("auto", True)
    assert "with the scenarios as they were" in said
    assert "waits for your approval" not in said
