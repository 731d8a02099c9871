"""People are told that an AI writes, whenever the law wants it and whatever leaves first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from processing import approving, consent, notices, pipeline
from processing.actions import step_in
from processing.models import Conversation, InteractionEvent, Message, Scenario
from tests.factories import make_conversation, make_message, make_reply
from tests.processing.conftest import NOTICE, PERSON, Scene, model_says
from tests.processing.following import (
    answered,
    at_noon,
    make_sequence,
    message_of,
    send_all,
    write,
)

__all__ = ["at_noon"]
BY = "00000000-0000-0000-0000-000000000001"
WORDS = "Un humain vous répond."
INSTANT = timedelta(seconds=1)


def hand_over(scene: Scene) -> Message:
    """The model asks for a human; what the contact is told of it."""
    scene.workspace.handoff_text = WORDS
    scene.workspace.save()
    scene.model.answers.clear()
    scene.model.answer(200, model_says(action="handoff", text=""))
    scene.say()
    scene.run()
    return Message.objects.get(purpose="handoff")


def answers_again(scene: Scene) -> None:
    scene.graph.answers.clear()
    scene.graph.answer(200, {"recipient_id": PERSON, "message_id": "m_out_2"})


def proofs() -> list[Message | None]:
    rows = InteractionEvent.objects.filter(kind="notice", reason="ai_notice_sent")
    return [row.message for row in rows.order_by("pk")]


# --- the first words


def test_a_handoff_that_is_told_first_says_that_an_ai_wrote(scene: Scene) -> None:
    told = hand_over(scene)

    assert (told.status, told.notice, told.text) == ("sent", NOTICE, f"{NOTICE}\n\n{WORDS}")
    assert proofs() == [told]


def test_a_handoff_after_an_answer_says_it_no_more(scene: Scene) -> None:
    answered(scene)
    Conversation.objects.update(next_automatic_at=None)
    answers_again(scene)
    told = hand_over(scene)

    assert (told.status, told.notice, told.text) == ("sent", "", WORDS)


def test_a_handoff_that_is_too_long_with_the_notice_is_not_told(scene: Scene) -> None:
    scene.workspace.handoff_text = "x" * 1990
    scene.workspace.save()
    scene.model.answers.clear()
    scene.model.answer(200, model_says(action="handoff", text=""))
    scene.say()
    scene.run()

    assert not Message.objects.filter(purpose="handoff").exists()
    assert scene.conversation().handled_by == "human"


def test_a_wish_for_silence_that_comes_first_is_confirmed_with_the_notice(scene: Scene) -> None:
    scene.say("STOP")
    scene.run()

    [told] = Message.objects.filter(purpose="opt_out")
    assert (told.status, told.notice) == ("sent", NOTICE)
    assert told.text == f"{NOTICE}\n\n{consent.confirmation('fr')}"
    assert proofs() == [told]


def test_a_wish_for_silence_after_an_answer_is_confirmed_without_it(scene: Scene) -> None:
    answered(scene)
    scene.say("STOP")

    assert Message.objects.get(purpose="opt_out").text == consent.confirmation("fr")


# --- after a long silence


def test_drafts_that_were_never_said_break_no_silence(scene: Scene) -> None:
    now = timezone.now()
    long_ago, back = now - timedelta(days=20), now - timedelta(days=10)
    thread = make_conversation(scene.workspace, account=scene.account, notice_sent_at=long_ago)
    make_message(thread, sent_at=long_ago)
    question = make_message(thread, sent_at=back)
    for status in ("held", "refused", "failed"):
        make_reply(question, status=status, sent_at=now - timedelta(days=4))

    assert notices.is_due(make_message(thread, sent_at=now))


def test_an_answer_that_was_said_breaks_it(scene: Scene) -> None:
    now = timezone.now()
    long_ago = now - timedelta(days=20)
    thread = make_conversation(scene.workspace, account=scene.account, notice_sent_at=long_ago)
    make_reply(make_message(thread, sent_at=long_ago), sent_at=now - timedelta(days=4))

    assert not notices.is_due(make_message(thread, sent_at=now))


@pytest.mark.parametrize(("days", "said"), [(10, True), (6, False)])
def test_a_draft_approved_after_a_long_silence_says_it(scene: Scene, days: int, said: bool) -> None:
    """On a network without a window, where a draft may wait for long."""
    Scenario.objects.update(autonomy="draft")
    scene.say()
    scene.run()
    old = timezone.now() - timedelta(days=days)
    told = old - timedelta(days=2)
    Conversation.objects.update(notice_sent_at=told, window_closes_at=None)
    Message.objects.update(sent_at=old, created_at=old)
    draft = scene.reply()
    approving.approve(draft, by=BY)

    draft.refresh_from_db()
    assert bool(draft.notice) is said


# --- after a human's time


def test_an_answer_after_the_humans_time_says_it_again(scene: Scene) -> None:
    answered(scene)
    soon = timezone.now() + timedelta(seconds=60)
    Conversation.objects.update(handled_by="human", human_until=soon, next_automatic_at=None)
    message = scene.say("Et en bleu ?")
    Conversation.objects.update(human_until=timezone.now() - INSTANT)
    answers_again(scene)
    scene.run()

    assert Message.objects.get(in_reply_to=message).notice
    assert scene.conversation().handled_by == "assistant"
    assert scene.reasons("release") == ["released_by_time"]


def test_a_message_that_waited_through_a_takeover_is_answered_with_it(scene: Scene) -> None:
    answered(scene)
    message = scene.say("Et en bleu ?")
    step_in(scene.conversation(), by=BY)
    past = timezone.now() - INSTANT
    Conversation.objects.update(human_until=past, next_automatic_at=None)
    answers_again(scene)
    scene.run()

    assert Message.objects.get(in_reply_to=message).notice
    assert scene.conversation().handled_by == "assistant"


def test_while_the_humans_time_lasts_nothing_is_released(scene: Scene) -> None:
    answered(scene)
    message = scene.say("Et en bleu ?")
    step_in(scene.conversation(), by=BY)
    pipeline.respond(message.pk)

    message.refresh_from_db()
    assert message.reason == "human_in_charge"
    assert scene.conversation().handled_by == "human"
    assert scene.reasons("release") == []


def test_a_follow_up_after_the_humans_time_says_it_again(at_noon: Scene) -> None:
    make_sequence(at_noon)
    answered(at_noon)
    past = timezone.now() - INSTANT
    Conversation.objects.update(handled_by="human", human_until=past)
    follow_up = write(at_noon)
    send_all(at_noon)

    assert message_of(follow_up).notice
    assert at_noon.conversation().handled_by == "assistant"
    assert at_noon.reasons("release") == ["released_by_time"]
