"""Scenarios on pages: the list, the form, versions, trying out, the time machine."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Workspace
from processing.models import Scenario, ScenarioVersion
from processing.starting_points import starting_points
from processing.trades import TRADES, WRITTEN
from tests.callers import browser, queries_of
from tests.factories import make_account, make_decision, make_member, make_message
from tests.processing.conftest import Scene, model_says
from tests.processing.conftest import scene as scene  # noqa: PLC0414 - the fixture
from tests.processing.replay_scenes import scenario_of, thread

LIST = "/assistant/scenarios"
NEW = f"{LIST}/new"
POINTS = [code for _trade, points in starting_points("fr") for code, _name in points]
FILLED = {
    "name": "Accueil",
    "kind": "reply",
    "instruction": "Répondez en deux phrases.",
    "trigger": "any",
    "channel": "any",
    "outside_hours": "wait",
    "language": "customer",
    "autonomy": "auto",
    "priority": "0",
}


@pytest.fixture
def owner(scene: Scene) -> Client:
    return browser(make_member(scene.workspace), "en")


@pytest.fixture
def member(scene: Scene) -> Client:
    return browser(make_member(scene.workspace, "member"), "en")


def page_of(scene: Scene) -> str:
    return f"{LIST}/{scenario_of(scene).uid}"


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def save(client: Client, scene: Scene, do: str = "save", **changes: Any) -> Any:
    return client.post(page_of(scene), {**FILLED, "do": do, "seen": "1", **changes})


# --- the list --------------------------------------------------------------------------------
def test_the_list_shows_each_scenario_with_its_weeks_answers(scene: Scene, owner: Client) -> None:
    data = {"scenario_id": str(scenario_of(scene).uid)}
    make_decision(make_message(thread(scene)), data=data)
    shown = text_of(owner.get(LIST))

    assert "Accueil" in shown
    assert "1 answer written in 7 days" in shown


def test_the_list_asks_the_database_the_same_however_many_there_are(
    scene: Scene, owner: Client
) -> None:
    few = queries_of(owner, LIST)
    for number in range(8):
        Scenario.objects.create(workspace=scene.workspace, name=str(number), instruction="x")
    assert queries_of(owner, LIST) == few


def test_owners_change_the_order(scene: Scene, owner: Client, member: Client) -> None:
    other = Scenario.objects.create(workspace=scene.workspace, name="Retours", instruction="x")
    up = {"do": "up", "scenario": str(other.uid)}

    assert member.post(LIST, up).status_code == 403
    assert owner.post(LIST, up).status_code == 302
    shown = text_of(owner.get(LIST))
    assert shown.index("Retours") < shown.index("Accueil")


def test_without_a_scenario_every_trade_has_words_to_begin_with(
    scene: Scene, owner: Client, member: Client
) -> None:
    Scenario.objects.all().delete()
    shown = text_of(owner.get(LIST))

    assert all(list(written) == list(TRADES) for written in WRITTEN.values())
    assert re.findall(r"\?start=([\w-]+)", shown) == POINTS
    assert "?start=" not in text_of(member.get(LIST))


@pytest.mark.parametrize(
    ("language", "begins"),
    [("fr", ("La personne", "Répondez")), ("en", ("The person", "Answer"))],
)
@pytest.mark.parametrize("start", POINTS)
def test_a_starting_point_can_be_saved_as_it_is(
    start: str, language: str, begins: tuple[str, ...], scene: Scene, owner: Client
) -> None:
    Workspace.objects.update(language=language)
    form = owner.get(NEW, {"start": start}).context["form"]
    typed = {name: form[name].value() for name in form.fields}
    given = {name: value for name, value in typed.items() if value not in (None, "")}
    answer = owner.post(NEW, {**FILLED, **given, "do": "save"})

    assert answer.status_code == 302, answer.context["form"].errors
    made = Scenario.objects.latest("pk")
    assert (made.autonomy, made.version) == ("draft", 1)
    assert made.instruction.startswith(begins)


# --- one scenario ----------------------------------------------------------------------------
def test_everything_typed_is_saved_as_a_version(scene: Scene, owner: Client) -> None:
    account = make_account(scene.workspace)
    changes: dict[str, Any] = {
        "keywords": "prix\n\n tarif \n",
        "accounts": [str(account.uid)],
        "fact_labels": ["Tasse"],
        "hours_mon": "9h-12h30, 14h-19h",
        "hours_closed": "2026-12-25",
    }
    assert save(owner, scene, **changes).status_code == 302

    found = scenario_of(scene)
    assert (found.version, found.keywords, found.fact_labels) == (2, ["prix", "tarif"], ["Tasse"])
    assert found.hours["mon"] == [["09:00", "12:30"], ["14:00", "19:00"]]
    assert (found.hours["sun"], found.hours["closed"]) == ([], ["2026-12-25"])
    assert list(found.accounts.all()) == [account]
    assert ScenarioVersion.objects.get(scenario=found, number=2).content["accounts"] == [
        str(account.uid)
    ]
    shown = text_of(owner.get(page_of(scene)))
    assert "09:00-12:30, 14:00-19:00" in shown


def test_an_error_keeps_what_was_typed(scene: Scene, owner: Client) -> None:
    shown = text_of(
        save(owner, scene, name="Un nom tapé", hours_tue="le matin", trigger="keywords")
    )

    assert "Un nom tapé" in shown
    assert "le matin" in shown
    assert "is no period" in shown
    assert scenario_of(scene).version == 1


def test_a_colleague_who_saved_meanwhile_is_not_written_over_unseen(
    scene: Scene, owner: Client
) -> None:
    save(owner, scene, instruction="Le premier.")
    shown = text_of(save(owner, scene, instruction="Le second."))

    assert "Somebody changed this scenario" in shown
    assert "Le second." in shown
    assert scenario_of(scene).instruction == "Le premier."
    assert save(owner, scene, instruction="Le second.", seen="2").status_code == 302


def test_what_a_colleague_changed_meanwhile_stands_beside_the_refusal(
    scene: Scene, owner: Client
) -> None:
    colleague = browser(make_member(scene.workspace, name="Hugo"), "en")
    address = page_of(scene)
    save(owner, scene, instruction="Répondez vite.")
    save(colleague, scene, instruction="Répondez bien.", seen="2")
    renamed = {"instruction": "Répondez bien.", "name": "Atelier", "seen": "3"}
    save(colleague, scene, **renamed)
    mine = {**FILLED, "do": "save", "instruction": "Le second.", "seen": "2"}
    shown = text_of(owner.post(address, mine))
    theirs = shown.partition('id="theirs"')[2].partition("</section>")[0]

    assert "What changed meanwhile" in theirs
    assert "Version 3" in theirs
    assert "Version 4" in theirs
    assert "Hugo" in theirs
    assert "<del>vite</del><ins>bien</ins>" in theirs
    assert "Atelier" in theirs
    assert "Version 2" not in theirs
    assert f'href="{address}"' in theirs
    assert 'name="seen" value="4"' in shown
    assert 'id="theirs"' not in text_of(owner.get(address))


def test_a_save_that_names_no_version_is_not_refused(scene: Scene, owner: Client) -> None:
    save(owner, scene, instruction="Répondez vite.")
    assert save(owner, scene, instruction="Le second.", seen="").status_code == 302


def test_the_first_version_shows_its_words_before_it_is_used_again(
    scene: Scene, owner: Client
) -> None:
    before = scenario_of(scene).instruction
    save(owner, scene, instruction="Tout autre chose.")
    shown = text_of(owner.get(page_of(scene)))
    first = shown.partition('id="v1"')[2].partition("</details>")[0]

    assert "The first words." in first
    assert f"<ins>{before}" in first


def test_a_fact_that_left_the_sheet_stays_ticked(scene: Scene, owner: Client) -> None:
    Scenario.objects.update(fact_labels=["Assiette"])
    shown = text_of(owner.get(page_of(scene)))
    assert "Assiette (no longer in the fact sheet)" in shown

    save(owner, scene, fact_labels=["Assiette"])
    assert scenario_of(scene).fact_labels == ["Assiette"]


def test_versions_show_who_changed_which_words(scene: Scene) -> None:
    owner = browser(make_member(scene.workspace, name="Camille"), "en")
    save(owner, scene, instruction="Répondez vite.")
    save(owner, scene, instruction="Répondez bien.", seen="2")
    shown = text_of(owner.get(page_of(scene)))

    assert "Camille" in shown
    assert "<del>vite</del><ins>bien</ins>" in shown


def test_old_words_are_used_again(scene: Scene, owner: Client) -> None:
    save(owner, scene, instruction="Le deuxième.")
    save(owner, scene, instruction="Le troisième.", seen="2")
    owner.post(page_of(scene), {"do": "restore", "number": "2"})

    found = scenario_of(scene)
    assert (found.version, found.instruction) == (4, "Le deuxième.")


def test_retiring_asks_first(scene: Scene, owner: Client) -> None:
    shown = text_of(owner.get(page_of(scene)))
    inside = r'<details class="asks">(?:(?!</details>).)*value="put_away"'
    assert re.search(inside, shown, re.DOTALL)


def test_retired_it_has_no_page_until_it_is_brought_back(
    scene: Scene, owner: Client, member: Client
) -> None:
    address, back = page_of(scene), {"do": "bring_back", "scenario": str(scenario_of(scene).uid)}
    assert owner.post(LIST, back).status_code == 404
    owner.post(address, {"do": "put_away"})

    shown = text_of(owner.get(LIST))
    assert shown.index("Retired scenarios") < shown.index("Accueil")
    assert owner.get(address).status_code == 404

    assert member.post(LIST, back).status_code == 403
    assert owner.post(LIST, back)["Location"] == address
    assert "Retired scenarios" not in text_of(owner.get(LIST))
    assert text_of(owner.get(address))
    assert AuditEntry.objects.latest("number").action == "scenario.brought_back"


def test_members_read_and_try_and_change_nothing(scene: Scene, member: Client) -> None:
    shown = text_of(member.get(page_of(scene)))
    assert "disabled" in shown
    assert 'value="save"' not in shown

    for deed in ("save", "put_away", "restore", "replay", ""):
        assert save(member, scene, do=deed).status_code == 403
    assert "elle coûte 49 €" in text_of(save(member, scene, do="try", text="Combien ?"))
    assert scenario_of(scene).version == 1


# --- trying out ------------------------------------------------------------------------------
def test_unsaved_words_are_tried_and_stay_in_the_form(scene: Scene, owner: Client) -> None:
    shown = text_of(
        save(owner, scene, do="try", text="C'est combien ?", instruction="Pas encore rangé.")
    )

    assert "Oui, elle coûte 49 €." in shown
    assert "Pas encore rangé." in shown
    assert "Pas encore rangé." in str(scene.model.asked[0].body)
    assert scenario_of(scene).instruction == "Répondez."


def test_unsupported_words_are_marked_on_the_page(scene: Scene, owner: Client) -> None:
    scene.model.answers.clear()
    scene.model.answer(200, model_says(text="Elle coûte <b>47 €</b>."))
    shown = text_of(save(owner, scene, do="try", text="Combien ?"))

    assert re.search(r"&lt;b&gt;<mark>47 €</mark>&lt;/b&gt;", shown)


def test_a_model_that_fails_is_told_beside_the_text(scene: Scene, owner: Client) -> None:
    scene.model.answers.clear()
    scene.model.answer(500, {"error": {"message": "non"}})
    shown = text_of(save(owner, scene, do="try", text="Combien ?"))

    assert "The model&#x27;s service failed" in shown
    assert "Combien ?" in shown


# --- the time machine ------------------------------------------------------------------------
