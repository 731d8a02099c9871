"""What members do by hand, each with its row in the ledger."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from flowia.lib import clock
from flowia.lib.errors import ConflictError, NotFoundError
from processing import approving, by_hand, classifying, fitting, handling, inbox, outbox, sequences
from processing.classes import LEFT_ALONE
from processing.handoffs import take_notice_back
from processing.ledger import record, tell
from processing.models import Conversation, Delivery, FollowUp, InteractionEvent, Message
from processing.situations import human_window, last_inbound
from processing.wakes import Wake
from social.providers.registry import capabilities_of

SORTED_OUT = {f"sorted_as_{kind}" for kind in LEFT_ALONE}
"""Why a message got no answer though its scenario has one."""


def step_in(conversation: Conversation, *, by: str) -> bool:
    """Take the conversation over for the member `by` (their uid); twice prolongs their time.

    Returns whether that is a deed of its own, which `handling.undo` takes back.
    """
    known = conversation.handled_by == Conversation.Handler.HUMAN
    needed = conversation.handoff_reason
    with transaction.atomic():
        outbox.lock(conversation)
        now, before = clock.now(), handling.state_of(conversation)
        off = sequences.planned_in(conversation)
        inbox.take_over(conversation, now=now)
        sequences.cancel(conversation, "taken_over", now=now, tasks=False)
        if known and not needed:
            return False
        kind, told = InteractionEvent.Kind.TAKEOVER, {"by": by, "before": before, "off": off}
        _note_handling(conversation, kind, "taken_over", told)
    return True


def give_back(conversation: Conversation, *, by: str) -> bool:
    """Give the conversation back to the assistant for the member `by`; twice is once.

    Returns whether there was anything to give back.
    """
    if (
        conversation.handled_by == Conversation.Handler.ASSISTANT
        and not conversation.handoff_reason
    ):
        return False
    with transaction.atomic():
        outbox.lock(conversation)
        before = handling.state_of(conversation)
        inbox.release(conversation)
        take_notice_back(conversation, "released", now=clock.now())
        kind, told = InteractionEvent.Kind.RELEASE, {"by": by, "before": before}
        _note_handling(conversation, kind, "released", told)
    return True


def _note_handling(
    conversation: Conversation, kind: InteractionEvent.Kind, reason: str, told: dict[str, Any]
) -> None:
    """Append a takeover or a release, with what it changed."""
    record(
        kind,
        workspace=conversation.workspace,
        conversation=conversation,
        reason=reason,
        data={**told, "after": handling.state_of(conversation)},
    )


class NotSortedError(ConflictError):
    """The conversation's network is not sorted."""

    code = "not_sorted"
    detail = _("Conversations of this network are not sorted by what people want.")


def sort_conversation(conversation: Conversation, category: str, *, by: str) -> None:
    """Write down for the member `by` what kind of conversation it is; twice is once.

    That stays, until `unsure` takes it back: then the contact's words tell the kind again. What
    was left without an answer because of its kind is judged anew; drafts and words in hand for
    somebody who is to be left alone are closed. Raises NotSortedError where nothing is sorted,
    and NotFoundError when the person was erased.
    """
    kind = conversation.social_account.kind
    if not capabilities_of(kind, conversation.kind).classified:
        raise NotSortedError
    with transaction.atomic():
        if not outbox.lock(conversation):
            raise NotFoundError
        now = clock.now()
        if category == Conversation.Category.UNSURE:
            changed = classifying.give_back(conversation, by=by)
        else:
            changed = classifying.sort_by_hand(conversation, category, by=by, now=now)
        if not changed:
            return
        last = last_inbound(conversation)
        if category in LEFT_ALONE and _close_answers(conversation, f"sorted_as_{category}", now):
            judged_anew = last is not None and last.outcome == Message.Outcome.HOLD
        else:
            judged_anew = last is not None and last.reason in SORTED_OUT
        if judged_anew and last is not None:
            inbox.reopen(last, now=now - timedelta(seconds=settings.SETTLE_SECONDS))


def _close_answers(conversation: Conversation, reason: str, now: datetime) -> int:
    """Close drafts that wait, and words that a member has in hand; return how many."""
    drafts = approving.supersede(conversation, reason)
    return drafts + by_hand.close(conversation, reason, now=now)


def call_back_done(conversation: Conversation, *, by: str) -> None:
    """Note that the member `by` has called the contact; twice is once."""
    with transaction.atomic():
        if inbox.unflag(conversation, inbox.CALL_BACK):
            record(
                InteractionEvent.Kind.LEAD,
                workspace=conversation.workspace,
                conversation=conversation,
                reason="called_back",
                data={"by": by},
            )


class OverError(ConflictError):
    """There is nothing left to call off, or nothing to do."""

    code = "already_over"
    detail = _("This follow-up is over already.")


def cancel_follow_up(follow_up: FollowUp, *, by: str) -> None:
    """Call a follow-up off for the member `by`; raises OverError once it has left or is over."""
    if not sequences.cancel_one(follow_up, "cancelled_by_member", by=by, now=clock.now()):
        raise OverError


def finish_task(follow_up: FollowUp, *, by: str) -> None:
    """Close a task for the member `by`, who saw to it; raises OverError when it is none."""
    task = follow_up.status == FollowUp.Status.TASK
    done = FollowUp.Status.DONE
    if not task or not sequences.finish(follow_up, done, "done_by_member", {"by": by}):
        raise OverError


def reply_by_hand(
    conversation: Conversation,
    text: str,
    *,
    by: str,
    to: Message | None = None,
    private: bool = False,
) -> tuple[Message, Wake]:
    """Send a member's own words; the conversation becomes theirs, drafts that wait are closed.

    Somebody who asked for silence is no obstacle: that binds the assistant, and only a member can
    know that an answer is wanted. Among comments the answer stands under `to` (or the newest), or
    goes to the commenter's direct messages with `private`. Returns the message and its delivery to
    wake. Raises InvalidError for the field `text`, `fitting.WindowClosedError`, and NotFoundError
    when the person was erased.
    """
    words = fitting.clean(text)
    room = capabilities_of(conversation.social_account.kind, conversation.kind, private=private)
    fitting.check_length(words, room)
    with transaction.atomic():
        if not outbox.lock(conversation):
            raise NotFoundError
        now = clock.now()
        # What was read before the lock may have changed since.
        fresh = Conversation.objects.select_related("workspace", "social_account")
        thread = fresh.get(pk=conversation.pk)
        fitting.check_window(human_window(thread, room), now=now)
        step_in(thread, by=by)
        message = Message.objects.create(
            workspace=thread.workspace,
            conversation=thread,
            social_account=thread.social_account,
            direction=Message.Direction.OUTBOUND,
            author=Message.Author.HUMAN,
            text=words,
            status=Message.Status.QUEUED,
            sent_at=now,
            private=private,
            **_under(thread, to),
            request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        )
        delivery = Delivery.objects.create(workspace=thread.workspace, message=message, next_at=now)
        approving.supersede(thread, "member_replied")
        take_notice_back(thread, "member_replied", now=now)
        tell(message, InteractionEvent.Kind.QUEUED, "queued_by_hand", data={"by": by})
    return message, Wake("send", delivery.pk)


def _under(thread: Conversation, to: Message | None) -> dict[str, Any]:
    """Return what a member's words answer among comments: `to`, or the newest one."""
    if thread.kind != Conversation.Kind.COMMENT:
        return {}
    comment = to or last_inbound(thread)
    if comment is None:
        return {}
    place = {"post_external_id": comment.post_external_id}
    return {"in_reply_to": comment, "parent_external_id": comment.external_id, **place}
