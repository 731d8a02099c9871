"""Messages of one business on their whole way, as the workers would take them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.utils import timezone

from flowia.lib.redis import redis_client
from integrations.actions import tools_due
from processing import attention, dispatch, figures, names, pipeline
from processing.models import Contact, Conversation, Delivery, Message
from social.models import WebhookEvent
from tests.plans.recording import Recording, recording
from tests.processing.conftest import Scene

NUMBERS = count(1)
Counts = dict[str, tuple[int, int]]
"""Of each step, how many statements and how many transactions."""


@dataclass
class Journey:
    """What each step asked, by its name."""

    scene: Scene
    steps: dict[str, Recording] = field(default_factory=dict)

    def step(self, name: str, work: Callable[[], Any]) -> None:
        """Do `work` and keep what it asked."""
        with recording() as asked:
            work()
        self.steps[name] = asked

    def counts(self) -> Counts:
        """Return how many statements and transactions each step asked for."""
        return {
            name: (len(asked.statements), asked.transactions) for name, asked in self.steps.items()
        }

    def hear(self, name: str, *people: str) -> list[Message]:
        """Let each of `people` write once, in one call of the network; return their messages."""
        stamp = f"{name} {timezone.now().timestamp()}"
        items = [
            self.scene.item(
                sender={"id": person},
                message={"mid": f"{stamp} {number}", "text": "C'est combien ?"},
            )
            for number, person in enumerate(people)
        ]
        body = json.dumps(self.scene.envelope(*items)).encode()
        self.step(f"{name}: webhook", lambda: self.scene.post(body))
        call = WebhookEvent.objects.get(status="received")
        self.step(f"{name}: receive", lambda: pipeline.receive(call.pk))
        return list(Message.objects.filter(webhook_event=call).order_by("pk"))

    def answer(self, name: str, message: Message) -> Delivery:
        """Let the message be answered, and the answer leave."""
        self.scene.graph.answers.clear()
        sent = {"recipient_id": "x", "message_id": f"out {message.pk}"}
        self.scene.graph.answer(200, sent)
        self.step(f"{name}: respond", lambda: pipeline.respond(message.pk))
        delivery = Delivery.objects.get(message__in_reply_to=message)
        self.step(f"{name}: send", lambda: pipeline.send(delivery.pk))
        delivery.refresh_from_db()
        assert delivery.status == "sent"
        return delivery

    def confirm(self, name: str, delivery: Delivery, person: str) -> None:
        """Let the network repeat what left."""
        echo = {
            "mid": delivery.message.external_id,
            "is_echo": True,
            "text": delivery.message.text,
            "app_id": 998877665544332,
            "metadata": f"delivery:{delivery.uid}",
        }
        turned = {
            "sender": {"id": self.scene.account.external_id},
            "recipient": {"id": person},
        }
        body = self.scene.envelope(self.scene.item(message=echo, **turned))
        self.step(f"{name}: webhook", lambda: self.scene.post(body))
        call = WebhookEvent.objects.get(status="received")
        self.step(f"{name}: receive", lambda: pipeline.receive(call.pk))

    def housekeeping(self) -> None:
        """Do once what is done every second, every few seconds, and every minute."""
        self.step("dispatch", lambda: dispatch.due(redis_client()))
        self.step("digest", figures.digest)
        self.step("attention", lambda: attention.sweep(now=timezone.now()))
        self.step("names", names.read)
        for tool in tools_due(timezone.now()):
            self.step("sync", lambda pk=tool.pk: pipeline.sync(pk))  # type: ignore[misc]


def travel(scene: Scene) -> Journey:
    """Take a stranger's message, a known person's next one, and a call of several on their way."""
    journey, person = Journey(scene), f"stranger-{next(NUMBERS)}"
    (first,) = journey.hear("stranger", person)
    delivery = journey.answer("stranger", first)
    journey.confirm("echo", delivery, person)
    Conversation.objects.filter(pk=first.conversation_id).update(next_automatic_at=None)
    (second,) = journey.hear("known", person)
    journey.answer("known", second)
    for number in (1, 3):
        journey.hear(f"call of {number}", *(f"{person} {number} {one}" for one in range(number)))
    # One of them has a name that nobody read yet, and once needed a member, which the next sweep
    # looks at.
    Contact.objects.filter(pk=first.conversation.contact_id).update(name="Zoé Marchetti")
    long_ago = timezone.now() - 2 * attention.REST
    Conversation.objects.filter(pk=first.conversation_id).update(attention_at=long_ago)
    journey.housekeeping()
    return journey
