"""Handing messages over, once and only once.

A delivery goes *queued → sending → sent | refused | failed | unconfirmed*. Every arrow is one
UPDATE that must change exactly one row. *sending* is written just before the call: from then on
the message may have left, so it is never called again; an echo or a human settles it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet

from flowia.lib import leases
from processing import attention
from processing.models import Contact, Conversation, Delivery, FollowUp, Message
from processing.outbox_rows import (
    ARRIVED,
    BEGIN,
    FREE_AT,
    LOCKED,
    NAMED,
    SLOT,
    TAKE,
    TAKEN,
    THROUGH,
)
from social.errors import ProviderError
from social.providers.registry import BROWSED

LEASE = timedelta(seconds=30)
"""Longer than the call's own time-outs (15 s), so that a living worker is never overtaken."""
BROWSER_LEASE = timedelta(minutes=5)
"""The same for a browser, which is ended after four (`tasks.BROWSER_SECONDS`)."""
MAX_ATTEMPTS = 3
BACKOFF_SECONDS = (5, 30, 120)
LONGEST_PAUSE_SECONDS = 86_400
REFERENCE = "delivery:"
END_OF_TIME = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)


@dataclass(frozen=True)
class Words:
    """What is to be said: the text, the AI notice before it, its intent, and words to mark."""

    text: str
    notice: str = ""
    intent: str = ""
    marks: tuple[dict[str, Any], ...] = ()


def queue_reply(
    inbound: Message, words: Words, *, held: bool, scenario: Any, now: datetime
) -> tuple[Message, Delivery | None]:
    """Write the answer to `inbound` and, unless it is held for approval, its delivery.

    A draft that is held has no notice yet: whether one is due shows when it leaves. The inbound
    message's hold on the day's quota moves to the answer.
    """
    reply = Message.objects.create(
        workspace=inbound.workspace,
        conversation=inbound.conversation,
        social_account=inbound.social_account,
        direction=Message.Direction.OUTBOUND,
        author=Message.Author.ASSISTANT,
        text=words.text if held else joined(words.notice, words.text),
        notice="" if held else words.notice,
        intent=words.intent,
        marks=list(words.marks),
        drafted=words.text if held else "",
        status=Message.Status.HELD if held else Message.Status.QUEUED,
        sent_at=now,
        in_reply_to=inbound,
        private=scenario.comment_answer == "private" and inbound.conversation.kind == "comment",
        post_external_id=inbound.post_external_id,
        parent_external_id=inbound.external_id if inbound.conversation.kind == "comment" else "",
        scenario=scenario,
        scenario_version=scenario.version,
        request_id=inbound.request_id,
        quota_day=inbound.quota_day,
    )
    if held:
        attention.mark(inbound.conversation_id)
        return reply, None
    return reply, Delivery.objects.create(workspace=inbound.workspace, message=reply, next_at=now)


def queue_follow_up(
    follow_up: FollowUp, words: Words, *, held: bool, scenario: Any, now: datetime
) -> tuple[Message, Delivery | None]:
    """Write a follow-up and, unless it is held for approval, its delivery.

    The follow-up's hold on the day's quota moves to the message.
    """
    return _queue(
        follow_up.conversation,
        Message(
            purpose=Message.Purpose.FOLLOW_UP,
            text=words.text if held else joined(words.notice, words.text),
            notice="" if held else words.notice,
            marks=list(words.marks),
            drafted=words.text if held else "",
            status=Message.Status.HELD if held else Message.Status.QUEUED,
            scenario=scenario,
            scenario_version=scenario.version,
            request_id=follow_up.request_id,
            quota_day=follow_up.quota_day,
        ),
        now=now,
    )


def queue_notice(
    conversation: Conversation,
    purpose: str,
    words: Words,
    *,
    day: date,
    request_id: str,
    now: datetime,
) -> tuple[Message, Delivery | None]:
    """Write what the product says of itself (`Message.Purpose`), holding one of `day`'s quota."""
    notice = Message(
        purpose=purpose,
        text=joined(words.notice, words.text),
        notice=words.notice,
        status=Message.Status.QUEUED,
        request_id=request_id,
        quota_day=day,
    )
    return _queue(conversation, notice, now=now)


