"""A worker that vanishes around a send: how long the contact is left alone, and when we give up."""

import pytest
from django.utils import timezone

from billing.models import Quota
from processing.models import DeadLetter, Delivery
from tests.processing.conftest import Scene
from tests.processing.test_sending import PAUSE


class WorkerDied(BaseException):
    """Nothing after it runs."""


def dies(*_told: object, **_named: object) -> None:
    raise WorkerDied


def test_the_pause_after_a_send_of_unknown_end_begins_with_that_end(scene: Scene) -> None:
    scene.graph.answers.clear()
    scene.graph.lose()
    scene.say()
    scene.run()

    delivery, until = Delivery.objects.get(), scene.conversation().next_automatic_at
    assert delivery.status == "unconfirmed"
    assert until is not None
    assert delivery.finished_at is not None
    assert until >= delivery.finished_at + PAUSE


def test_who_died_in_a_call_may_have_sent_until_the_lease_ended(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.sending._call", dies)
    scene.say()
    with pytest.raises(WorkerDied):
        scene.run()

    delivery, until = Delivery.objects.get(), scene.conversation().next_automatic_at
    assert delivery.status == "sending"
    assert until is not None
    assert delivery.next_at is not None
    assert until >= delivery.next_at + PAUSE


def test_what_no_worker_survives_is_a_dead_letter_in_the_end(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.sending._situation", dies)
    scene.say()
    for _attempt in range(3):
        with pytest.raises(WorkerDied):
            scene.run()
        Delivery.objects.update(next_at=timezone.now())
    scene.run()

    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.error_code, delivery.attempts) == ("failed", "gave_up", 4)
    assert (scene.reply().status, scene.reply().reason) == ("failed", "send_failed")
    assert scene.conversation().handoff_reason == "send_failed"
    assert DeadLetter.objects.get(kind="send").reason == "gave_up"
    assert [Quota.objects.get().used, Quota.objects.get().reserved] == [0, 0]
    assert scene.graph.asked == []
