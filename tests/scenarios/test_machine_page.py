"""The time machine on its page: starting, steering, what is said meanwhile, and its results."""

from typing import Any

import pytest
from django.test import Client

from processing.models import Replay
from tests.callers import Queries, browser
from tests.factories import make_member
from tests.processing.conftest import Scene
from tests.processing.conftest import scene as scene  # noqa: PLC0414 - the fixture
from tests.processing.replay_scenes import run, said, scenario_of, thread
from tests.scenarios.test_pages import member as member  # noqa: PLC0414 - the fixture
from tests.scenarios.test_pages import owner as owner  # noqa: PLC0414 - the fixture
from tests.scenarios.test_pages import page_of, save, text_of

PERIOD = {"first": "2026-11-16", "last": "2026-11-22", "dollars": "1"}


def machine(client: Client, scene: Scene, do: str = "start", **more: str) -> Any:
    return client.post(f"{page_of(scene)}/replay", {**PERIOD, "do": do, **more})


def test_unsaved_words_are_replayed_and_published(scene: Scene, owner: Client) -> None:
    said(thread(scene), 0)
    address = f"{page_of(scene)}/replay"
    answer = save(owner, scene, do="replay", instruction="Des mots nouveaux.")
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    shown = text_of(owner.get(address))
    assert "<ins>" in shown
    assert "<dt>Version</dt>" not in shown
    assert "1 message: at most" in text_of(machine(owner, scene, "estimate"))

    assert machine(owner, scene).status_code == 302
    assert "data-running" in text_of(owner.get(address))
    run(Replay.objects.get())
    fragment = text_of(owner.get(address, headers={"X-Fragment": "1"}))
    assert "data-running" not in fragment
    assert "<html" not in fragment
    assert "Oui, elle coûte 49 €." in fragment

    assert 'value="publish"' in fragment
    machine(owner, scene, "publish")
    assert scenario_of(scene).instruction == "Des mots nouveaux."
    published = text_of(owner.get(address, headers={"X-Fragment": "1"}))
    assert 'value="publish"' not in published
    assert "Published" in published
    assert "<ins>Des" not in text_of(owner.get(address))


def test_on_a_phone_the_second_column_is_called_as_on_a_desk(scene: Scene) -> None:
    said(thread(scene), 0)
    owner = browser(make_member(scene.workspace), "fr")
    machine(owner, scene)
    run(Replay.objects.get())
    shown = text_of(owner.get(f"{page_of(scene)}/replay"))

    assert 'data-label="Maintenant"' in shown
    assert 'data-label="Actuels"' not in shown


def test_why_a_second_replay_cannot_begin_yet_is_said(scene: Scene, owner: Client) -> None:
    said(thread(scene), 0)
    address, reason = f"{page_of(scene)}/replay", "One replay at a time"
    assert f"hidden>{reason}" in text_of(owner.get(address))
    machine(owner, scene)
    running = text_of(owner.get(address))
    assert reason in running
    assert f"hidden>{reason}" not in running


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Du 1er novembre au 2 novembre"), ("en", "From 1 November to 2")]
)
def test_the_first_of_a_month_is_called_as_people_do(
    scene: Scene, language: str, words: str
) -> None:
    owner = browser(make_member(scene.workspace), language)
    said(thread(scene), 0)
    machine(owner, scene, first="2026-11-01", last="2026-11-02")
    assert words in text_of(owner.get(f"{page_of(scene)}/replay"))


def test_steering_it_on_the_page(scene: Scene, owner: Client) -> None:
    said(thread(scene), 0)
    machine(owner, scene, dollars="0")
    assert run(Replay.objects.get()).status == "paused"
    machine(owner, scene, "continue", dollars="0,5")
    assert Replay.objects.get().status == "queued"
    machine(owner, scene, "cancel")
    assert Replay.objects.get().status == "cancelled"
    shown = text_of(owner.get(f"{page_of(scene)}/replay"))
    assert "cancelled" in shown


@pytest.mark.parametrize("deed", ["start", "estimate", "cancel", "continue", "publish", "forget"])
def test_members_watch_the_time_machine_and_leave_its_levers(
    deed: str, scene: Scene, member: Client
) -> None:
    assert 'value="start"' not in text_of(member.get(f"{page_of(scene)}/replay"))
    assert machine(member, scene, deed).status_code == 403


def test_a_period_that_is_none_keeps_what_was_typed(scene: Scene, owner: Client) -> None:
    shown = text_of(machine(owner, scene, first="2026-11-30"))

    assert "The period ends before it begins." in shown
    assert "2026-11-30" in shown


def test_the_results_page_asks_no_more_for_more_messages(
    scene: Scene, owner: Client, django_assert_max_num_queries: Queries
) -> None:
    for number in range(30):
        said(thread(scene, f"Personne {number}"), 10 * number)
    machine(owner, scene)
    run(Replay.objects.get())

    with django_assert_max_num_queries(40):
        text_of(owner.get(f"{page_of(scene)}/replay"))


def test_results_are_filtered_by_what_the_message_would_get(scene: Scene, owner: Client) -> None:
    said(thread(scene, "Paul"), 10)
    machine(owner, scene)
    replay = Replay.objects.get()
    run(replay)
    got = replay.results.get().outcome
    other = "silent" if got != "silent" else "reply"

    empty = "Nothing to show yet."
    for outcome, nothing in ((got, False), (other, True), ("nonsense", False)):
        page = text_of(owner.get(f"{page_of(scene)}/replay?outcome={outcome}"))
        assert (empty in page) is nothing, outcome
