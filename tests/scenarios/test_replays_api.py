"""The time machine by HTTP: estimate, start, watch, steer, publish; who may."""

from typing import Any

import pytest
from django.test import Client

from processing.models import Message, Replay, Scenario
from tests.callers import caller
from tests.factories import make_member, make_reply, make_workspace
from tests.processing.conftest import Scene
from tests.processing.conftest import scene as scene  # noqa: PLC0414 - the fixture
from tests.processing.replay_scenes import A_WEEK, DOLLAR, run, said, scenario_of, thread

PERIOD = {"from": A_WEEK["starts_at"].isoformat(), "to": A_WEEK["ends_at"].isoformat()}


@pytest.fixture
def owner(scene: Scene) -> Client:
    return caller(make_member(scene.workspace))


@pytest.fixture
def member(scene: Scene) -> Client:
    return caller(make_member(scene.workspace, "member"))


def post(client: Client, address: str, **body: Any) -> Any:
    return client.post(address, body, content_type="application/json")


def address_of(scene: Scene) -> str:
    return f"/scenarios/{scenario_of(scene).uid}/replays"


def begin(client: Client, scene: Scene, **more: Any) -> Any:
    return post(client, address_of(scene), **{**PERIOD, "cost_limit": DOLLAR, **more})


def finish(answer: Any) -> str:
    replay = run(Replay.objects.get(uid=answer.json()["id"]))
    return f"/replays/{replay.uid}"


def test_its_size_and_cost_are_told_before(scene: Scene, owner: Client) -> None:
    for hour in range(3):
        said(thread(scene, f"Personne {hour}"), 60 * hour)
    said(thread(scene, "Trop tôt"), -60 * 24)
    found = owner.get(f"{address_of(scene)}/estimate", PERIOD).json()

    assert (found["messages"], found["known"], found["minutes"]) == (3, 0, 1)
    assert found["cost"] == 3 * found["cost_per_message"] > 0
    finish(begin(owner, scene))
    assert owner.get(f"{address_of(scene)}/estimate", PERIOD).json()["known"] == 3


@pytest.mark.parametrize(
    ("period", "field"),
    [
        ({}, "from"),
        ({"from": PERIOD["to"], "to": PERIOD["from"]}, "to"),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-11-01T00:00:00Z"}, "from"),
        ({"from": "hier", "to": PERIOD["to"]}, "from"),
    ],
)
def test_a_period_that_is_none_is_named(
    period: dict[str, str], field: str, scene: Scene, owner: Client
) -> None:
    whole = {"from": "", "to": "", **period}
    estimate = owner.get(f"{address_of(scene)}/estimate", period)
    start = begin(owner, scene, **whole)

    assert field in estimate.json()["errors"]
    assert field in start.json()["errors"]
    assert not Replay.objects.exists()


def test_it_runs_and_tells_its_figures_and_results(scene: Scene, owner: Client) -> None:
    for number in range(3):
        said(thread(scene, f"Personne {number}"), 10 * number)
    answer = begin(owner, scene, content={"autonomy": "draft"})
    assert (answer.status_code, answer.json()["status"]) == (201, "queued")
    address = finish(answer)
    found = owner.get(address).json()

    assert (found["status"], found["done"], found["total"]) == ("done", 3, 3)
    assert found["totals"]["now"] == {"reply": 0, "hold": 3, "handoff": 0, "silent": 0}
    assert found["totals"]["then"]["silent"] == 3
    page = owner.get(f"{address}/results?limit=2").json()
    assert len(page["results"]) == 2
    assert page["next"]
    first = page["results"][0]
    assert (first["before"]["outcome"], first["outcome"]) == ("silent", "hold")
    assert first["sentence"]
    assert len(owner.get(f"{address}/results?changed=1").json()["results"]) == 3
    assert [one["id"] for one in owner.get(address_of(scene)).json()["results"]] == [found["id"]]


