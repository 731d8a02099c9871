"""A follow-up's steps on the scenario's page: rows that are kept, told when wrong, and planned."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from processing.models import FollowUp, Scenario
from processing.step_rows import lines_of_steps, rows_of_steps, rows_shown, steps_in
from tests.callers import browser
from tests.factories import make_member
from tests.processing.conftest import Scene
from tests.processing.conftest import scene as scene  # noqa: PLC0414 - the fixture
from tests.scenarios.test_pages import FILLED, LIST, NEW, text_of

FOLLOW_UP = {**FILLED, "name": "Relance", "kind": "follow_up", "do": "save"}
FIRST = {"step_1_delay": "2", "step_1_unit": "hours", "step_1_words": "Demandez si tout est clair."}
SECOND = {"step_2_delay": "3", "step_2_unit": "days", "step_2_words": "Une dernière fois."}
STEPS = [
    {"delay_minutes": 120, "instruction": "Demandez si tout est clair."},
    {"delay_minutes": 4320, "instruction": "Une dernière fois."},
]


@pytest.fixture
def owner(scene: Scene) -> Client:
    return browser(make_member(scene.workspace), "en")


def made() -> Scenario:
    return Scenario.objects.get(kind="follow_up")


def steps() -> list[Any]:
    return list(made().sequence.steps.values("delay_minutes", "instruction"))


def page() -> str:
    return f"{LIST}/{made().uid}"


def test_a_follow_up_written_on_the_page_plans_follow_ups(scene: Scene, owner: Client) -> None:
    answer = owner.post(NEW, {**FOLLOW_UP, **FIRST, **SECOND})

    assert answer.status_code == 302, answer.context["form"].errors
    assert steps() == STEPS
    scene.say()
    scene.run()
    assert FollowUp.objects.get().position == 1


def test_one_without_steps_is_refused_beside_its_first_row(owner: Client, scene: Scene) -> None:
    answer = owner.post(NEW, FOLLOW_UP)

    assert list(answer.context["form"].errors) == ["step_1_words"]
    assert "A follow-up needs at least one step." in text_of(answer)
    assert not Scenario.objects.filter(kind="follow_up").exists()


def test_one_that_is_off_may_have_no_steps_yet(owner: Client, scene: Scene) -> None:
    assert owner.post(NEW, {**FOLLOW_UP, "autonomy": "off"}).status_code == 302
    assert steps() == []
    answer = owner.post(page(), {**FOLLOW_UP, "seen": "1"})
    assert "step_1_words" in answer.context["form"].errors
    assert made().autonomy == "off"


def test_rows_of_another_kind_of_scenario_are_not_looked_at(owner: Client, scene: Scene) -> None:
    wrong = {"step_1_delay": "soon", "step_1_words": "x" * 5000}
    assert owner.post(NEW, {**FILLED, "name": "Autre", **wrong, "do": "save"}).status_code == 302


def test_the_page_shows_its_steps_two_blank_rows_and_no_more(owner: Client, scene: Scene) -> None:
    owner.post(NEW, {**FOLLOW_UP, **FIRST, **SECOND})
    shown = text_of(owner.get(page()))

    assert "Demandez si tout est clair." in shown
    assert 'name="step_4_words"' in shown
    assert 'name="step_5_words"' not in shown


def test_an_emptied_row_is_a_step_taken_away_and_the_version_tells(
    owner: Client, scene: Scene
) -> None:
    owner.post(NEW, {**FOLLOW_UP, **FIRST, **SECOND})
    owner.post(page(), {**FOLLOW_UP, **SECOND, "seen": "1"})

    assert steps() == STEPS[1:]
    shown = text_of(owner.get(page()))
    assert "<dt>Steps</dt>" in shown
    assert "Demandez si tout est clair." in shown.partition("<dt>Steps</dt>")[2]


WRONG = [
    ({"step_1_delay": ""}, "step_1_delay"),
    ({"step_1_delay": "0"}, "step_1_delay"),
    ({"step_1_delay": "-2"}, "step_1_delay"),
    ({"step_1_delay": "1.5"}, "step_1_delay"),
    ({"step_1_delay": "²"}, "step_1_delay"),
    ({"step_1_delay": "9" * 5000}, "step_1_delay"),
    ({"step_1_delay": "31", "step_1_unit": "days"}, "step_1_delay"),
    ({"step_1_unit": "weeks"}, "step_1_unit"),
    ({"step_1_words": " "}, "step_1_words"),
    ({"step_1_words": "é" * 4001}, "step_1_words"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_a_wrong_row_is_told_at_its_place_and_keeps_what_was_typed(
    change: dict[str, str], field: str, owner: Client, scene: Scene
) -> None:
    answer = owner.post(NEW, {**FOLLOW_UP, **FIRST, **change, **SECOND})

    assert field in answer.context["form"].errors
    assert "Une dernière fois." in text_of(answer)
    assert not Scenario.objects.filter(kind="follow_up").exists()


@pytest.mark.parametrize("minutes", [1, 59, 60, 90, 1440, 2880, 43_200])
def test_a_wait_comes_back_as_it_went_in(minutes: int) -> None:
    one = [{"delay_minutes": minutes, "instruction": "x"}]
    assert steps_in(rows_of_steps(one)) == (one, {})


def test_ten_steps_are_all_the_rows_there_are() -> None:
    ten = [{"delay_minutes": 60, "instruction": "x"}] * 10
    assert len(rows_shown(rows_of_steps(ten))) == 10
    assert steps_in(rows_of_steps(ten)) == (ten, {})


def test_steps_read_as_lines() -> None:
    with translation.override("en"):
        assert lines_of_steps(STEPS)[1] == "2. After 3 days: Une dernière fois."


def test_one_without_steps_from_before_still_changes_places(owner: Client, scene: Scene) -> None:
    old = Scenario.objects.create(
        workspace=scene.workspace, kind="follow_up", name="Ancienne", instruction="x"
    )
    assert owner.post(LIST, {"do": "up", "scenario": str(old.uid)}).status_code == 302
    old.refresh_from_db()
    assert old.priority == 1
