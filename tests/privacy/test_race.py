"""Workers and an erasure at the same moment: whoever is second gives way."""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Workspace
from processing import pipeline
from processing.models import Contact, Delivery
from processing.privacy import erasing
from processing.privacy.models import Erasure
from social.models import WebhookEvent
from tests.processing.conftest import Scene

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4


def beside(work: Callable[[], Any]) -> threading.Thread:
    """Start `work` in a thread with a connection of its own, at a random moment."""

    def run() -> None:
        time.sleep(random.uniform(0, 0.02))
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def finish() -> None:
    """Do what is left: the erasure, then whatever the workers find due."""
    for _ in range(3):
        Erasure.objects.filter(next_at__isnull=False).update(next_at=timezone.now())
        WebhookEvent.objects.filter(status="received").update(next_at=timezone.now())
        for pk in Erasure.objects.values_list("pk", flat=True):
            erasing.carry_on(pk)
        for pk in WebhookEvent.objects.values_list("pk", flat=True):
            pipeline.receive(pk)


def erase(owner: Client, contact: Contact) -> str:
    answer = owner.delete(f"/contacts/{contact.uid}")
    assert answer.status_code == 202
    return str(answer.json()["status"])


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_nothing_is_sent_after_the_erasure(scene: Scene, owner: Client, _round: int) -> None:
    pipeline.respond(scene.say().pk)
    contact, delivery = Contact.objects.get(), Delivery.objects.get()
    sending = beside(lambda: pipeline.send(delivery.pk))
    time.sleep(random.uniform(0, 0.02))
    status, sent = erase(owner, contact), len(scene.graph.asked)
    sending.join()
    if status == "erased":
        assert len(scene.graph.asked) == sent
    finish()
    assert not Contact.objects.exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_call_that_came_before_brings_nobody_back(
    scene: Scene, contact: Contact, owner: Client, _round: int
) -> None:
    scene.post(scene.envelope(scene.item(message={"mid": "m_race", "text": "Encore"})))
    event = WebhookEvent.objects.latest("pk")
    receiving = beside(lambda: pipeline.receive(event.pk))
    time.sleep(random.uniform(0, 0.02))
    erase(owner, contact)
    receiving.join()
    finish()
    assert not Contact.objects.exists()
    assert Workspace.objects.exists()
    assert not WebhookEvent.objects.filter(status="failed").exists()
