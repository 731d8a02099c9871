"""A scene with a follow-up scenario, and the ways to let its moments come."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Quota
from processing import pipeline
from processing.models import (
    Conversation,
    Delivery,
    DmSequence,
    FollowUp,
    Message,
    Scenario,
    SequenceStep,
)
from tests.processing.conftest import Scene, model_document, model_says

PAST = timedelta(seconds=1)
HOUR = timedelta(hours=1)
TEXT = "La lampe vous plaît-elle toujours ?"


def follow_up_says(**reply: Any) -> dict[str, Any]:
    """A document of the model that holds a follow-up."""
    values = {"action": "write", "text": TEXT, "confidence": 0.9, "language": "fr"}
    return model_document(json.dumps({**values, **reply}))


def make_sequence(
    scene: Scene, delays: tuple[int, ...] = (120,), *, active: bool = True, **fields: Any
) -> DmSequence:
    """A follow-up scenario of the scene's workspace, with a step for each delay in minutes."""
    accounts = fields.pop("accounts", [])
    values = {"name": "Relance", "instruction": "Relancez.", "kind": "follow_up"}
    scenario = Scenario.objects.create(
        workspace=scene.workspace, **{**values, "autonomy": "auto", **fields}
    )
    scenario.accounts.set(accounts)
    sequence = DmSequence.objects.create(
        workspace=scene.workspace, scenario=scenario, active=active
    )
    for position, delay in enumerate(delays, start=1):
        SequenceStep.objects.create(
            workspace=scene.workspace,
            sequence=sequence,
            position=position,
            delay_minutes=delay,
            instruction=f"Étape {position}",
        )
    return sequence


def answered(scene: Scene, text: str = "C'est combien ?") -> Message:
    """The contact asks, the assistant answers, the answer leaves."""
    message = scene.say(text)
    scene.run()
    return message


def planned() -> FollowUp:
    return FollowUp.objects.get(status="pending")


def let_it_come() -> FollowUp:
    """Move time on to the follow-up's moment: it is due, and the five minutes are over."""
    found = planned()
    past = timezone.now() - PAST
    Conversation.objects.update(next_automatic_at=past)
    FollowUp.objects.filter(pk=found.pk).update(next_at=past)
    return found


def write(scene: Scene, *answers: dict[str, Any]) -> FollowUp:
    """The follow-up is due; the model says `answers`, and it is written."""
    found = let_it_come()
    scene.model.answers.clear()
    for answer in answers or (follow_up_says(),):
        scene.model.answer(200, answer)
    pipeline.follow(found.pk)
    found.refresh_from_db()
    return found


def send_all(scene: Scene) -> None:
    """Everything queued leaves, each message under an id of its own."""
    for number, delivery in enumerate(Delivery.objects.filter(status="queued")):
        scene.graph.answers.clear()
        scene.graph.answer(200, {"message_id": f"m_out_f{delivery.pk}_{number}"})
        Delivery.objects.filter(pk=delivery.pk).update(next_at=timezone.now() - PAST)
        pipeline.send(delivery.pk)


def model_answers_again(scene: Scene) -> None:
    scene.model.answers.clear()
    scene.model.answer(200, model_says())


def zone_where_it_is(hour: int) -> str:
    """The name of a time zone whose clocks show `hour` now; noon and midnight always exist."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def move_to(scene: Scene, hour: int) -> None:
    """Let the workspace stand where it is that hour."""
    scene.workspace.timezone = zone_where_it_is(hour)
    scene.workspace.save()


@pytest.fixture
def at_noon(scene: Scene) -> Scene:
    move_to(scene, 12)
    return scene


def message_of(follow_up: FollowUp) -> Message:
    return Message.objects.get(follow_up=follow_up)


def outcome(follow_up: FollowUp) -> tuple[str, str]:
    follow_up.refresh_from_db()
    return follow_up.status, follow_up.reason


def quota() -> tuple[int, int]:
    return Quota.objects.get().used, Quota.objects.get().reserved


# --- planned
