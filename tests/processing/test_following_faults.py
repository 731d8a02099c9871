"""Follow-ups when something goes wrong, and what they say at the beginning."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from billing.models import Quota
from processing import approving, deadletters, pipeline, sequences, tasks
from processing.ai import engine
from processing.models import (
    Conversation,
    DeadLetter,
    FollowUp,
    Message,
)
from tests.processing.conftest import Scene
from tests.processing.following import (
    PAST,
    TEXT,
    answered,
    at_noon,
    follow_up_says,
    let_it_come,
    make_sequence,
    message_of,
    outcome,
    planned,
    quota,
    send_all,
    write,
)

__all__ = ["at_noon"]


def test_a_model_that_fails_is_asked_again_and_then_a_human(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = let_it_come()
    at_noon.model.answers.clear()
    at_noon.model.answer(500, {"error": {"message": "x"}})
    for _ in range(2):
        FollowUp.objects.update(next_at=timezone.now() - PAST)
        pipeline.follow(found.pk)
        assert outcome(found) == ("pending", "model_retry")
        assert Quota.objects.get().reserved == 0
    FollowUp.objects.update(next_at=timezone.now() - PAST)
    pipeline.follow(found.pk)

    assert outcome(found) == ("task", "model_error")
    assert quota() == (1, 0)


def test_a_worker_that_vanishes_again_and_again_leaves_a_dead_letter_and_a_task(
    at_noon: Scene,
) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = let_it_come()
    FollowUp.objects.update(attempts=4)
    pipeline.follow(found.pk)

    assert outcome(found) == ("task", "gave_up")
    letter = DeadLetter.objects.get()
    assert (letter.kind, letter.object_id) == ("follow", found.pk)
    assert tasks.replay_dead_letter(letter.pk)
    assert outcome(found) == ("pending", "")


def test_a_reservation_that_a_crash_left_is_used_and_not_taken_twice(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    let_it_come()
    FollowUp.objects.update(quota_day=Quota.objects.get().day)
    Quota.objects.update(reserved=1)
    write(at_noon)
    send_all(at_noon)

    assert quota() == (2, 0)


def test_the_last_message_that_is_not_kept_may_be_a_follow_up(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    Quota.objects.update(used=7)
    write(at_noon)
    assert quota() == (7, 1)
    send_all(at_noon)
    assert quota() == (8, 0)


def test_a_task_ends_with_the_window(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = planned()
    past = timezone.now() - PAST
    FollowUp.objects.update(status="task", task_until=past, next_at=past)
    pipeline.follow(found.pk)

    assert outcome(found) == ("cancelled", "task_over")


def test_a_human_who_wrote_has_done_the_task(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = planned()
    FollowUp.objects.update(status="task")
    at_noon.echo(text="39 €", app_id=1)

    assert outcome(found) == ("done", "human_replied")


def test_a_dead_one_is_not_planned_again_beside_a_newer_one(at_noon: Scene) -> None:
    sequence = make_sequence(at_noon)
    answered(at_noon)
    found = planned()
    dead = FollowUp.objects.create(
        workspace=at_noon.workspace,
        conversation=at_noon.conversation(),
        sequence=sequence,
        position=1,
        status="task",
        reason="gave_up",
    )
    letter = DeadLetter.objects.create(
        workspace=at_noon.workspace, kind="follow", object_id=dead.pk, reason="gave_up"
    )
    assert deadletters.exhume(letter.pk, now=timezone.now()) is None
    assert outcome(dead) == ("task", "gave_up")
    FollowUp.objects.filter(pk=found.pk).update(status="cancelled")

    assert deadletters.exhume(letter.pk, now=timezone.now()) == ("follow", dead.pk)
    assert planned() == dead


def test_a_draft_that_a_member_rejects_is_called_off(at_noon: Scene) -> None:
    make_sequence(at_noon, autonomy="draft")
    answered(at_noon)
    found = write(at_noon)
    draft = message_of(found)
    assert draft.status == "held"
    approving.reject(draft, by="membre", reason="not_needed")

    assert outcome(found) == ("cancelled", "rejected")


# --- races


def test_a_message_that_arrives_while_the_model_writes_stops_it(
    at_noon: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = let_it_come()
    generate = engine.generate_follow_up

    def meanwhile(brief: Any, *, instruction: str) -> Any:
        at_noon.say("Finalement, je la prends")
        return generate(brief, instruction=instruction)

    monkeypatch.setattr(engine, "generate_follow_up", meanwhile)
    at_noon.model.answers.clear()
    at_noon.model.answer(200, follow_up_says())
    pipeline.follow(found.pk)

    assert outcome(found) == ("cancelled", "contact_wrote")
    assert not Message.objects.filter(purpose="follow_up").exists()
    assert quota() == (1, 0)


def test_a_worker_that_slept_through_its_lease_writes_nothing(
    at_noon: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    found = let_it_come()
    generate = engine.generate_follow_up

    def sleepy(brief: Any, *, instruction: str) -> Any:
        monkeypatch.setattr(engine, "generate_follow_up", generate)
        FollowUp.objects.update(next_at=timezone.now() - PAST)
        pipeline.follow(found.pk)
        return generate(brief, instruction=instruction)

    monkeypatch.setattr(engine, "generate_follow_up", sleepy)
    at_noon.model.answers.clear()
    at_noon.model.answer(200, follow_up_says())
    pipeline.follow(found.pk)

    assert Message.objects.filter(purpose="follow_up").count() == 1
    assert outcome(found) == ("sent", "")
    assert quota() == (1, 1)


def test_nobody_has_two_follow_ups_planned(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    sequences.plan_after(at_noon.reply(), now=timezone.now())

    assert FollowUp.objects.filter(status="pending").count() == 1


# --- the AI notice


def test_a_follow_up_after_a_long_silence_says_again_that_an_ai_writes(
    at_noon: Scene, settings: Settings
) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    old = timezone.now() - timedelta(days=9)
    Message.objects.update(sent_at=old)
    Conversation.objects.update(window_closes_at=None, notice_sent_at=old)
    found = write(at_noon)

    message = message_of(found)
    assert message.notice
    assert message.text == f"{message.notice}\n\n{TEXT}"
    send_all(at_noon)
    assert at_noon.reasons("notice") == ["ai_notice_sent", "ai_notice_sent"]


def test_a_follow_up_soon_after_the_answer_does_not(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)

    assert message_of(write(at_noon)).notice == ""


def test_a_follow_up_that_repeats_its_own_rules_is_shown_to_nobody(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    text = "Aucune pression : ni urgence, ni rareté, ni reproche, ni culpabilité."
    found = write(at_noon, follow_up_says(text=text))

    assert outcome(found) == ("task", "draft_unsafe")
    assert not Message.objects.filter(purpose="follow_up").exists()
