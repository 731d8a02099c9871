"""The trust ladder where scenarios are read: the list's line, the scenario's page, its deeds."""

import html
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from processing.models import Scenario, Trust
from tests.callers import browser, queries_of
from tests.factories import make_member
from tests.processing.conftest import Scene
from tests.processing.conftest import scene as scene  # noqa: PLC0414 - the fixture
from tests.processing.replay_scenes import scenario_of

LIST = "/assistant/scenarios"
SINCE = datetime(2026, 3, 3, 22, 30, tzinfo=UTC)


@pytest.fixture
def owner(scene: Scene) -> Client:
    Scenario.objects.update(autonomy="draft")
    return browser(make_member(scene.workspace), "en")


def stand(scene: Scene, intent: str, stage: str = "draft", **fields: Any) -> Trust:
    return Trust.objects.create(
        workspace=scene.workspace,
        scenario=scenario_of(scene),
        intent=intent,
        stage=stage,
        **{"changed_at": SINCE, **fields},
    )


def page_of(scene: Scene) -> str:
    return f"{LIST}/{scenario_of(scene).uid}"


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(html.unescape(plain).split())


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize(
    ("stage", "fields", "told"),
    [
        ("auto", {"reason": "accepted"}, "Delivery · by itself since 4 March 2026"),
        ("proposed", {"in_a_row": 5}, "Delivery · 5 approvals in a row: an owner decides"),
        ("draft", {"in_a_row": 3}, "Delivery · 3 of 5 approvals"),
        ("draft", {"reason": "rejected"}, "Delivery · 0 of 5 approvals"),
    ],
)
def test_a_scenario_says_where_each_kind_of_answer_stands(
    scene: Scene, owner: Client, stage: str, fields: dict[str, Any], told: str, *, listed: bool
) -> None:
    scene.workspace.timezone = "Europe/Athens"
    scene.workspace.save()
    stand(scene, "delivery", stage, **fields)

    assert told in text_of(owner, LIST if listed else page_of(scene))


@pytest.mark.parametrize(
    ("autonomy", "stage", "fields"),
    [
        ("draft", "draft", {"in_a_row": 0}),
        ("auto", "draft", {"in_a_row": 3}),
        ("off", "auto", {"reason": "accepted"}),
    ],
)
def test_a_kind_that_has_nothing_to_tell_is_not_named(
    scene: Scene, owner: Client, autonomy: str, stage: str, fields: dict[str, Any]
) -> None:
    Scenario.objects.update(autonomy=autonomy)
    stand(scene, "delivery", stage, **fields)

    assert "Delivery ·" not in text_of(owner, LIST)
    assert "Delivery ·" not in text_of(owner, page_of(scene))


def test_an_automatic_scenario_tells_what_waits_all_the_same(scene: Scene, owner: Client) -> None:
    Scenario.objects.update(autonomy="auto")
    stand(scene, "delivery", reason="complaint", in_a_row=1)

    shown = text_of(owner, page_of(scene))

    assert "Delivery · 1 of 5 approvals" in shown
    assert "complained after an automatic answer" in shown


def test_a_scenario_that_writes_drafts_says_that_all_of_them_wait(
    scene: Scene, owner: Client
) -> None:
    assert "Up to now every answer waits." in text_of(owner, page_of(scene))


def test_an_owner_takes_back_on_the_scenarios_page_and_stays_there(
    scene: Scene, owner: Client
) -> None:
    one = stand(scene, "delivery", "auto", reason="accepted")
    mate = browser(make_member(scene.workspace, "member"), "en")
    address = f'action="/inbox/trust/{one.uid}"'
    assert address in owner.get(page_of(scene)).content.decode()
    assert address not in mate.get(page_of(scene)).content.decode()

    deed = {"do": "take_back", "next": "scenario"}
    answer = owner.post(f"/inbox/trust/{one.uid}", deed, follow=True)

    assert answer.redirect_chain[-1][0] == page_of(scene)
    assert "wait for you again" in html.unescape(answer.content.decode())
    one.refresh_from_db()
    assert one.stage == "draft"


def test_the_ladder_costs_one_query_however_long_it_is(scene: Scene, owner: Client) -> None:
    stand(scene, "price", in_a_row=1)
    listed, page = queries_of(owner, LIST), queries_of(owner, page_of(scene))
    for intent in ("hours", "delivery", "returns", "booking"):
        stand(scene, intent, "auto")

    assert (queries_of(owner, LIST), queries_of(owner, page_of(scene))) == (listed, page)
    assert max(listed, page) <= 12
