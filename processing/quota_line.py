"""Who waits for one of the day's messages, in their order, and who of them may go on.

A message that waits is an inbound row with the reason `quota_waits`; its row in the ledger keeps
what the order needs and no other row has: whether a phone number was left, and of what they wrote
first, when that was and until when an answer may leave. A line may be long: a place is counted, and
who stands in it is read in slices.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Exists,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from accounts.models import Workspace
from billing import quotas
from billing.plans import is_suspended
from flowia.lib import clock
from flowia.lib.standing import StandingChange, given
from processing.decision import has_turn
from processing.inbox import LEASE
from processing.models import Conversation, FollowUp, InteractionEvent, Lead, Message
from processing.threads import NAMELESS
from processing.wakes import Wake

WAITS = "quota_waits"
SLICE = 100
"""So many are read, and woken, at once."""
UNSAID = (Message.Status.REFUSED, Message.Status.FAILED)
NAMES = ("name", "handle", "external_id")
NEVER = 1e12
"""Seconds of a moment that does not come: what has no window stands behind what has one."""
Key = tuple[int, float, float, int]


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits: their place from 1, and what gave it to them.

    `contact` is their name, else what the network calls them, "" where it does not name them.
    `conversation` is its uid, `conversation_id` and `message_id` are keys; `level` is the lead's,
    "" without one. `since` is when they wrote first, `closes` until when an answer may leave (None
    for any time). `until` is when it is looked at again at the latest. Moments are UTC.
    """

    position: int
    conversation: UUID
    contact: str
    level: str
    phone: bool
    since: datetime
    closes: datetime | None
    until: datetime
    conversation_id: int
    message_id: int

    @property
    def hot(self) -> bool:
        """Whether they come before all others: a hot lead, or somebody who left their number."""
        return self.level == Lead.Level.HOT or self.phone


@dataclass(frozen=True)
class First:
    """What somebody keeps of their wait when they write again: their place, and a number."""

    since: datetime
    closes: datetime | None
    phone: bool


def waiting(
    workspace: Workspace, *, now: datetime | None = None, most: int = SLICE
) -> list[Waiting]:
    """Return who waits for one of the workspace's messages, the next one first, `most` at most.

    One place for each conversation: its newest message has it, since its oldest one came.
    """
    rows = _shown(_line(workspace, now or clock.now()))[:most]
    return [_waiting(row, place) for place, row in enumerate(rows, start=1)]


def number_waiting(workspace: Workspace, *, now: datetime, but: int | None = None) -> int:
    """Return how many wait, `but` the conversation with that key."""
    rows = _waiters(workspace, now)
    return (rows if but is None else rows.exclude(conversation_id=but)).count()


def hot_waiting(workspace: Workspace, *, now: datetime) -> int:
    """Return how many of those who wait come before all others."""
    return _line(workspace, now).filter(cold=0).count()


def number_before(workspace: Workspace, key: Key, *, now: datetime, but: int) -> int:
    """Return how many stand in the line before `key`, `but` the conversation with that key."""
    cold, closed, since, message_id = key
    older = Q(since__lt=since) | Q(since=since, pk__lt=message_id)
    sooner = Q(closed__lt=closed) | (Q(closed=closed) & older)
    before = Q(cold__lt=cold) | (Q(cold=cold) & sooner)
    return _line(workspace, now).exclude(conversation_id=but).filter(before).count()


def key_of(message_id: int, *, hot: bool, first: First) -> Key:
    """Return what orders the line: hot first, then the window that closes soonest, then the oldest.

    Window and age are those of what the contact wrote first: writing again costs nobody their
    place.
    """
    closed = NEVER if first.closes is None else first.closes.timestamp()
    return (int(not hot), closed, first.since.timestamp(), message_id)


