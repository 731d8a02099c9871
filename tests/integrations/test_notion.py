"""Leads into Notion: one row per lead, whatever fails on the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations import actions
from integrations.contracts import LeadRecord
from integrations.models import Integration, SyncedRow, SyncRun
from processing.models import Conversation, DeadLetter, Lead
from processing.tasks import replay_dead_letter
from tests.processing.conftest import Scene, connect_notion

NONE: dict[str, Any] = {"object": "list", "results": [], "has_more": False}
PAGE = {"object": "page", "id": "page-1"}


@pytest.fixture
def notion(scene: Scene) -> Scene:
    connect_notion(scene)
    return scene


def answers(scene: Scene, *bodies: tuple[int, Any]) -> None:
    scene.notion.answers.clear()
    for status, body in bodies:
        scene.notion.answer(status, body)


def ask_again(scene: Scene) -> None:
    Conversation.objects.update(next_automatic_at=None)
    scene.graph.answers.clear()
    scene.graph.answer(200, {"message_id": "m_out_2"})
    scene.say("Et en bleu, combien ?")
    scene.run()


def trouble(status: int, code: str) -> tuple[int, dict[str, Any]]:
    return status, {"object": "error", "status": status, "code": code, "message": "x"}


def test_a_new_lead_is_looked_up_and_then_created(notion: Scene) -> None:
    answers(notion, (200, NONE), (200, PAGE))
    notion.say("C'est combien ? 06 12 34 56 78")
    notion.run()

    lead = Lead.objects.get()
    query, create = notion.notion.asked
    assert (query.method, query.path) == ("POST", "/v1/data_sources/ds-1/query")
    assert query.body["filter"] == {
        "property": "Flow IA ID",
        "rich_text": {"equals": str(lead.uid)},
    }
    assert create.headers["Notion-Version"] == "2025-09-03"
    assert create.body["parent"] == {"type": "data_source_id", "data_source_id": "ds-1"}
    assert create.body["properties"]["Téléphone"] == {"phone_number": "+33612345678"}
    assert set(create.body["properties"]) == {"Nom", "Flow IA ID", "Téléphone"}
    assert SyncedRow.objects.get().external_id == "page-1"
    assert SyncRun.objects.get().status == "done"
    assert "synced" in notion.reasons("lead")


def test_a_known_lead_is_changed_where_it_stands(notion: Scene) -> None:
    test_a_new_lead_is_looked_up_and_then_created(notion)
    answers(notion, (200, PAGE))
    ask_again(notion)

    last = notion.notion.asked[-1]
    assert (last.method, last.path) == ("PATCH", "/v1/pages/page-1")
    assert SyncedRow.objects.count() == 1


def test_a_creation_whose_answer_was_lost_is_found_again(notion: Scene) -> None:
    answers(notion, (200, NONE), (500, {"object": "error"}))
    notion.say()
    notion.run()
    run = SyncRun.objects.get()
    assert (run.status, run.attempts) == ("queued", 1)

    there = {
        "id": "Flow IA ID",
        "type": "rich_text",
        "rich_text": [{"plain_text": str(run.lead_uid)}],
    }
    found = {**PAGE, "properties": {"Flow IA ID": there}}
    answers(notion, (200, {**NONE, "results": [found]}), (200, PAGE))
    SyncRun.objects.update(next_at=timezone.now())
    notion.run()
    created = [one for one in notion.notion.asked if one.path == "/v1/pages"]
    assert len(created) == 1
    assert SyncedRow.objects.get().external_id == "page-1"


def test_a_limit_is_waited_out_as_notion_asks(notion: Scene) -> None:
    notion.notion.answers.clear()
    notion.notion.answer(*trouble(429, "rate_limited"), Retry_After="90")
    notion.say()
    notion.run()

    held_until = Integration.objects.get().held_until
    assert held_until is not None
    assert abs((held_until - timezone.now()).total_seconds() - 90) < 5


FINAL = [
    (401, "unauthorized", "needs_login"),
    (403, "restricted_resource", "needs_attention"),
    (404, "object_not_found", "needs_attention"),
    (400, "validation_error", "needs_mapping"),
]


@pytest.mark.parametrize(("status", "code", "needs"), FINAL)
def test_a_refusal_for_good_is_shown_on_the_integration(
    notion: Scene, status: int, code: str, needs: str
) -> None:
    answers(notion, trouble(status, code))
    notion.say()
    notion.run()

    integration = Integration.objects.get()
    assert (integration.status, integration.status_reason) == (needs, code)
    assert SyncRun.objects.get().status == "queued"  # it waits until the tool is mended
    assert "sync_failed" in notion.reasons("lead")
    assert notion.reply().status == "sent"


def test_after_four_attempts_it_gives_up(notion: Scene) -> None:
    answers(notion, (503, {}))
    notion.say()
    for _ in range(6):
        notion.run()
        SyncRun.objects.filter(status="queued").update(next_at=timezone.now())

    run = SyncRun.objects.get()
    assert (run.status, run.attempts) == ("failed", 4)


def test_two_changes_that_wait_are_pushed_once_with_the_newest(notion: Scene) -> None:
    record = LeadRecord("01890000-0000-7000-8000-000000000000", "Léa", "warm", "", "x",
                                (), "", "2026-11-20T12:00:00+00:00")  # fmt: skip
    now = timezone.now()
    first = actions.queue_push(notion.workspace, record, now=now, request_id="a")
    hotter = LeadRecord(**{**record.__dict__, "level": "hot"})
    second = actions.queue_push(notion.workspace, hotter, now=now, request_id="b")

    assert first == second
    assert SyncRun.objects.get().payload["level"] == "hot"


def test_a_lead_is_pushed_by_one_worker_at_a_time(notion: Scene) -> None:
    test_a_new_lead_is_looked_up_and_then_created(notion)
    done = SyncRun.objects.get()
    SyncRun.objects.filter(pk=done.pk).update(status="running", next_at=timezone.now())
    waiting = SyncRun.objects.create(
        workspace=done.workspace,
        integration=done.integration,
        lead_uid=done.lead_uid,
        payload=done.payload,
        next_at=timezone.now(),
    )

    assert actions.turn(done.integration_id) is False
    waiting.refresh_from_db()
    assert waiting.status == "queued"


def test_a_push_whose_worker_vanished_is_queued_again(notion: Scene) -> None:
    test_a_new_lead_is_looked_up_and_then_created(notion)
    SyncRun.objects.update(status="running", next_at=timezone.now() - timedelta(seconds=1))

    assert actions.overdue(now=timezone.now()) == 1
    assert SyncRun.objects.get().status == "queued"


def test_answers_that_nobody_understands_end(notion: Scene) -> None:
    answers(notion, (200, {"neither": "a list", "nor": "a page"}))
    notion.say()
    for _ in range(6):
        notion.run()
        SyncRun.objects.filter(status="queued").update(next_at=timezone.now())

    run = SyncRun.objects.get()
    assert (run.status, run.error_code) == ("failed", "unexpected_answer")
    assert "sync_failed" in notion.reasons("lead")


def test_a_push_that_failed_for_good_is_a_dead_letter_and_can_be_replayed(notion: Scene) -> None:
    test_after_four_attempts_it_gives_up(notion)
    letter = DeadLetter.objects.get()
    assert (letter.kind, letter.reason) == ("sync", "http_503")

    answers(notion, (200, NONE), (200, PAGE))
    assert replay_dead_letter(letter.pk)
    notion.run()
    assert SyncRun.objects.get().status == "done"
