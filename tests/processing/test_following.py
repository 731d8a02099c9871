"""Follow-ups through the pipeline: written, judged, and let to wait by the gates."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Quota
from processing import pipeline
from processing.ai import engine
from processing.models import (
    Contact,
    Conversation,
    Delivery,
    FollowUp,
    InteractionEvent,
    Message,
    ModelState,
    Scenario,
)
from social.models import ProviderPause
from tests.processing.conftest import Scene
from tests.processing.following import (
    HOUR,
    TEXT,
    answered,
    at_noon,
    follow_up_says,
    let_it_come,
    make_sequence,
    message_of,
    move_to,
    outcome,
    planned,
    quota,
    send_all,
    write,
)

__all__ = ["at_noon"]


def test_a_due_follow_up_is_written_with_one_call_and_leaves(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    calls = len(at_noon.model.asked)
    found = write(at_noon)
    pipeline.follow(found.pk)
    send_all(at_noon)

    message = message_of(found)
    assert (message.purpose, message.text, message.status) == ("follow_up", TEXT, "sent")
    assert message.in_reply_to is None
    assert outcome(found) == ("sent", "")
    assert len(at_noon.model.asked) == calls + 1
    assert len(at_noon.graph.asked) == 2
    assert quota() == (2, 0)
    row = InteractionEvent.objects.get(kind="follow_up", reason="follow_up_written")
    assert row.data["tokens_in"] == 420
    assert row.data["scenario_version"] == 1
    assert at_noon.reasons("follow_up") == ["planned", "follow_up_written"]


def test_the_model_reads_the_thread_in_its_order_and_the_steps_instruction(
    at_noon: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    asked: list[Any] = []
    generate = engine.generate_follow_up

    def listening(brief: Any, *, instruction: str) -> Any:
        asked.append((brief, instruction))
        return generate(brief, instruction=instruction)

    monkeypatch.setattr(engine, "generate_follow_up", listening)
    write(at_noon)

    brief, instruction = asked[0]
    assert instruction == "Relancez.\n\nÉtape 1"
    assert brief.purpose == "follow_up"
    assert [line.author for line in brief.history] == ["contact", "assistant"]


def test_the_next_step_is_planned_when_the_first_has_left(at_noon: Scene) -> None:
    make_sequence(at_noon, (120, 60))
    answered(at_noon)
    write(at_noon)
    assert not FollowUp.objects.filter(status="pending").exists()
    send_all(at_noon)
    assert planned().position == 2
    write(at_noon)
    send_all(at_noon)

    assert not FollowUp.objects.filter(status="pending").exists()
    assert [one.status for one in FollowUp.objects.order_by("pk")] == ["sent", "sent"]


def test_a_follow_up_in_draft_is_held_and_holds_no_quota(at_noon: Scene) -> None:
    make_sequence(at_noon, autonomy="draft")
    answered(at_noon)
    found = write(at_noon)

    message = message_of(found)
    assert (message.status, message.drafted, message.quota_day) == ("held", TEXT, None)
    assert quota() == (1, 0)
    assert at_noon.conversation().handoff_reason == "needs_approval"
    assert not Delivery.objects.filter(message=message).exists()


@pytest.mark.parametrize("day", ["demain", "la semaine prochaine"])
def test_a_relative_date_is_held_since_it_is_read_on_another_day(at_noon: Scene, day: str) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = write(at_noon, follow_up_says(text=f"Passez {day} !"))

    assert message_of(found).status == "held"


JUDGED: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"action": "nothing", "text": ""}, ("cancelled", "nothing_to_add")),
    ({"text": ""}, ("task", "draft_empty")),
    ({"text": "x" * 2001}, ("task", "draft_too_long")),
    ({"text": "Voyez https://ailleurs.example"}, ("task", "draft_unsafe")),
]


@pytest.mark.parametrize(("said", "expected"), JUDGED, ids=[row[1][1] for row in JUDGED])
def test_what_is_not_sent_gives_its_quota_back(
    at_noon: Scene, said: dict[str, Any], expected: tuple[str, str]
) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = write(at_noon, follow_up_says(**said))

    assert outcome(found) == expected
    assert quota() == (1, 0)
    assert Message.objects.filter(purpose="follow_up").count() == 0


# --- gates


def opted_out(_scene: Scene) -> None:
    Contact.objects.update(opted_out_at=timezone.now())


def human_in_charge(_scene: Scene) -> None:
    Conversation.objects.update(handled_by="human")


def window_closed(_scene: Scene) -> None:
    Conversation.objects.update(window_closes_at=timezone.now() - HOUR)


def assistant_off(scene: Scene) -> None:
    scene.workspace.assistant_on = False
    scene.workspace.save()


def no_scenario(_scene: Scene) -> None:
    Scenario.objects.filter(kind="follow_up").update(autonomy="off")


def quota_spent(_scene: Scene) -> None:
    Quota.objects.update(used=10)
    Conversation.objects.update(window_closes_at=timezone.now() + HOUR)


def model_in_trouble(_scene: Scene) -> None:
    now = timezone.now()
    ModelState.objects.create(code="model_out_of_credit", since=now, retry_at=now + HOUR)


STOPS = [
    (opted_out, "cancelled", "opted_out"),
    (human_in_charge, "cancelled", "human_in_charge"),
    (window_closed, "cancelled", "window_closed"),
    (assistant_off, "cancelled", "assistant_off"),
    (no_scenario, "cancelled", "no_scenario"),
    (quota_spent, "task", "quota_spent"),
    (model_in_trouble, "task", "model_out_of_credit"),
]


@pytest.mark.parametrize(("stop", "status", "reason"), STOPS, ids=[row[2] for row in STOPS])
def test_a_gate_stops_it_before_the_model_is_paid(
    at_noon: Scene, stop: Any, status: str, reason: str
) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    stop(at_noon)
    calls = len(at_noon.model.asked)
    found = write(at_noon)

    assert outcome(found) == (status, reason)
    assert len(at_noon.model.asked) == calls
    assert Quota.objects.get().reserved == 0


WAITS = ["night", "provider_paused", "five_minutes", "quota_waits"]


@pytest.mark.parametrize("reason", WAITS)
def test_a_gate_lets_it_wait(at_noon: Scene, reason: str) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = let_it_come()
    if reason == "night":
        move_to(at_noon, 23)
    if reason == "quota_waits":
        Quota.objects.update(used=10)
    if reason == "provider_paused":
        ProviderPause.objects.create(provider="meta")
    if reason == "five_minutes":
        Conversation.objects.update(next_automatic_at=timezone.now() + HOUR)
    calls = len(at_noon.model.asked)
    pipeline.follow(found.pk)

    assert outcome(found) == ("pending", reason)
    assert found.next_at is not None
    assert found.next_at > timezone.now()
    assert found.attempts == 0
    assert len(at_noon.model.asked) == calls


def test_a_night_that_ends_after_the_window_leaves_it_to_a_human(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = let_it_come()
    move_to(at_noon, 23)
    Conversation.objects.update(window_closes_at=timezone.now() + 2 * HOUR)
    pipeline.follow(found.pk)

    assert outcome(found) == ("task", "no_moment_left")


def test_one_queued_by_day_does_not_leave_at_night(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = write(at_noon)
    move_to(at_noon, 23)
    sent = len(at_noon.graph.asked)
    send_all(at_noon)

    delivery = Delivery.objects.get(message=message_of(found))
    assert (delivery.status, delivery.attempts) == ("queued", 0)
    assert delivery.next_at is not None
    assert delivery.next_at > timezone.now() + 8 * HOUR
    assert len(at_noon.graph.asked) == sent
    assert at_noon.reasons("delivery")[-1] == "night"


def test_one_queued_that_cannot_leave_before_the_window_closes_is_a_task(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = write(at_noon)
    move_to(at_noon, 23)
    closes = timezone.now() + 2 * HOUR
    Conversation.objects.update(window_closes_at=closes)
    send_all(at_noon)

    assert outcome(found) == ("task", "no_moment_left")
    assert found.task_until == closes
    assert message_of(found).status == "refused"
    assert quota() == (1, 0)


def test_one_queued_too_late_hands_nothing_over(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = write(at_noon)
    window_closed(at_noon)
    send_all(at_noon)

    assert outcome(found) == ("cancelled", "window_closed")
    assert at_noon.conversation().handled_by == "assistant"
    assert at_noon.conversation().handoff_reason == ""


def test_two_automatic_messages_are_never_nearer_than_five_minutes(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = write(at_noon)
    Conversation.objects.update(next_automatic_at=timezone.now() + timedelta(minutes=4))
    sent = len(at_noon.graph.asked)
    send_all(at_noon)

    assert Delivery.objects.get(message=message_of(found)).status == "queued"
    assert len(at_noon.graph.asked) == sent


# --- failures