def first_of(message: Message) -> First | None:
    """Return what an earlier wait for the answer to `message` left; None when nothing waited.

    The wait of an older message counts that is not decided, or gave way to this one.
    """
    said = Message.objects.filter(conversation_id=message.conversation_id)
    unheard = Q(direction="outbound", status__in=[*UNSAID, Message.Status.HELD])
    asks = Q(direction="inbound") & (Q(outcome="") | Q(reason="superseded"))
    settled = said.exclude(unheard | asks).filter(sent_at__lt=message.sent_at)
    last = settled.order_by("-sent_at").values_list("sent_at", flat=True).first()
    told = InteractionEvent.objects.filter(
        conversation=message.conversation_id,
        kind=InteractionEvent.Kind.DECIDED,
        reason=WAITS,
        message__sent_at__lte=message.sent_at,
    )
    if last is not None:
        told = told.filter(message__sent_at__gt=last)
    facts = told.order_by("-id").values_list("data", flat=True).first()
    if facts is None or "since" not in facts:
        return None
    closed = facts["closed"]
    since = min(_moment(facts["since"]), message.sent_at)
    return First(since, None if closed is None else _moment(closed), bool(facts["phone"]))


def place_of(conversation: Conversation, *, now: datetime) -> Waiting | None:
    """Return the place of one conversation in the line, None when it does not wait."""
    workspace = conversation.workspace
    row = _shown(_line(workspace, now).filter(conversation=conversation)).first()
    if row is None:
        return None
    key = (row["cold"], row["closed"], row["since"], row["pk"])
    return _waiting(row, 1 + number_before(workspace, key, now=now, but=conversation.pk))


def cannot_wait(closes: datetime | None, usage: quotas.Usage) -> bool:
    """Return whether the answer has to leave before the quota is renewed."""
    return closes is not None and usage.renews_at is not None and closes <= usage.renews_at


def wake_waiting(workspace: Workspace, now: datetime) -> list[Wake]:
    """Look at once at who may go on: the plan allows more. Call it in the plan's transaction.

    Returns what is to be woken once that is committed; the dispatcher finds it as well. Of a long
    line the first go on; `advance` lets the next ones follow.
    """
    return [] if is_suspended(workspace) else _advanced(workspace, now)


def advance(*, now: datetime) -> list[Wake]:
    """Look again at who may go on by now: a day began, a message was given back, a place is free.

    Nobody else wakes a line: who has no turn is not looked at. A workspace that is suspended
    leaves its line as it is.
    """
    waits = Message.objects.filter(_pending()).values("workspace").distinct()
    planned = FollowUp.objects.filter(status="pending", reason=WAITS).values("workspace")
    rows = Workspace.objects.filter(Q(pk__in=waits) | Q(pk__in=planned))
    return [wake for workspace in rows.order_by("pk") for wake in wake_waiting(workspace, now)]


def step_out(message: Message, *, now: datetime) -> None:
    """Look again at what waits in the conversation and is older than `message`, which is decided.

    It gives way to it, so that nothing of it waits until midnight.
    """
    asked = {"conversation": message.conversation_id, "sent_at": message.sent_at}
    STEP_OUT(now=now, after=now + LEASE, **asked)


def _advanced(workspace: Workspace, now: datetime) -> list[Wake]:
    usage = quotas.usage(workspace, now=now)
    if usage.remaining == 0:
        return []
    turns = SLICE if usage.remaining is None else min(SLICE, usage.remaining)
    turn = [
        one.message_id
        for ahead, one in enumerate(waiting(workspace, now=now, most=turns))
        if has_turn(
            usage.remaining,
            ahead=ahead,
            kept=0 if one.hot or cannot_wait(one.closes, usage) else usage.kept,
        )
    ]
    wakes = _woken(turn, now)
    if usage.remaining is not None:
        ahead = number_waiting(workspace, now=now)
        turns = min(SLICE, usage.remaining - ahead - quotas.kept_of(usage.limit))
    return [*wakes, *_follow_ups_woken(workspace, max(0, turns), now)]


def _woken(messages: list[int], now: datetime) -> list[Wake]:
    """Make them due now; whom a worker has, or who is due within its lease, is left alone."""
    rows = Message.objects.filter(_pending(), pk__in=messages, next_at__gt=now + LEASE)
    due = set(rows.values_list("pk", flat=True))
    rows.update(next_at=now)
    return [Wake("respond", one) for one in messages if one in due]


