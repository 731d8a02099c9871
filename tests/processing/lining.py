"""A scene at noon whose day is nearly spent, and people who write in it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing import quotas
from billing.models import Quota
from processing import pipeline, quota_line
from processing.models import Contact, Conversation, Lead, Message
from tests.factories import make_lead
from tests.processing.conftest import Scene
from tests.processing.following import move_to

HOUR = timedelta(hours=1)
PHONE = "Rappelez-moi au 06 12 34 56 78"


@pytest.fixture
def short(scene: Scene) -> Scene:
    """It is noon, and of the day's ten messages the two that are kept are left."""
    move_to(scene, 12)
    use(scene, 8)
    return scene


def use(scene: Scene, used: int) -> None:
    """Let so many of today's messages have left."""
    day = quotas.today(scene.workspace, timezone.now())
    Quota.objects.update_or_create(workspace=scene.workspace, day=day, defaults={"used": used})


def arrives(scene: Scene, person: str, text: str = "C'est combien ?") -> Message:
    """Somebody writes, and it is stored."""
    mid = f"m_{person}_{Message.objects.count()}"
    item = scene.item(sender={"id": person}, message={"mid": mid, "text": text})
    item["timestamp"] += Message.objects.count()
    assert scene.post(scene.envelope(item)).status_code == 200
    scene.take_in()
    return Message.objects.get(external_id=mid)


def writes(scene: Scene, person: str, text: str = "C'est combien ?") -> Message:
    """Somebody writes, and it is decided."""
    message = arrives(scene, person, text)
    return decide(message)


def decide(message: Message) -> Message:
    pipeline.respond(message.pk)
    message.refresh_from_db()
    return message


def make_hot(message: Message) -> None:
    contact = Contact.objects.get(conversations=message.conversation_id)
    Lead.objects.filter(contact=contact).delete()
    make_lead(contact, level="hot")


def closes(message: Message, at: datetime | None) -> None:
    """Let the reply window end at another moment."""
    Conversation.objects.filter(pk=message.conversation_id).update(window_closes_at=at)


def line(scene: Scene) -> list[int]:
    """The messages that wait, in their order."""
    return [one.message_id for one in quota_line.waiting(scene.workspace)]


def told(message: Message) -> dict[str, Any]:
    """What the ledger kept of the decision on it."""
    data: dict[str, Any] = message.interactions.filter(kind="decided").latest("pk").data
    return data


def next_day(_scene: Scene) -> None:
    """Midnight has passed: what was used is yesterday's."""
    for quota in Quota.objects.all():
        Quota.objects.filter(pk=quota.pk).update(day=quota.day - timedelta(days=1))
