"""What people change while the model writes, or while an answer waits to leave, counts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Quota
from processing import approving, pipeline
from processing.actions import reply_by_hand
from processing.ai import engine
from processing.errors import AnswerUnavailable
from processing.models import Delivery, Message, Scenario
from tests.processing.conftest import Scene

BY = "00000000-0000-0000-0000-000000000001"


def switched_off() -> None:
    Scenario.objects.update(autonomy="off")


def put_away() -> None:
    Scenario.objects.update(archived_at=timezone.now())


def turned_cautious() -> None:
    Scenario.objects.update(autonomy="draft")


ENDED = [switched_off, put_away]


def meanwhile(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], None]) -> None:
    """Let `deed` happen while the model writes."""
    honest = engine.generate_reply

    def slowly(brief: Any) -> Any:
        draft = honest(brief)
        deed()
        return draft

    monkeypatch.setattr(engine, "generate_reply", slowly)


def test_a_human_who_answered_while_the_model_failed_is_not_announced(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.workspace.handoff_text = "Un humain vous répond."
    scene.workspace.save()
    message = scene.say()

    def ask(_brief: Any) -> Any:
        reply_by_hand(scene.conversation(), "Bonjour, 49 €.", by=BY)
        raise AnswerUnavailable("model_invalid")

    monkeypatch.setattr(engine, "generate_reply", ask)
    pipeline.respond(message.pk)

    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("silent", "human_in_charge")
    assert not Message.objects.filter(purpose="handoff").exists()
    assert scene.conversation().handoff_reason == ""
    row = message.interactions.get(kind="decided")
    assert row.data["code"] == "model_invalid"
    assert [gate["passed"] for gate in row.gates][-1] is False
    assert Quota.objects.get().reserved == 0


@pytest.mark.parametrize("deed", ENDED)
def test_a_scenario_that_ended_while_the_model_wrote_sends_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, deed: Callable[[], None]
) -> None:
    message = scene.say()
    meanwhile(monkeypatch, deed)
    scene.run()

    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("silent", "scenario_off")
    assert not Message.objects.filter(direction="outbound").exists()
    assert Quota.objects.get().reserved == 0


def test_a_scenario_that_turned_cautious_while_the_model_wrote_holds_the_draft(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.say()
    meanwhile(monkeypatch, turned_cautious)
    scene.run()

    assert scene.reply().status == "held"


@pytest.mark.parametrize("deed", ENDED)
def test_a_scenario_that_ended_while_its_answer_waits_sends_nothing(
    scene: Scene, deed: Callable[[], None]
) -> None:
    pipeline.respond(scene.say().pk)
    deed()
    pipeline.send(Delivery.objects.get().pk)

    assert (scene.reply().status, scene.reply().reason) == ("refused", "scenario_off")
    assert scene.graph.asked == []
    assert Quota.objects.get().reserved == 0


@pytest.mark.parametrize("deed", ENDED)
def test_what_a_member_approved_leaves_all_the_same(scene: Scene, deed: Callable[[], None]) -> None:
    Scenario.objects.update(autonomy="draft")
    scene.say()
    scene.run()
    wake = approving.approve(scene.reply(), by=BY)
    deed()
    pipeline.send(wake.row_id)

    assert scene.reply().status == "sent"