def _queue(
    conversation: Conversation, message: Message, *, now: datetime
) -> tuple[Message, Delivery | None]:
    message.workspace_id = conversation.workspace_id
    message.conversation = conversation
    message.social_account_id = conversation.social_account_id
    message.direction, message.author = Message.Direction.OUTBOUND, Message.Author.ASSISTANT
    message.sent_at = now
    message.save()
    if message.status == Message.Status.HELD:
        attention.mark(conversation.pk)
        return message, None
    delivery = Delivery(workspace_id=conversation.workspace_id, message=message, next_at=now)
    delivery.save()
    return message, delivery


def joined(notice: str, text: str) -> str:
    """Return a message's whole text: the notice, an empty line, what was to be said."""
    return f"{notice}\n\n{text}" if notice and text else text


def claim(delivery_id: int, *, now: datetime) -> Delivery | None:
    """Take a delivery that is due, for one lease, and count the attempt; None when not ours."""
    if not TAKE(id=delivery_id, now=now, until=now + LEASE):
        return None
    mine = Delivery.objects.filter(pk=delivery_id, status="queued", next_at=now + LEASE)
    leases.held(mine, next_at=now, attempts=F("attempts") - 1)
    delivery = TAKEN.first(id=delivery_id)
    return delivery if delivery is not None and delivery.next_at == now + LEASE else None


def lock(conversation: Conversation) -> bool:
    """Let nobody else change the conversation until the transaction ends; False when it is gone.

    Whoever changes more than one row of a conversation begins here: a takeover then comes before
    a send or after it, never in between, and two transactions never wait for each other.
    """
    return bool(LOCKED(id=conversation.pk))


def lock_all(conversations: QuerySet[Conversation]) -> list[int]:
    """Lock several conversations as `lock` does, in the order of their ids; return those there are.

    Whoever changes rows of several begins here: what is locked one by one between the changes is
    wanted by others in another order (a send takes its conversation, then the day's quota).
    """
    rows = conversations.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def handle_of(contact: Contact) -> str:
    """Return what a public answer calls the person."""
    return contact.handle or contact.name


def needs_browser(delivery_id: int) -> bool:
    """Return whether the delivery leaves through a browser: its queue is another one."""
    return THROUGH.first(id=delivery_id) in BROWSED


def begin(delivery: Delivery, *, now: datetime, lease: timedelta = LEASE) -> bool:
    """Mark the delivery *sending*, the last step before the call; False when it is too late.

    The conversation's slot of the five-minute rule is taken in the same transaction by the
    caller, with `take_slot`.
    """
    until, handle = now + lease, handle_of(delivery.message.conversation.contact)
    mine = {"id": delivery.pk, "status": delivery.status, "held": delivery.next_at}
    if not BEGIN(now=now, until=until, handle=handle, **mine):
        return False
    delivery.status, delivery.handle = Delivery.Status.SENDING, handle
    delivery.next_at, delivery.begun_at = until, now
    return True


@dataclass(frozen=True)
class Slot:
    """The turn a message took in its conversation: it ends at `until`; `before`, the one before."""

    until: datetime
    before: datetime | None


def take_slot(
    conversation: Conversation, *, now: datetime, at_once: bool = False, lease: timedelta = LEASE
) -> Slot | None:
    """Take the conversation's next automatic message; None while the last one is too recent.

    `at_once` takes it whatever came before. The network may take the message until the `lease` is
    over: the pause is counted from there, until the call's end is known (`stamp`). Call it while
    the conversation is locked.
    """
    slot = Slot(
        until=now + lease + timedelta(seconds=settings.MIN_SECONDS_BETWEEN_MESSAGES),
        before=slot_free_at(conversation),
    )
    by = END_OF_TIME if at_once else now
    return slot if SLOT(id=conversation.pk, by=by, until=slot.until) else None