def _follow_ups_woken(workspace: Workspace, most: int, now: datetime) -> list[Wake]:
    rows = FollowUp.objects.filter(workspace=workspace, status="pending", reason=WAITS)
    rows = rows.filter(next_at__gt=now + LEASE)
    due = list(rows.order_by("next_at", "pk").values_list("pk", flat=True)[:most])
    rows.filter(pk__in=due).update(next_at=now)
    return [Wake("follow", one) for one in due]


def _pending() -> Q:
    return Q(direction="inbound", outcome="", reason=WAITS, next_at__isnull=False)


STEP_OUT = StandingChange(
    lambda: (
        Message.objects.filter(
            _pending(),
            conversation_id=given.key("conversation"),
            sent_at__lte=given.moment("sent_at"),
            next_at__gt=given.moment("after"),
        ),
        {"next_at": given.moment("now")},
    )
)


def _waiters(workspace: Workspace, now: datetime) -> QuerySet[Message]:
    """Select what waits and nobody has seen to, of each conversation the newest.

    What holds a message goes already.
    """
    said = Message.objects.filter(conversation=OuterRef("conversation"))
    by_hand = said.filter(author="human", sent_at__gt=OuterRef("sent_at"))
    newer = Q(sent_at__gt=OuterRef("sent_at")) | Q(
        sent_at=OuterRef("sent_at"), pk__gt=OuterRef("pk")
    )
    still_there = Q(removed_at=None, hidden_at=None)
    theirs = Q(conversation__handled_by=Conversation.Handler.HUMAN)
    over = Q(conversation__human_until__lte=now)
    return Message.objects.filter(
        _pending() & still_there,
        ~theirs | over,
        ~Exists(by_hand.exclude(status__in=UNSAID)),
        ~Exists(said.filter(_pending() & still_there & newer)),
        workspace=workspace,
        quota_day=None,
        conversation__contact__opted_out_at=None,
    )


def _line(workspace: Workspace, now: datetime) -> QuerySet[Any]:
    """Select who waits in their order; see `key_of`."""
    told = InteractionEvent.objects.filter(
        message=OuterRef("pk"), kind=InteractionEvent.Kind.DECIDED, reason=WAITS
    )
    hot = Q(conversation__contact__lead__level=Lead.Level.HOT) | Q(facts__phone=True)
    line: QuerySet[Any] = (
        _waiters(workspace, now)
        .annotate(facts=Subquery(told.order_by("-id").values("data")[:1]))
        .annotate(
            cold=Case(When(hot, then=0), default=1, output_field=IntegerField()),
            closed=_seconds("facts__closed"),
            since=_seconds("facts__since"),
        )
        .order_by("cold", "closed", "since", "pk")
    )
    return line


def _seconds(path: str) -> Coalesce:
    return Coalesce(Cast(KT(path), FloatField()), Value(NEVER))


def _shown(line: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]:
    columns = [f"conversation__contact__{name}" for name in (*NAMES, "lead__level")]
    own = ("pk", "conversation_id", "sent_at", "next_at", "facts", "cold", "closed", "since")
    shown: QuerySet[Any, dict[str, Any]] = line.values(*own, "conversation__uid", *columns)
    return shown


def _waiting(row: dict[str, Any], position: int) -> Waiting:
    facts = row["facts"] or {}
    told = facts.get("closes")
    return Waiting(
        position=position,
        conversation=row["conversation__uid"],
        contact=_called(*(row[f"conversation__contact__{name}"] for name in NAMES)),
        level=row["conversation__contact__lead__level"] or "",
        phone=bool(facts.get("phone")),
        since=_moment(facts["since"]) if "since" in facts else row["sent_at"],
        closes=datetime.fromisoformat(told) if told else None,
        until=row["next_at"],
        conversation_id=row["conversation_id"],
        message_id=row["pk"],
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _called(name: str, handle: str, external_id: str) -> str:
    if name or handle:
        return name or f"@{handle}"
    return "" if external_id.startswith(NAMELESS) else f"…{external_id[-4:]}"
