"""What follows when a message left, once, whoever learns of it first: quota, proof, follow-up."""

from datetime import datetime
from typing import Any

from django.db.models import Max, Q
from django.db.models.functions import Coalesce

from billing import quotas
from processing import ledger, notices, sequences
from processing.holding import give_quota_back, take_day
from processing.models import InteractionEvent, Message

__all__ = ["first_answer", "give_quota_back", "note_left"]
NOTICES = (Message.Purpose.HANDOFF_NOTICE, Message.Purpose.OPT_OUT_NOTICE)
"""What leaves by itself and answers nothing."""
LEFT = ("sent", "delivered", "read", "unconfirmed")
CALLS_FOR_NOTHING = ("nothing_to_add", "opted_out")
"""Why a message was left without an answer on purpose: nobody waits for one."""


def note_left(message: Message, *, now: datetime) -> dict[str, Any]:
    """Count the message's held quota as used, keep the proof of its AI notice, plan what follows.

    Idempotent; call it in the transaction of what tells it. Returns what the ledger keeps of it,
    beside how it left: purpose, author, `first_answer`, and the day whose quota it used.
    """
    day = take_day(message)
    if day is not None:
        quotas.commit(message.workspace, day)
    if message.notice and notices.note_sent(message, now=now):
        data = {"language": message.workspace.language, "message": str(message.uid)}
        ledger.tell(message, InteractionEvent.Kind.NOTICE, "ai_notice_sent", data=data)
    if message.author == Message.Author.ASSISTANT:
        sequences.plan_after(message, now=now)
    else:
        sequences.human_wrote(message.conversation, now=now)
    facts = {"purpose": str(message.purpose), "author": str(message.author)}
    counted = {} if day is None else {ledger.COUNTED: day.isoformat()}
    return {**facts, **counted, **first_answer(message, now=now)}


def first_answer(message: Message, *, now: datetime) -> dict[str, int]:
    """Return after how many seconds `message`, which left at `now`, answered: `{"first_answer"}`.

    They run from the contact's first message that nobody had answered. Empty for what answers
    nothing: a notice, a follow-up, the second of two answers.
    """
    if message.purpose != Message.Purpose.REPLY:
        return {}
    said = Message.objects.filter(conversation_id=message.conversation_id)
    answers = said.filter(direction=Message.Direction.OUTBOUND, status__in=LEFT, sent_at__lte=now)
    # An answer that left after a newer question answers the older one alone.
    until = (
        answers.exclude(pk=message.pk)
        .exclude(purpose__in=NOTICES)
        .aggregate(last=Max(Coalesce("in_reply_to__sent_at", "sent_at")))["last"]
    )
    # The question itself counts even where the network's clock is ahead of ours.
    asked = said.filter(Q(sent_at__lte=now) | Q(pk=message.in_reply_to_id))
    asked = asked.filter(direction=Message.Direction.INBOUND).exclude(reason__in=CALLS_FOR_NOTHING)
    if until is not None:
        asked = asked.filter(sent_at__gt=until)
    first = asked.order_by("sent_at", "id").values_list("sent_at", flat=True).first()
    return {} if first is None else {"first_answer": max(0, round((now - first).total_seconds()))}