@pytest.mark.parametrize(("status", "then"), [("sent", "reply"), ("held", "hold")])
def test_a_draft_that_was_approved_and_left_counts_as_answered(
    scene: Scene, owner: Client, status: str, then: str
) -> None:
    message = said(thread(scene), 0)
    Message.objects.update(outcome="hold", reason="needs_approval")
    make_reply(message, status=status, approved_by=scene.workspace.uid, sent_at=message.sent_at)
    address = finish(begin(owner, scene))
    found = owner.get(address).json()

    assert found["totals"]["then"][then] == 1
    assert found["totals"]["days"][0]["then"] == (then == "reply")
    [row] = owner.get(f"{address}/results").json()["results"]
    assert row["before"]["outcome"] == then


def test_results_that_are_as_they_were_can_be_left_out(scene: Scene, owner: Client) -> None:
    said(thread(scene), 0)
    address = finish(begin(owner, scene, content={"trigger": "keywords", "keywords": ["lampe"]}))

    assert len(owner.get(f"{address}/results").json()["results"]) == 1
    assert owner.get(f"{address}/results?changed=true").json()["results"] == []


def test_a_workspace_runs_one_at_a_time(scene: Scene, owner: Client) -> None:
    said(thread(scene), 0)
    first = begin(owner, scene)
    second = begin(owner, scene)

    assert (second.status_code, second.json()["code"]) == (409, "replay_running")
    finish(first)
    assert begin(owner, scene).status_code == 201


def test_it_is_cancelled_twice_as_once_and_not_continued(scene: Scene, owner: Client) -> None:
    said(thread(scene), 0)
    address = f"/replays/{begin(owner, scene).json()['id']}"

    for _again in range(2):
        answer = post(owner, f"{address}/cancel")
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    late = post(owner, f"{address}/continue", cost_limit=DOLLAR)
    assert (late.status_code, late.json()["code"]) == (409, "replay_over")
    assert run(Replay.objects.get()).done == 0


def test_a_paused_one_goes_on_with_more(scene: Scene, owner: Client) -> None:
    said(thread(scene), 0)
    address = finish(begin(owner, scene, cost_limit=0))
    assert owner.get(address).json()["status"] == "paused"

    assert post(owner, f"{address}/continue").status_code == 400
    assert post(owner, f"{address}/continue", cost_limit=DOLLAR).json()["status"] == "queued"
    assert run(Replay.objects.get()).status == "done"


def test_a_paused_one_waits_for_one_that_runs(scene: Scene, owner: Client) -> None:
    said(thread(scene), 0)
    address = finish(begin(owner, scene, cost_limit=0))
    begin(owner, scene)

    answer = post(owner, f"{address}/continue", cost_limit=DOLLAR)
    assert (answer.status_code, answer.json()["code"]) == (409, "replay_running")


def test_its_draft_is_published_unless_the_scenario_changed(scene: Scene, owner: Client) -> None:
    said(thread(scene), 0)
    first = finish(begin(owner, scene, content={"instruction": "Plus court."}))
    second = finish(begin(owner, scene, content={"instruction": "Plus long."}))
    published = post(owner, f"{first}/publish").json()

    assert (published["instruction"], published["version"]) == ("Plus court.", 2)
    late = post(owner, f"{second}/publish")
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")


def test_a_follow_up_is_not_replayed(scene: Scene, owner: Client) -> None:
    Scenario.objects.update(kind="follow_up")

    assert begin(owner, scene).json()["code"] == "not_for_messages"


def test_members_watch_and_owners_steer(scene: Scene, owner: Client, member: Client) -> None:
    said(thread(scene), 0)
    address = f"/replays/{begin(owner, scene).json()['id']}"
    estimate = f"{address_of(scene)}/estimate"

    watched = [member.get(estimate, PERIOD), member.get(address), member.get(address + "/results")]
    assert {one.status_code for one in watched} == {200}
    steered = [begin(member, scene), post(member, f"{address}/cancel")]
    steered += [post(member, f"{address}/publish"), post(member, f"{address}/continue")]
    assert {one.status_code for one in steered} == {403}
    assert Replay.objects.get().status == "queued"


def test_strangers_find_no_replay(scene: Scene, owner: Client) -> None:
    address = f"/replays/{begin(owner, scene).json()['id']}"
    stranger = caller(make_member(make_workspace("Ailleurs")))

    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}/results").status_code == 404
    assert post(stranger, f"{address}/cancel").status_code == 404
    assert stranger.get(address_of(scene)).status_code == 404
