"""Twenty workers at once: over one conversation, and over the last message of a workspace's day."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connections

from billing.models import Quota
from billing.quotas import local_day
from flowia.lib import clock
from processing import pipeline
from processing.models import Conversation, Delivery, Message
from social.models import WebhookEvent
from tests.processing.conftest import Scene
from tests.processing.following import move_to

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 20
FREE = 10


def at_once(step: Callable[[int], object], keys: list[int]) -> None:
    """Let twenty workers take every row, all of them each one."""

    def work(key: int) -> None:
        try:
            step(key)
        except OperationalError:
            # As in the product: the row is due again by itself.
            return
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, keys * 2))


def run(scene: Scene) -> None:
    """Receive, respond and send until nothing is left to do."""
    for _ in range(3):
        events = WebhookEvent.objects.filter(status="received")
        at_once(pipeline.receive, list(events.values_list("pk", flat=True)))
        waiting = Message.objects.filter(outcome="", next_at__isnull=False)
        waiting.update(next_at=clock.now())
        at_once(pipeline.respond, list(waiting.values_list("pk", flat=True)))
        due = Delivery.objects.filter(status="queued", next_at__lte=clock.now())
        at_once(pipeline.send, list(due.values_list("pk", flat=True)))


def leave_one(scene: Scene) -> None:
    """Let one of the day's ten messages be left, and be the last for which all may wait."""
    move_to(scene, 21)
    day = local_day(scene.workspace, clock.now())
    Quota.objects.create(workspace=scene.workspace, day=day, used=FREE - 1)


def write(scene: Scene, *, person: str, number: int) -> None:
    item = scene.item(
        sender={"id": person},
        message={"mid": f"m_{person}_{number}", "text": f"C'est combien {number} ?"},
    )
    item["timestamp"] += number
    assert scene.post(scene.envelope(item)).status_code == 200


def test_one_conversation_gets_one_answer_to_its_newest_message(scene: Scene) -> None:
    for number in range(WORKERS):
        write(scene, person="7012345678901234", number=number)
    leave_one(scene)
    run(scene)

    assert Message.objects.filter(direction="inbound").count() == WORKERS
    (answer,) = Message.objects.filter(author="assistant")
    assert answer.in_reply_to is not None
    assert answer.in_reply_to.text == f"C'est combien {WORKERS - 1} ?"
    assert len(scene.graph.asked) == 1
    assert len(scene.model.asked) == 1
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (FREE, 0)


def test_twenty_conversations_share_the_last_message_of_the_day(scene: Scene) -> None:
    for number in range(WORKERS):
        write(scene, person=f"70000000000000{number:02}", number=number)
    leave_one(scene)
    run(scene)

    assert Conversation.objects.count() == WORKERS
    assert len(scene.graph.asked) == 1
    assert len(scene.model.asked) == 1
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (FREE, 0)
    reasons = list(Message.objects.filter(direction="inbound").values_list("reason", flat=True))
    assert sorted(reasons) == sorted(["replied"] + ["quota_waits"] * (WORKERS - 1))