def stamp(conversation_id: int, *, now: datetime, **more: datetime) -> None:
    """Let the pause begin now, when a call is over: a slow one must not shorten it."""
    until = now + timedelta(seconds=settings.MIN_SECONDS_BETWEEN_MESSAGES)
    rows = Conversation.objects.filter(pk=conversation_id)
    rows.update(next_automatic_at=until, **more)


def slot_free_at(conversation: Conversation) -> datetime | None:
    """Return when the conversation's next automatic message may leave, as it stands now."""
    return FREE_AT.first(id=conversation.pk)


def give_slot_back(conversation: Conversation, slot: Slot | None) -> None:
    """Undo the taking of `slot`: its message certainly did not leave. None took nothing.

    A pause that another message earned before or since stays.
    """
    if slot is not None:
        still = Conversation.objects.filter(pk=conversation.pk, next_automatic_at=slot.until)
        still.update(next_automatic_at=slot.before)


def postpone(delivery: Delivery, until: datetime, *, count: bool) -> bool:
    """Try again at `until`; without `count` the attempt does not count, since none was made.

    Returns False when the delivery is no longer this worker's.
    """
    attempts = delivery.attempts if count else delivery.attempts - 1
    changes = {"status": Delivery.Status.QUEUED, "next_at": until, "attempts": attempts}
    return bool(_mine(delivery).update(**changes))


def succeed(delivery: Delivery, external_id: str, *, now: datetime, milliseconds: int) -> bool:
    """Write that the network took the message; False when its echo already said so."""
    won = ARRIVED(id=delivery.pk, now=now, milliseconds=milliseconds)
    stamp(delivery.message.conversation_id, now=now, last_message_at=now)
    if won:
        mark_sent(delivery.message_id, external_id, now=now)
    return bool(won)


def close(
    delivery: Delivery,
    status: str,
    reason: str,
    *,
    code: str,
    now: datetime,
    look_at: datetime | None = None,
) -> bool:
    """End the delivery as refused, failed or unconfirmed, and say why on the message.

    What is unconfirmed is looked up at the network at `look_at`.

    Returns False when it is settled already, or no longer this worker's.
    """
    ended = {"status": status, "next_at": look_at, "error_code": code[:60], "finished_at": now}
    if not _mine(delivery).update(**ended):
        return False
    live = Message.objects.filter(pk=delivery.message_id, status__in=["queued", "held"])
    live.update(status=status, reason=reason)
    return True


def withdraw(delivery: Delivery) -> bool:
    """Delete a delivery that certainly did not leave; False when it is no longer this worker's."""
    return bool(_mine(delivery).delete()[0])


def retry_at(
    delivery: Delivery, error: ProviderError, *, now: datetime, counts: bool = True
) -> datetime | None:
    """Return when to try again after a clean refusal; None after the last attempt that counts."""
    if counts and delivery.attempts >= MAX_ATTEMPTS:
        return None
    pause = error.retry_after or BACKOFF_SECONDS[min(delivery.attempts, len(BACKOFF_SECONDS)) - 1]
    return now + timedelta(seconds=min(pause, LONGEST_PAUSE_SECONDS))


def overdue(*, now: datetime) -> list[Delivery]:
    """Return deliveries whose worker vanished in mid-send: their lease is over."""
    rows = Delivery.objects.filter(status=Delivery.Status.SENDING, next_at__lte=now)
    return list(rows.select_related("workspace", "message__conversation__workspace")[:100])


def _mine(delivery: Delivery) -> QuerySet[Delivery]:
    """Select the delivery as this worker left it: once its lease is over it may be another's.

    Without this, a worker that slept would put back or refuse what another is sending.
    """
    return Delivery.objects.filter(pk=delivery.pk, status=delivery.status, next_at=delivery.next_at)


def mark_sent(message_id: int, external_id: str, *, now: datetime) -> None:
    """Write that the network has the message and calls it `external_id`; once.

    Also of what was given up: the network knows better.
    """
    NAMED(id=message_id, external_id=external_id, now=now)
