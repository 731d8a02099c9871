"""How long a contact waited, written into the ledger's row when the answer leaves."""

from datetime import timedelta
from typing import Any

import pytest

from processing.confirming import first_answer
from processing.models import Conversation, InteractionEvent, Message
from tests.factories import NOON, make_conversation, make_message, make_workspace
from tests.processing.conftest import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread() -> Conversation:
    return make_conversation(make_workspace())


def at(seconds: float) -> Any:
    return NOON + timedelta(seconds=seconds)


def asked(thread: Conversation, seconds: float, **fields: Any) -> Message:
    return make_message(thread, sent_at=at(seconds), **fields)


def said(
    thread: Conversation, seconds: float, answers: Message | None = None, **fields: Any
) -> Message:
    values: dict[str, Any] = {"direction": "outbound", "author": "assistant", "status": "sent"}
    values |= {"sent_at": at(seconds), "in_reply_to": answers}
    return make_message(thread, "Oui.", **{**values, **fields})


def test_it_runs_from_the_first_message_nobody_answered(thread: Conversation) -> None:
    for seconds in (0, 4, 9):
        newest = asked(thread, seconds, reason="superseded")
    answer = said(thread, 30, newest)

    assert first_answer(answer, now=at(30)) == {"first_answer": 30}


def test_the_second_question_runs_from_itself(thread: Conversation) -> None:
    said(thread, 30, asked(thread, 0))
    second = said(thread, 120, asked(thread, 100))

    assert first_answer(second, now=at(120)) == {"first_answer": 20}


def test_a_question_asked_before_the_last_answer_left_still_waits(thread: Conversation) -> None:
    first = asked(thread, 0)
    between = asked(thread, 25)
    said(thread, 30, first)

    assert first_answer(said(thread, 60, between), now=at(60)) == {"first_answer": 35}


def test_the_second_of_two_answers_answers_nothing(thread: Conversation) -> None:
    question = asked(thread, 0)
    said(thread, 30, question)

    assert first_answer(said(thread, 90, author="human"), now=at(90)) == {}


@pytest.mark.parametrize("status", ["refused", "failed", "held", "queued"])
def test_what_never_left_answered_nothing(status: str, thread: Conversation) -> None:
    question = asked(thread, 0)
    said(thread, 10, question, status=status)

    answer = said(thread, 90, author="human")
    assert first_answer(answer, now=at(90)) == {"first_answer": 90}


def test_a_notice_is_no_answer_and_stops_no_clock(thread: Conversation) -> None:
    asked(thread, 0)
    notice = said(thread, 5, purpose="handoff")
    assert first_answer(notice, now=at(5)) == {}

    answer = said(thread, 300, author="human")
    assert first_answer(answer, now=at(300)) == {"first_answer": 300}


def test_a_thank_you_left_alone_on_purpose_waits_for_nobody(thread: Conversation) -> None:
    asked(thread, 0, reason="nothing_to_add")
    question = asked(thread, 5000)

    assert first_answer(said(thread, 5010, question), now=at(5010)) == {"first_answer": 10}


def test_a_follow_up_answers_nothing(thread: Conversation) -> None:
    asked(thread, 0)
    assert first_answer(said(thread, 500, purpose="follow_up"), now=at(500)) == {}


def test_a_network_whose_clock_is_ahead_gives_no_negative_time(thread: Conversation) -> None:
    question = asked(thread, 60)
    assert first_answer(said(thread, 10, question), now=at(10)) == {"first_answer": 0}


def row(reason: str) -> dict[str, Any]:
    data: dict[str, Any] = InteractionEvent.objects.get(reason=reason).data
    return data


def test_the_row_of_a_sent_answer_keeps_it(scene: Scene) -> None:
    question = scene.say()
    Message.objects.filter(pk=question.pk).update(sent_at=question.sent_at - timedelta(seconds=70))
    scene.run()

    data = row("sent")
    assert (data["purpose"], data["author"]) == ("reply", "assistant")
    assert 70 <= data["first_answer"] <= 90


def test_the_row_of_a_human_on_the_network_keeps_it(scene: Scene) -> None:
    question = scene.say()
    Message.objects.filter(pk=question.pk).update(sent_at=question.sent_at - timedelta(seconds=70))
    scene.echo(text="C'est 39 €", app_id=1)

    assert 70 <= row("human_replied")["first_answer"] <= 90
