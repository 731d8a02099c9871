"""A worker that slept through its lease wakes up: what is another's by now stays as it is."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from billing.models import Quota
from processing import inbox, outbox, pipeline
from processing.actions import step_in
from processing.ai import engine
from processing.errors import AnswerUnavailable
from processing.models import Conversation, Delivery, InteractionEvent, Message
from tests.processing.conftest import Scene


@pytest.fixture
def overtaken(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """An answer whose worker falls asleep after its claim, while another begins to send it."""
    claim = outbox.claim

    def sleepy(delivery_id: int, *, now: datetime) -> Any:
        mine = claim(delivery_id, now=now)
        later = now + timedelta(seconds=60)
        Delivery.objects.update(status="sending", next_at=later)
        Conversation.objects.update(next_automatic_at=later)
        return mine

    monkeypatch.setattr(outbox, "claim", sleepy)
    pipeline.respond(scene.say().pk)
    return scene


def test_it_does_not_queue_again_what_another_worker_is_sending(overtaken: Scene) -> None:
    pipeline.send(Delivery.objects.get().pk)

    assert Delivery.objects.get().status == "sending"
    assert overtaken.graph.asked == []
    assert not InteractionEvent.objects.filter(kind="delivery").exists()


@pytest.mark.parametrize(
    "change", [{"handled_by": "human"}, {"window_closes_at": timezone.now() - timedelta(days=2)}]
)
def test_it_does_not_refuse_what_another_worker_is_sending(
    overtaken: Scene, change: dict[str, Any]
) -> None:
    Conversation.objects.update(**change)
    pipeline.send(Delivery.objects.get().pk)

    assert Delivery.objects.get().status == "sending"
    assert overtaken.reply().status == "queued"
    assert overtaken.reply().quota_day is not None


def test_it_does_not_queue_again_while_its_account_needs_a_login(overtaken: Scene) -> None:
    overtaken.account.status = "needs_login"
    overtaken.account.save()
    pipeline.send(Delivery.objects.get().pk)

    assert Delivery.objects.get().status == "sending"
    assert Message.objects.get(author="assistant").status == "queued"


def test_it_gives_no_quota_back_that_another_worker_holds(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sleeper's model call fails after another worker wrote the answer."""
    message = scene.say()
    draft = engine.generate_reply

    def sleepy(_brief: Any) -> Any:
        monkeypatch.setattr(engine, "generate_reply", draft)
        Message.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        pipeline.respond(message.pk)
        raise AnswerUnavailable("model_timeout", retryable=True)

    monkeypatch.setattr(engine, "generate_reply", sleepy)
    pipeline.respond(message.pk)

    message.refresh_from_db()
    assert (message.outcome, message.next_at) == ("reply", None)
    assert Quota.objects.get().reserved == 1
    assert scene.reasons("decided") == ["replied"]


def test_it_holds_no_second_quota(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    message = scene.say()
    claim = inbox.claim

    def sleepy(message_id: int, *, now: datetime) -> Any:
        mine = claim(message_id, now=now)
        Message.objects.update(next_at=now + timedelta(seconds=60, microseconds=1))
        return mine

    monkeypatch.setattr(inbox, "claim", sleepy)
    pipeline.respond(message.pk)

    assert not Quota.objects.filter(reserved__gt=0).exists()
    assert Message.objects.get().outcome == ""
    assert scene.model.asked == []


def test_a_human_who_steps_in_again_keeps_the_conversation(scene: Scene) -> None:
    """A message arrives when the human's time is over, and they come back that very moment."""
    scene.say()
    past = timezone.now() - timedelta(days=1)
    Conversation.objects.update(handled_by="human", human_until=past)
    stale = scene.conversation()
    inbox.take_over(scene.conversation(), now=timezone.now())

    assert not inbox.release_if_over(stale, now=timezone.now())
    assert scene.conversation().handled_by == "human"


@pytest.mark.django_db(transaction=True)
def test_a_takeover_comes_before_a_send_or_after_it_never_in_between(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gates have passed when a member presses the button; the slot is taken only then."""
    pipeline.respond(scene.say().pk)
    take_slot = outbox.take_slot
    order: list[str] = []

    def human() -> None:
        step_in(Conversation.objects.get(), by="membre")
        order.append("human")
        connection.close()

    button = threading.Thread(target=human)

    def slowly(conversation: Conversation, **when: Any) -> outbox.Slot | None:
        button.start()
        button.join(0.3)
        order.append("slot")
        return take_slot(conversation, **when)

    monkeypatch.setattr(outbox, "take_slot", slowly)
    pipeline.send(Delivery.objects.get().pk)
    button.join()

    assert order == ["slot", "human"]
