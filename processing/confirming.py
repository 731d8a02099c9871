"""What follows when a message left, once, whoever learns of it first: quota, proof, follow-up."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce

from billing import quotas
from flowia.lib.standing import Standing, given
from processing import ledger, notices, sequences
from processing.holding import give_quota_back, take_day
from processing.models import InteractionEvent, Message

__all__ = ["first_answer", "give_quota_back", "note_left"]
NOTICES = (Message.Purpose.HANDOFF_NOTICE, Message.Purpose.OPT_OUT_NOTICE)
"""What leaves by itself and answers nothing."""
LEFT = ("sent", "delivered", "read", "unconfirmed")
CALLS_FOR_NOTHING = ("nothing_to_add", "opted_out")
"""Why a message was left without an answer on purpose: nobody waits for one."""
EVER = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
ANSWERED_UNTIL = Standing(
    lambda: (
        Message.objects.filter(
            conversation_id=given.key("conversation"),
            direction=Message.Direction.OUTBOUND,
            status__in=LEFT,
            sent_at__lte=given.moment("now"),
        )
        .exclude(pk=given.key("id"))
        .exclude(purpose__in=NOTICES)
        .annotate(until=Coalesce("in_reply_to__sent_at", "sent_at"))
        .order_by("-until")
        .values_list("until", flat=True)[:1]
    )
)
FIRST_ASKED = Standing(
    lambda: (
        Message.objects.filter(
            Q(sent_at__lte=given.moment("now")) | Q(pk=given.key("question")),
            conversation_id=given.key("conversation"),
            direction=Message.Direction.INBOUND,
            sent_at__gt=given.moment("until"),
        )
        .exclude(reason__in=CALLS_FOR_NOTHING)
        .order_by("sent_at", "id")
        .values_list("sent_at", flat=True)[:1]
    )
)


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
    asked = {"conversation": message.conversation_id, "id": message.pk, "now": now}
    # An answer that left after a newer question answers the older one alone.
    until = ANSWERED_UNTIL.first(**asked) or EVER
    # The question itself counts even where the network's clock is ahead of ours.
    question = message.in_reply_to_id or 0
    first = FIRST_ASKED.first(question=question, until=until, **asked)
    return {} if first is None else {"first_answer": max(0, round((now - first).total_seconds()))}
