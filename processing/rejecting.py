"""Taking a member's rejection of a draft back, while nothing newer happened."""

from django.db import transaction

from flowia.lib import clock
from processing import approving, inbox, ledger, trust
from processing.handling import ChangedSinceError
from processing.models import InteractionEvent, Message
from social.errors import OVERTAKEN

Log = InteractionEvent.Kind
Status = Message.Status
REJECTED, UNDONE = "rejected", "rejection_undone"
SAY_NOTHING = {REJECTED, UNDONE, "snoozed"}
"""Decisions that do not tell why a draft waits."""


def may_take_back(draft: Message) -> bool:
    """Return whether a page offers to take the rejection of an answer back: it may still leave."""
    closes = draft.conversation.window_closes_at
    in_time = closes is None or clock.now() < closes
    return draft.purpose == Message.Purpose.REPLY and in_time


def take_back(draft: Message, *, by: str) -> None:
    """Let the draft that the member `by` (their uid) rejected wait again, with what it had earned.

    Raises ChangedSinceError unless their rejection is the last that was decided on it and nobody
    has written in the conversation since; WindowClosedError and OptedOutError where it could not
    leave any more.
    """
    with transaction.atomic():
        message = approving.locked(draft)
        if message is None or message.status != Status.REFUSED or message.reason != REJECTED:
            raise ChangedSinceError
        told = message.interactions.filter(kind=Log.DRAFT).order_by("-id")
        rejection = told.first()
        if rejection is None or rejection.reason != REJECTED or rejection.data.get("by") != by:
            raise ChangedSinceError
        since = Message.objects.filter(
            conversation=message.conversation_id, created_at__gt=rejection.created_at
        )
        if not may_take_back(message) or since.exists():
            raise ChangedSinceError
        approving.check_may_leave(message.conversation, now=clock.now())
        before = told.exclude(reason__in=SAY_NOTHING).first()
        waits = OVERTAKEN if before is not None and before.reason == OVERTAKEN else ""
        Message.objects.filter(pk=message.pk).update(status=Status.HELD, reason=waits)
        ledger.tell(message, Log.DRAFT, UNDONE, outcome=Status.HELD, data={"by": by})
        trust.note_rejection_undone(message, rejection.data.get("earned", {}))
        inbox.unflag(message.conversation, approving.REJECTED)
        message.conversation.refresh_from_db(fields=["handoff_reason"])
        if not message.conversation.handoff_reason:
            inbox.flag(message.conversation, approving.WAITS)
