"""A conversation as a person reads it: what was said, what became of it, and why."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from processing.handed import BY_HAND
from processing.ledger import gates_of, sentence_of
from processing.models import Conversation, Delivery, InteractionEvent, Message
from processing.reasons import UNTIL_SOMEBODY, sentence

QUEUED = Message.Status.QUEUED
LEFT = (Message.Status.SENT, Message.Status.DELIVERED, Message.Status.READ)
STORY = "story"
"""What a direct message quotes that answers a story of ours (`social.contracts`)."""


@dataclass(frozen=True)
class Step:
    """One thing that happened around a message."""

    at: datetime
    sentence: str


@dataclass(frozen=True)
class Line:
    """One message with its story; gates and facts belong to an inbound message's last decision.

    `answer` is what was written back, when it stands among the same messages, and `question`
    what it answers, likewise. `about` is what it
    answers or quotes, `above` tells that this is the line before it; `about_code` says of what we
    do not have what it was: "story", or "unknown". `leaves_at` is when what was put off may leave.
    """

    message: Message
    sentence: str
    gates: Sequence[dict[str, Any]]
    facts: dict[str, Any]
    steps: Sequence[Step]
    answer: Message | None = None
    about: Message | None = None
    about_code: str = ""
    above: bool = False
    leaves_at: datetime | None = None
    question: Message | None = None

    @property
    def reactions(self) -> list[str]:
        """The emojis that people put on it."""
        return self.message.emojis

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
    def put_off(self) -> bool:
        """Whether it is to leave and may not yet: its sentence says why."""
        return self.leaves_at is not None

    @property
    def until_somebody(self) -> bool:
        """Whether it waits until a person does something: nobody knows when it leaves."""
        return self.message.reason in UNTIL_SOMEBODY

    @property
    def by_hand(self) -> bool:
        """Whether a member has the words in hand to send them on the network."""
        return _in_hand(self.message)

    @property
    def answer_by_hand(self) -> bool:
        """Whether a member has the words of its answer in hand."""
        return self.answer is not None and _in_hand(self.answer)

    @property
    def by_itself(self) -> bool:
        """Whether the assistant wrote it and it left without a person: no gate stopped it."""
        return self.message.status in LEFT and not self.message.approved_by

    @property
    def lost(self) -> bool:
        """Whether it did not reach the contact, or perhaps did not."""
        return self.message.status in {
            Message.Status.FAILED,
            Message.Status.REFUSED,
            Message.Status.UNCONFIRMED,
        }


def lines_of(messages: Iterable[Message]) -> list[Line]:
    """Return `messages` as lines, in their order, with three queries for all their stories.

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
    moments = _put_off(said)
    told = [
        _line(message, stories[message.pk], answers.get(message.pk), moments.get(message.pk))
        for message in said
    ]
    asked = {message.pk: message for message in said}
    told = [replace(one, question=asked.get(one.message.in_reply_to_id or 0)) for one in told]
    return _with_what_they_answer(told)


def _put_off(messages: Sequence[Message]) -> dict[int, datetime]:
    """Return when each message may leave that was found to be too early."""
    waits = [
        one.pk for one in messages if one.status == QUEUED and one.reason and not _in_hand(one)
    ]
    if not waits:
        return {}
    rows = Delivery.objects.filter(message__in=waits, status=QUEUED, next_at__isnull=False)
    return {pk: at for pk, at in rows.values_list("message", "next_at") if at is not None}


def _with_what_they_answer(lines: list[Line]) -> list[Line]:
    """Return the lines with the comments they answer, or the messages they quote."""
    meant = {line.message.pk: _meant(line.message) for line in lines}
    ids = {one for one in meant.values() if one and one != STORY}
    found: dict[str, Message] = {}
    if ids:
        account = lines[0].message.social_account_id
        rows = Message.objects.filter(social_account=account, external_id__in=ids)
        found = {one.external_id: one for one in rows.select_related("conversation__contact")}
    before = [None, *(line.message.external_id for line in lines)]
    return [
        replace(
            line,
            about=found.get(meant[line.message.pk]),
            about_code=_code(meant[line.message.pk], found),
            above=bool(last) and last == meant[line.message.pk],
        )
        for line, last in zip(lines, before, strict=False)
    ]


def _in_hand(message: Message) -> bool:
    return message.status == QUEUED and message.reason == BY_HAND


def _meant(message: Message) -> str:
    return message.parent_external_id or message.quoted_external_id


def _code(meant: str, found: dict[str, Message]) -> str:
    if not meant or meant in found:
        return ""
    return STORY if meant == STORY else "unknown"


def with_newest(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Ask along with threads for what `stamp_of` needs, and for how many messages they hold."""
    said = Message.objects.filter(conversation=OuterRef("pk"))
    told = InteractionEvent.objects.filter(conversation=OuterRef("pk"))
    number = said.order_by().values("conversation").annotate(number=Count("pk")).values("number")
    last = said.order_by("-id")
    return rows.annotate(
        said=Coalesce(Subquery(number), 0),
        last_event=Subquery(told.order_by("-id").values("pk")[:1]),
        last_said=Subquery(last.values("pk")[:1]),
        last_said_status=Subquery(last.values("status")[:1]),
        last_said_next=Subquery(last.values("next_at")[:1]),
    )


def stamp_of(conversation: Any) -> str:
    """Return what changes whenever the conversation's page would: its newest rows and handler.

    Of a thread of `with_newest`: what happens after it was read is news.
    """
    found, account = conversation, conversation.social_account
    newest = f"{found.last_said}.{found.last_said_status}.{found.last_said_next}"
    through = f"{account.status}.{account.held_until}.{found.other_app_since}"
    return f"{found.last_event}.{newest}.{found.handled_by}.{through}"


def _line(
    message: Message,
    story: list[InteractionEvent],
    answer: Message | None,
    leaves_at: datetime | None,
) -> Line:
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
        leaves_at=leaves_at,
        steps=[Step(event.created_at, sentence_of(event)) for event in story],
    )


def _once(gates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop a gate that says the same as the one before it: people need to read it once."""
    before = [None, *(gate["reason"] for gate in gates)]
    return [gate for gate, said in zip(gates, before, strict=False) if gate["reason"] != said]
