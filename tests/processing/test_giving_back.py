"""A worker that has to stop gives its rows back: they are due at once, and no attempt is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn

import pytest
from django.utils import timezone

from flowia.lib import leases
from flowia.lib.leases import StopNowError
from processing import inbox, outbox, pipeline, receiving, sending, tasks
from processing.models import Delivery, Message
from social.models import WebhookEvent
from tests.processing.conftest import Scene

Published = list[tuple[str, tuple[int, ...]]]


def stop(*_args: object, **_more: object) -> NoReturn:
    raise StopNowError


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Published:
    """What is handed to the broker, instead of the broker."""
    found: Published = []

    def keep(task: Any, args: tuple[int, ...], *_more: object, **_options: object) -> None:
        found.append((task.name.rpartition(".")[2], tuple(args)))

    monkeypatch.setattr("flowia.stopping.StoppableTask.apply_async", keep)
    monkeypatch.setattr("flowia.stopping.connections.close_all", lambda: None)
    return found


def test_a_call_that_was_being_read(
    scene: Scene, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.post(scene.envelope(scene.item(message={"mid": "m_1", "text": "C'est combien ?"})))
    event = WebhookEvent.objects.get()
    monkeypatch.setattr(receiving, "parsed", stop)
    published.clear()

    tasks.receive(event.pk)

    event.refresh_from_db()
    assert event.next_at is not None
    assert (event.status, event.attempts) == ("received", 0)
    assert event.next_at <= timezone.now()
    assert published == [("receive", (event.pk,))]


def test_a_message_that_was_being_thought_about(
    scene: Scene, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = scene.say()
    monkeypatch.setattr("processing.responding.engine.generate_reply", stop)
    published.clear()

    tasks.respond(message.pk)

    message.refresh_from_db()
    assert message.next_at is not None
    assert (message.outcome, message.attempts) == ("", 0)
    assert message.next_at <= timezone.now()
    assert published == [("respond", (message.pk,))]

    monkeypatch.undo()
    scene.run()
    assert len(scene.graph.asked) == 1


def test_a_delivery_that_had_not_begun(
    scene: Scene, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = ready(scene)
    monkeypatch.setattr(sending, "_begin", stop)

    tasks.send(delivery.pk)

    delivery.refresh_from_db()
    assert delivery.next_at is not None
    assert (delivery.status, delivery.attempts) == ("queued", 0)
    assert delivery.next_at <= timezone.now()


def test_a_delivery_that_may_have_left_is_looked_up_and_never_sent_again(
    scene: Scene, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = ready(scene)
    monkeypatch.setattr(sending, "_call", stop)

    tasks.send(delivery.pk)
    tasks.send(delivery.pk)

    delivery.refresh_from_db()
    assert delivery.status == "unconfirmed"
    assert scene.graph.asked == []


def ready(scene: Scene) -> Delivery:
    """Return an answer that waits to leave."""
    pipeline.respond(scene.say().pk)
    return Delivery.objects.get()


def test_what_another_worker_has_by_now_is_left_to_it(scene: Scene) -> None:
    message, now = scene.say(), timezone.now()
    leases.begin()
    assert inbox.claim(message.pk, now=now)
    later = now + 2 * inbox.LEASE
    assert inbox.claim(message.pk, now=later)

    mine = Message.objects.filter(pk=message.pk)
    assert leases.give_back() == 1  # the second claim's, of this process too
    assert mine.get().next_at == later
    leases.end()


def test_nothing_is_noted_outside_of_tasks(scene: Scene) -> None:
    message = scene.say()
    leases.end()
    claims: list[Callable[[], object]] = [
        lambda: inbox.claim(message.pk, now=timezone.now()),
        lambda: outbox.claim(0, now=timezone.now()),
    ]
    for claim in claims:
        claim()
    assert leases.give_back() == 0
    message.refresh_from_db()
    assert message.next_at is not None
    assert message.next_at > timezone.now() + timedelta(seconds=10)


def test_a_task_that_ended_gives_nothing_back(scene: Scene, published: Published) -> None:
    message = scene.say()
    tasks.respond(message.pk)
    assert leases.give_back() == 0
    message.refresh_from_db()
    assert message.outcome == "reply"
