"""The first steps: what the list sees, what a press on it does, and where home is meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Workspace
from integrations.models import Integration
from processing.beginnings import standing_of
from processing.models import Beginning, DailyFigure, Scenario
from processing.trades import TRADES
from tests.callers import browser, queries_of
from tests.factories import (
    NOON,
    make_account,
    make_conversation,
    make_member,
    make_message,
    make_replay,
    make_scenario,
    make_workspace,
)
from tests.processing.conftest import model as model  # noqa: PLC0414 - the fixture
from tests.processing.conftest import model_says
from tests.standin import StandIn

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
PROFILE = "Un salon à Tours. Nous vouvoyons."


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> Client:
    return browser(make_member(workspace, name="Camille"), "en")


@pytest.fixture
def teammate(workspace: Workspace, owner: Client) -> Client:
    return browser(make_member(workspace, "member"), "en")


def shown(client: Client, address: str = "/start") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def press(client: Client, do: str, **more: str) -> Any:
    answer = client.post("/start", {"do": do, **more})
    assert (answer.status_code, answer["Location"]) == (302, "/start")
    return answer


def states(workspace: Workspace) -> dict[str, str]:
    found = standing_of(Workspace.objects.get(pk=workspace.pk))
    return {step.code: step.state for step in found.steps}


def describe(workspace: Workspace, value: str = "38 €") -> None:
    Workspace.objects.update(business_profile=PROFILE)
    workspace.facts.create(label="Coupe", value=value)


def figure(workspace: Workspace, name: str) -> None:
    DailyFigure.objects.create(workspace=workspace, day="2026-11-28", name=name, count=1)


def tool(workspace: Workspace, status: str) -> None:
    Integration.objects.create(workspace=workspace, kind="notion", status=status)


DONE: dict[str, tuple[str, Callable[[Workspace], object]]] = {
    "an account": ("account", make_account),
    "a paused account": ("account", lambda one: make_account(one, status="paused")),
    "a profile and a fact": ("facts", describe),
    "a scenario that is off": ("scenario", lambda one: make_scenario(one, autonomy="off")),
    "a try": (
        "try",
        lambda one: Beginning.objects.create(workspace=one, tried_at="2026-11-28T10:00Z"),
    ),
    "a replay": ("try", lambda one: make_replay(make_message(make_conversation(one)))),
    "a draft that was written": ("try", lambda one: figure(one, "decided:hold:needs_approval")),
    "an answer that was written": ("try", lambda one: figure(one, "decided:reply:ok")),
    "a scenario in drafts": ("live", lambda one: make_scenario(one, autonomy="draft")),
    "a tool": ("tool", lambda one: tool(one, "active")),
}
UNDONE: dict[str, tuple[str, Callable[[Workspace], object]]] = {
    "a lost account": ("account", lambda one: make_account(one, status="needs_login")),
    "a disconnected account": ("account", lambda one: make_account(one, status="disconnected")),
    "a fact with a blank": ("facts", lambda one: describe(one, "… €")),
    "facts without a profile": ("facts", lambda one: one.facts.create(label="Prix", value="3 €")),
    "a follow-up": ("scenario", lambda one: make_scenario(one, kind="follow_up")),
    "a retired scenario": (
        "scenario",
        lambda one: make_scenario(one, archived_at=NOON),
    ),
    "a silence": ("try", lambda one: figure(one, "decided:silent:assistant_off")),
    "a scenario that is off": ("live", lambda one: make_scenario(one, autonomy="off")),
    "a tool being set up": ("tool", lambda one: tool(one, "setting_up")),
}


@pytest.mark.parametrize("what", DONE)
def test_the_list_sees_by_the_rows_what_is_done(workspace: Workspace, what: str) -> None:
    code, do = DONE[what]
    assert states(workspace)[code] != "done"
    do(workspace)
    assert states(workspace)[code] == "done"


@pytest.mark.parametrize("what", UNDONE)
def test_what_does_not_work_does_not_count(workspace: Workspace, what: str) -> None:
    code, do = UNDONE[what]
    do(workspace)
    assert states(workspace)[code] != "done"


def test_other_workspaces_rows_do_not_count(workspace: Workspace) -> None:
    other = make_workspace("Ailleurs")
    for _code, do in DONE.values():
        if do is not describe:
            Beginning.objects.all().delete()
            Integration.objects.all().delete()
            DailyFigure.objects.all().delete()
            do(other)

    assert set(states(workspace).values()) == {"next", "later"}


def test_the_assistant_switched_off_is_not_live(workspace: Workspace, owner: Client) -> None:
    make_scenario(workspace)
    Workspace.objects.update(assistant_on=False)
    assert states(workspace)["live"] != "done"

    press(owner, "live")
    assert states(workspace)["live"] == "done"


def test_the_first_open_step_comes_next_and_the_count_is_told(
    workspace: Workspace, owner: Client
) -> None:
    make_account(workspace)
    make_scenario(workspace, autonomy="off")
    page = shown(owner)

    assert states(workspace) == {
        "account": "done",
        "facts": "next",
        "scenario": "done",
        "try": "later",
        "live": "later",
        "tool": "later",
    }
    assert "2 of 6 steps done" in page
    assert '<progress id="done" value="2" max="6">' in page


@pytest.mark.parametrize("who", ["owner", "teammate"])
def test_home_is_the_list_for_an_owner_until_a_message_can_be_answered(
    workspace: Workspace, owner: Client, teammate: Client, who: str
) -> None:
    client = {"owner": owner, "teammate": teammate}[who]
    assert client.get("/")["Location"] == ("/start" if who == "owner" else "/inbox")

    make_account(workspace)
    describe(workspace)
    make_scenario(workspace)
    assert client.get("/")["Location"] == "/inbox"
    assert "Ready for the first message" in shown(client)


def test_the_list_is_put_away_and_back(workspace: Workspace, owner: Client) -> None:
    press(owner, "put_away")
    assert owner.get("/")["Location"] == "/inbox"
    assert "This list is put away" in shown(owner)
    assert "Back to the first steps" not in shown(owner, "/accounts")

    assert "Back to the first steps" in shown(owner, "/tools?next=/start")

    press(owner, "put_back")
    assert owner.get("/")["Location"] == "/start"


def test_while_it_is_under_way_other_pages_lead_back(owner: Client, settings: Settings) -> None:
    settings.META_APP_ID, settings.META_APP_SECRET = "998877665544332", "un-secret"
    assert "Back to the first steps" not in shown(owner, "/accounts")
    shown(owner)
    assert "Back to the first steps" in shown(owner, "/accounts")
    assert 'name="next" value="/start"' in shown(owner, "/accounts?next=/start")


def test_the_optional_step_is_put_aside_and_taken_up_again(
    workspace: Workspace, owner: Client
) -> None:
    press(owner, "skip")
    assert states(workspace)["tool"] == "skipped"
    assert "one put aside" in shown(owner)
    press(owner, "unskip")
    assert states(workspace)["tool"] == "later"


@pytest.mark.parametrize("trade", TRADES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_one_press_writes_a_trades_scenarios_and_a_second_none(
    workspace: Workspace, owner: Client, trade: str, language: str
) -> None:
    Workspace.objects.update(language=language)
    press(owner, "choose", trade=trade)
    press(owner, "choose", trade=trade)

    made = list(Scenario.objects.all())
    assert len(made) == len({one.name for one in made}) in {1, 2}
    assert {one.autonomy for one in made} == {"off"}
    assert all(one.versions.count() == 1 for one in made)
    assert Beginning.objects.get().trade == trade


def test_an_unknown_trade_writes_nothing(owner: Client) -> None:
    press(owner, "choose", trade="rien")
    press(owner, "rien")
    assert not Scenario.objects.exists()


def test_going_live_lets_the_chosen_scenarios_write_drafts(
    workspace: Workspace, owner: Client
) -> None:
    press(owner, "choose", trade="restaurant")
    press(owner, "live")
    assert [one.autonomy for one in Scenario.objects.all()] == ["draft", "draft"]

    off = make_scenario(workspace, autonomy="off", name="Pause")
    press(owner, "live")
    off.refresh_from_db()
    assert off.autonomy == "off"


def test_a_teammate_reads_who_does_what_and_finds_no_button_for_it(
    workspace: Workspace, teammate: Client
) -> None:
    make_scenario(workspace, autonomy="off")
    page = shown(teammate)

    assert page.count("An owner of the workspace does this: Camille.") == 4
    assert 'action="/start"' not in page
    assert "/start/try" in page
    for do in ("choose", "live", "skip", "put_away"):
        assert teammate.post("/start", {"do": do, "trade": "coach"}).status_code == 403
    assert teammate.get("/start/facts").status_code == 403
    assert "Choose your trade" not in shown(teammate, "/start/try")


def test_a_stranger_sees_and_changes_their_own_workspace_alone(workspace: Workspace) -> None:
    make_account(workspace, name="Glycine")
    stranger = browser(make_member(make_workspace("Ailleurs")), "en")

    assert "0 of 6 steps done" in shown(stranger)
    named = {"workspace": str(workspace.uid), "do": "choose", "trade": "coach"}
    assert stranger.post("/start", named).status_code == 404
    assert stranger.get("/start", {"workspace": str(workspace.uid)}).status_code == 404
    assert not Scenario.objects.exists()


@pytest.mark.parametrize("address", ["/start", "/start/facts?trade=coach", "/start/try"])
def test_the_pages_ask_the_database_little(
    workspace: Workspace, owner: Client, address: str
) -> None:
    make_scenario(workspace)
    for _each in range(3):
        workspace.facts.create(label="Prix", value="3 €")
        make_account(workspace)
    shown(owner)

    assert queries_of(owner, address) <= MOST_QUERIES


# --- trying ----------------------------------------------------------------------------------
def test_a_sample_is_answered_and_the_step_is_done(
    workspace: Workspace, teammate: Client, owner: Client, model: StandIn
) -> None:
    assert "There is no scenario to try yet" in shown(owner, "/start/try")
    press(owner, "choose", trade="coiffeur")
    model.answer(200, model_says(text="Bonjour, quelle longueur ?"))
    page = teammate.post("/start/try", {"sample": "1"}).content.decode()

    assert "c&#x27;est combien une coupe femme" in page
    assert "Bonjour, quelle longueur ?" in page
    assert states(workspace)["try"] == "done"
    assert not workspace.messages.exists()


@pytest.mark.parametrize("text", [" ", "C'est combien ?"])
def test_a_try_that_failed_does_not_count(
    workspace: Workspace, owner: Client, model: StandIn, text: str
) -> None:
    make_scenario(workspace)
    model.answer(400, {"error": {"message": "non", "code": "invalid_prompt"}})
    page = owner.post("/start/try", {"text": text}).content.decode()
    assert 'role="alert"' in page
    assert states(workspace)["try"] != "done"


def test_the_scenario_that_would_answer_is_the_one_tried(
    workspace: Workspace, owner: Client, model: StandIn
) -> None:
    press(owner, "choose", trade="restaurant")
    model.answer(200, model_says(text="Avec plaisir."))
    tried = {
        text: owner.post("/start/try", {"text": text}).context["scenario"].name
        for text in ("Une table pour deux ?", "Vous avez une terrasse ?")
    }
    assert list(tried.values()) == ["Réservations", "Carte, horaires, allergènes"]


def test_in_the_demo_one_writes_to_the_workspaces_own_account(
    owner: Client, workspace: Workspace, settings: Settings
) -> None:
    settings.DEMO, settings.SANDBOX_URL = True, "http://127.0.0.1:8001"
    assert 'href="http://127.0.0.1:8001"' in shown(owner)
    assert "a workshop that is set up already" in shown(owner)

    make_account(workspace, external_id="gone", status="disconnected")
    make_account(make_workspace("Ailleurs"), external_id="theirs")
    assert 'href="http://127.0.0.1:8001"' in shown(owner)

    make_account(workspace, external_id="ours")
    assert 'href="http://127.0.0.1:8001/to/meta/ours"' in shown(owner)
    assert "write to your account" in shown(owner)


def test_who_has_answered_before_is_no_beginner_when_an_account_is_lost(
    owner: Client, workspace: Workspace
) -> None:
    account = make_account(workspace)
    describe(workspace)
    figure(workspace, "decided:hold:needs_approval")
    account.status = "needs_login"
    account.save()
    page = shown(owner)
    assert "Connect your account again" in page
    assert "Ready for the first message" not in page
    assert "Back to the first steps" not in shown(owner, "/inbox")
