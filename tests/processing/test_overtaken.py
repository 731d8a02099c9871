"""A worker that slept through its lease wakes up: what is another's by now stays as it is."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from processing import outbox, pipeline
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
    "change", [{"handled_by": "human"}, {"window_closes_at": datetime(2020, 1, 1).astimezone()}]
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
