"""A conversation as a person reads it: what was said, what became of it, and why."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from processing.ledger import gates_of, sentence_of
from processing.models import Conversation, InteractionEvent, Message
from processing.reasons import sentence


@dataclass(frozen=True)
class Step:
    """One thing that happened around a message."""

    at: datetime
    sentence: str


@dataclass(frozen=True)
class Line:
    """One message with its story; gates and facts belong to an inbound message's last decision.

    `answer` is what was written back, when it stands among the same messages.
    """

    message: Message
    sentence: str
    gates: Sequence[dict[str, Any]]
    facts: dict[str, Any]
    steps: Sequence[Step]
    answer: Message | None = None

    @property
    def inbound(self) -> bool:
        """Whether the contact wrote it."""
        return self.message.direction == Message.Direction.INBOUND

    @property
    def waiting(self) -> bool:
        """Whether it waits for its decision until a known moment."""
        return self.inbound and not self.message.outcome and self.message.next_at is not None

    @property
    def held(self) -> bool:
        """Whether it is a draft that waits for a member's decision."""
        return self.message.status == Message.Status.HELD

    @property
    def lost(self) -> bool:
        """Whether it did not reach the contact, or perhaps did not."""
        return self.message.status in {
            Message.Status.FAILED,
            Message.Status.REFUSED,
            Message.Status.UNCONFIRMED,
        }


def lines_of(messages: Iterable[Message]) -> list[Line]:
    """Return `messages` as lines, in their order, with two queries for all their stories.

    What happened to an answer belongs to the message it answers as well.
    """
    said = list(messages)
    stories: dict[int, list[InteractionEvent]] = defaultdict(list)
    answered = {message.pk: message.in_reply_to_id for message in said}
    for event in InteractionEvent.objects.filter(message__in=said).order_by("id"):
        if event.message_id is None:
            continue
        stories[event.message_id].append(event)
        question = answered.get(event.message_id)
        if question is not None:
            stories[question].append(event)
    answers = {message.in_reply_to_id: message for message in said if message.in_reply_to_id}
    return [_line(message, stories[message.pk], answers.get(message.pk)) for message in said]


def stamp_of(conversation: Conversation) -> str:
    """Return what changes whenever the conversation's page would: its newest rows and handler."""
    last_event = conversation.interactions.order_by("-id").values_list("pk", flat=True).first()
    message = conversation.messages.order_by("-id").first()
    newest = f"{message.pk}.{message.status}.{message.next_at}" if message else ""
    return f"{last_event}.{newest}.{conversation.handled_by}"


def _line(message: Message, story: list[InteractionEvent], answer: Message | None) -> Line:
    story = sorted(story, key=lambda event: event.pk)
    decisions = [
        event
        for event in story
        if event.kind == InteractionEvent.Kind.DECIDED and event.message_id == message.pk
    ]
    last = decisions[-1] if decisions else None
    data = last.data if last and last.reason == message.reason else {}
    return Line(
        message=message,
        sentence=sentence(message.reason, data) if message.reason else "",
        gates=_once(gates_of(last)) if last else [],
        facts=last.data if last else {},
        answer=answer,
        steps=[Step(event.created_at, sentence_of(event)) for event in story],
    )


def _once(gates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop a gate that says the same as the one before it: people need to read it once."""
    before = [None, *(gate["reason"] for gate in gates)]
    return [gate for gate, said in zip(gates, before, strict=False) if gate["reason"] != said]
