"""What failed for good: one row, for an operator to look at and replay."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Workspace
from integrations import removals
from integrations.models import Removal, SyncRun
from processing.models import Conversation, DeadLetter, Delivery, FollowUp, Message
from social import events
from social.models import WebhookEvent

REPEATABLE: dict[str, Callable[..., bool]] = {
    "receive": events.reopen,
    "remove": removals.reopen,
}
"""Work that may be done twice without harm, and what makes it due again."""
NOTHING: Mapping[str, Callable[..., bool]] = MappingProxyType({})


def bury(
    kind: str, object_id: int, *, workspace: Workspace | None, reason: str, attempts: int
) -> None:
    """Write the dead letter of one piece of work, once while it is not replayed."""
    DeadLetter.objects.bulk_create(
        [
            DeadLetter(
                kind=kind,
                object_id=object_id,
                workspace=workspace,
                reason=reason[:60],
                attempts=attempts,
            )
        ],
        ignore_conflicts=True,
    )


def close(kind: str, object_id: int, *, now: datetime) -> None:
    """Note that the work was replayed by another way."""
    DeadLetter.objects.filter(kind=kind, object_id=object_id, replayed_at__isnull=True).update(
        replayed_at=now
    )


def exhume(
    dead_letter_id: int, *, now: datetime, more: Mapping[str, Callable[..., bool]] = NOTHING
) -> tuple[str, int] | None:
    """Make the work due again with fresh attempts; returns its kind and the row to wake, or None.

    `more` is work that may be repeated beside REPEATABLE: a push asks the lead what it writes.
    A delivery that may have left is never made due again: it has to be looked at.
    """
    letter = DeadLetter.objects.filter(pk=dead_letter_id, replayed_at__isnull=True).first()
    with transaction.atomic():
        if letter is None or not _reopen(letter, now, more):
            return None
        letter.replayed_at = now
        letter.save(update_fields=["replayed_at"])
    return letter.kind, _to_wake(letter)


def repeatable(letters: "QuerySet[DeadLetter]") -> "QuerySet[DeadLetter]":
    """Select the letters that `exhume` would let be done again, as far as their rows tell.

    What may already have left, and what a human has taken meanwhile, is not among them.
    """
    row = OuterRef("object_id")
    failed = Delivery.objects.filter(pk=row, status=Delivery.Status.FAILED)
    unsent = failed.filter(message__status=Message.Status.FAILED)
    handed_over = Message.objects.filter(pk=row, outcome=Message.Outcome.HANDOFF)
    left = FollowUp.objects.filter(pk=row, status=FollowUp.Status.TASK, reason="gave_up")
    calls = WebhookEvent.objects.filter(pk=row, status=WebhookEvent.Status.FAILED)
    removing = Removal.objects.filter(pk=row, status=Removal.Status.FAILED)
    pushes = SyncRun.objects.filter(pk=row, status=SyncRun.Status.FAILED)
    return letters.filter(replayed_at=None).filter(
        Q(Exists(unsent), kind="send")
        | Q(Exists(handed_over), kind="respond")
        | Q(Exists(left), kind="follow")
        | Q(Exists(calls), kind="receive")
        | Q(Exists(removing), kind="remove")
        | Q(Exists(pushes), kind="sync")
    )


def _to_wake(letter: DeadLetter) -> int:
    """Return the row that is woken: a push waits for its tool's turn."""
    if letter.kind != "sync":
        return letter.object_id
    return SyncRun.objects.values_list("integration", flat=True).get(pk=letter.object_id)


def _reopen(letter: DeadLetter, now: datetime, more: Mapping[str, Callable[..., bool]]) -> bool:
    row, repeatable = letter.object_id, {**REPEATABLE, **more}
    if letter.kind in repeatable:
        return repeatable[letter.kind](row, now=now)
    if letter.kind == "respond":
        return _reopen_message(row, now)
    if letter.kind == "follow":
        return _reopen_follow_up(row, now)
    if letter.kind == "send":
        failed = Delivery.objects.filter(pk=row, status=Delivery.Status.FAILED)
        messages = Message.objects.filter(delivery=row, status=Message.Status.FAILED)
        again = {"status": "queued", "next_at": now, "attempts": 0, "looks": 0, "error_code": ""}
        if not failed.update(**again):
            return False
        return bool(messages.update(status=Message.Status.QUEUED, reason=""))
    return False


def _reopen_follow_up(follow_up_id: int, now: datetime) -> bool:
    left = FollowUp.objects.filter(pk=follow_up_id, status=FollowUp.Status.TASK, reason="gave_up")
    again = {"status": FollowUp.Status.PENDING, "reason": "", "next_at": now, "attempts": 0}
    try:
        with transaction.atomic():
            return bool(left.update(**again))
    except IntegrityError:
        # A newer one is planned: a conversation has one at a time.
        return False


def _reopen_message(message_id: int, now: datetime) -> bool:
    handed_over = Message.objects.filter(pk=message_id, outcome=Message.Outcome.HANDOFF)
    if not handed_over.update(outcome="", reason="", next_at=now, attempts=0):
        return False
    # Giving up handed the conversation over; nobody took it, or the flag would be gone.
    abandoned = Conversation.objects.filter(messages=message_id, handoff_reason="gave_up")
    Conversation.objects.filter(pk__in=abandoned.values("pk")).update(
        handled_by=Conversation.Handler.ASSISTANT, human_until=None, handoff_reason=""
    )
    return True
