"""What members do with drafts: approve, edit, reject, set aside, take back.

A draft is a message that is *held*. Whoever decides begins with the conversation's lock and one
conditional UPDATE: of two members at once exactly one wins, the other is told so.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing import quotas
from flowia.lib import clock
from flowia.lib.errors import ConflictError, FlowError, InvalidError
from processing import attention, inbox, ledger, notices, outbox, sequences, trust
from processing.confirming import give_quota_back
from processing.edits import edit_ratio
from processing.fitting import check_length, check_window, clean
from processing.handed import BY_HAND
from processing.language import language_of
from processing.models import Conversation, Delivery, InteractionEvent, Message
from processing.reading import said_since
from processing.wakes import Wake
from social import sessions
from social.capabilities import Capabilities
from social.providers.registry import capabilities_of

UNDO_SECONDS = 8
"""How long an approval on a page can be taken back; a slow phone needs some of it for the page."""
LONGEST_SNOOZE = timedelta(days=30)
WAITS = inbox.DRAFT_WAITS
REJECTED = "draft_rejected"
Log = InteractionEvent.Kind
Status = Message.Status

REJECTIONS: dict[str, Promise] = {
    "wrong_facts": _("It is not true"),
    "wrong_tone": _("It is not how we talk"),
    "off_topic": _("It does not answer the question"),
    "not_needed": _("No answer is needed"),
    "other": _("Another reason"),
}
"""Why a member rejects a draft."""


class AlreadyDecidedError(ConflictError):
    """Somebody approved, rejected or closed the draft before."""

    code = "already_decided"
    detail = _("This draft has been decided on already.")


class ApprovedAlreadyError(AlreadyDecidedError):
    """Somebody approved it, perhaps the same member elsewhere."""

    detail = _("This draft has been approved already.")


class ReplacedError(AlreadyDecidedError):
    """The contact wrote again, and that message has its own draft."""

    detail = _("A newer message arrived; its draft replaced this one.")


class DraftChangedError(ConflictError):
    """The draft has another text than the one that was shown."""

    code = "draft_changed"
    detail = _("The draft has changed since you saw it. Read it again before you approve it.")


class SaidSinceError(ConflictError):
    """The contact wrote after the draft, and who approves has not seen it."""

    code = "said_since"
    detail = _("The person has written again since this draft. Read it under Drafts first.")


class OptedOutError(ConflictError):
    """The contact asked not to be written to."""

    code = "opted_out"
    detail = _("This person asked not to be written to; nothing can be sent.")


class QuotaExceededError(FlowError):
    """The day's messages of the workspace's plan are used up."""

    code = "quota_exceeded"
    status = 402
    detail = _("Today's messages are used up: approve the draft tomorrow, or choose a larger plan.")


class TooLateError(ConflictError):
    """The message is on its way, or nobody had approved it."""

    code = "already_sent"
    detail = _("It is too late to take this back: the message is on its way.")


def approve(
    draft: Message,
    *,
    by: str,
    undo_seconds: float = 0,
    check: Callable[[Message], None] | None = None,
) -> Wake:
    """Let the draft leave as it stands, in `undo_seconds`, for the member `by` (their uid).

    `check` raises what else speaks against it, asked once nothing can change any more.
    Raises AlreadyDecidedError, DraftChangedError when `draft.text` is not what is stored,
    WindowClosedError, OptedOutError, QuotaExceededError (the day's quota is reserved at once), and
    InvalidError when the AI notice makes it too long.
    """
    clean(draft.text)  # what is old has faded
    return _approve(draft, draft.text, by=by, undo_seconds=undo_seconds, check=check)


def edit_and_approve(
    draft: Message,
    text: str,
    *,
    by: str,
    undo_seconds: float = 0,
    check: Callable[[Message], None] | None = None,
) -> Wake:
    """Let `text` leave in the draft's place; a human's words are held to the length alone.

    Raises what `approve` raises; InvalidError names the field `text`.
    """
    return _approve(draft, clean(text), by=by, undo_seconds=undo_seconds, check=check)


def read_until(moment: datetime | None) -> Callable[[Message], None]:
    """Return a check for who has read what the contact said until `moment`, or the question alone.

    It raises SaidSinceError where they wrote later, on networks that a browser reads: there news
    come in quarters of an hour, to pages that have long been open.
    """

    def check(draft: Message) -> None:
        if not sessions.has_session(draft.social_account):
            return
        since = said_since(draft)
        if (since if moment is None else since.filter(sent_at__gt=moment)).exists():
            raise SaidSinceError

    return check


def reject(draft: Message, *, by: str, reason: str) -> None:
    """Never send the draft; `reason` is one of REJECTIONS.

    Unless no answer is needed, somebody still waits for one: the conversation needs a human.
    Raises AlreadyDecidedError, and InvalidError for another reason.
    """
    if reason not in REJECTIONS:
        raise InvalidError(errors={"reason": [_("Choose one of the reasons.")]})
    with transaction.atomic():
        held = _held(draft)
        if not leave_held(held, status=Status.REFUSED, reason="rejected"):
            raise AlreadyDecidedError
        if held.purpose == Message.Purpose.FOLLOW_UP:
            sequences.missed(held, "rejected")
        closes, earned = held.conversation.window_closes_at, {}
        if closes is None or clock.now() < closes:
            # Whoever clears away what is too late says nothing of its words.
            earned = trust.note_rejection(held)
        data = {"by": by, "why": reason, **({"earned": earned} if earned else {})}
        ledger.tell(held, Log.DRAFT, "rejected", outcome=Status.REFUSED, data=data)
        unflag_if_last(held.conversation)
        if reason != "not_needed" and is_awaited(held):
            inbox.flag(held.conversation, REJECTED)


def snooze(draft: Message, *, until: datetime, by: str) -> None:
    """Set the draft aside until a moment within the next 30 days.

    Raises AlreadyDecidedError, and InvalidError for another moment.
    """
    now = clock.now()
    if not now < until <= now + LONGEST_SNOOZE:
        raise InvalidError(errors={"until": [_("Choose a moment within the next 30 days.")]})
    with transaction.atomic():
        held = _held(draft)
        if not _still_held(held).update(snoozed_until=until):
            raise AlreadyDecidedError
        data = {"by": by, "until": until.isoformat()}
        ledger.tell(held, Log.DRAFT, "snoozed", outcome=Status.HELD, data=data)


def undo(draft: Message, *, by: str) -> bool:
    """Take an approval back while its delivery still waits; the draft is held again.

    Also of words that a member was to send themselves, until they were seen on the network.

    An edited text stays edited. False when the contact's newer message has an answer of its own by
    now: then the draft is closed instead. Raises TooLateError.
    """
    with transaction.atomic():
        message = locked(draft)
        if message is None or message.status != Status.QUEUED or message.approved_by is None:
            raise TooLateError
        # A worker that has claimed it asks for its delivery once more under this lock.
        waits = Delivery.objects.filter(message=message, status__in=["queued", "by_hand"])
        if not waits.delete()[0]:
            raise TooLateError
        return hold_again(message, "approval_undone", data={"by": by})


def hold_again(message: Message, reason: str, *, data: dict[str, Any]) -> bool:
    """Make an approved message, whose delivery is gone, the draft it was; its text stays edited.

    `reason` and `data` tell the ledger why. False when the contact's newer message has an answer of
    its own by now: then the draft is closed as superseded. Call it under the conversation's lock.
    """
    give_quota_back(message)
    plain = message.text
    if message.notice:
        plain = plain.removeprefix(outbox.joined(message.notice, "\0").removesuffix("\0"))
    late = _gave_way(message)
    before = "" if message.reason == BY_HAND else message.reason
    status, kept = (Status.REFUSED, "superseded") if late else (Status.HELD, before)
    Message.objects.filter(pk=message.pk).update(
        status=status, reason=kept, text=plain, notice="", approved_by=None
    )
    attention.mark(message.conversation_id)
    edited = edit_ratio(message.drafted or plain, plain)
    # The figures take back what they counted.
    was = "approved_edited" if edited else "approved"
    ledger.tell(message, Log.DRAFT, reason, outcome=Status.HELD, data={**data, "was": was})
    trust.note_undone(message, edited=edited)
    if late:
        ledger.tell(message, Log.DRAFT, "superseded", outcome=Status.REFUSED)
    elif not message.conversation.handoff_reason:
        inbox.flag(message.conversation, WAITS)
    return not late


def supersede(
    conversation: Conversation,
    reason: str,
    *,
    keep: Message | None = None,
    asked_until: datetime | None = None,
) -> int:
    """Close the conversation's held drafts for `reason`, under its lock; return how many.

    `superseded` when a newer message of the contact has its own answer, `keep`;
    `member_replied` when a member wrote from here, `human_replied` when a human wrote at the
    network: then only drafts that answer what was asked until then.
    """
    held = Message.objects.filter(conversation=conversation, status=Status.HELD)
    if keep is not None:
        held = held.exclude(pk=keep.pk)
    if asked_until is not None:
        asked = Q(in_reply_to__sent_at__lte=asked_until)
        held = held.filter(asked | Q(in_reply_to=None, created_at__lte=asked_until))
    closed = 0
    # No draft is held most of the time, and to ask for that costs a third.
    if not held.exists():
        return closed
    for draft in held.select_related("workspace", "conversation"):
        if leave_held(draft, status=Status.REFUSED, reason=reason):
            ledger.tell(draft, Log.DRAFT, reason, outcome=Status.REFUSED)
            closed += 1
    if closed:
        unflag_if_last(conversation)
    return closed


def check_waits(draft: Message) -> None:
    """Raise AlreadyDecidedError, or a kind of it that says more, unless the draft still waits."""
    if draft.status == Status.HELD:
        return
    if draft.reason == "superseded":
        raise ReplacedError
    raise ApprovedAlreadyError if draft.approved_by else AlreadyDecidedError


def check_may_leave(conversation: Conversation, *, now: datetime) -> None:
    """Raise WindowClosedError, or OptedOutError for a contact who wants no messages."""
    check_window(conversation.window_closes_at, now=now)
    if conversation.contact.opted_out_at is not None:
        raise OptedOutError


def _approve(
    draft: Message,
    text: str,
    *,
    by: str,
    undo_seconds: float,
    check: Callable[[Message], None] | None = None,
) -> Wake:
    # Before the lock: a long text takes a while to compare.
    edited = edit_ratio(draft.drafted or draft.text, text)
    with transaction.atomic():
        held = _held(draft)
        if held.text != draft.text:
            raise DraftChangedError
        if check is not None:
            check(held)
        now = clock.now()
        check_may_leave(held.conversation, now=now)
        question = held.in_reply_to or held
        notice = notices.notice_again(question, language=language_of(text), now=now)
        whole = outbox.joined(notice, text)
        check_length(text, room_of(held), notice=notice)
        changes: dict[str, object] = {"text": whole, "notice": notice, "sent_at": now}
        marks = held.marks if text == held.text else []
        changes |= {"approved_by": UUID(by), "quota_day": _reserved(held, now=now)}
        if not leave_held(held, status=Status.QUEUED, marks=marks, **changes):
            raise AlreadyDecidedError
        delivery = Delivery.objects.create(
            workspace=held.workspace, message=held, next_at=now + timedelta(seconds=undo_seconds)
        )
        data = {"by": by, **({"edit": round(edited, 3)} if edited else {})}
        reason = "approved_edited" if edited else "approved"
        ledger.tell(held, Log.DRAFT, reason, outcome=Status.QUEUED, data=data)
        trust.note_approval(held, edited=edited)
        unflag_if_last(held.conversation)
    return Wake("send", delivery.pk)


def is_awaited(draft: Message) -> bool:
    """Return whether the contact waits for an answer, and no other reason says so already."""
    thread = draft.conversation
    answers = draft.purpose == Message.Purpose.REPLY and thread.contact.opted_out_at is None
    return answers and thread.handoff_reason in {"", WAITS}


def _gave_way(message: Message) -> bool:
    """Return whether a newer message of the contact than the one it answers has its answer."""
    if message.in_reply_to is None:
        return False
    asked = message.in_reply_to.sent_at
    newer = Message.objects.filter(
        conversation=message.conversation_id, in_reply_to__sent_at__gt=asked
    )
    return newer.exclude(status__in=[Status.REFUSED, Status.FAILED]).exists()


def _reserved(held: Message, *, now: datetime) -> date:
    """Take one of today's quota for the draft, or move what it holds to today."""
    today = quotas.renew(held.workspace, held.quota_day, now=now)
    if today is None:
        raise QuotaExceededError
    return today


def room_of(draft: Message) -> Capabilities:
    """Return what the network takes where the draft is to be said."""
    kind = draft.conversation.kind
    return capabilities_of(draft.social_account.kind, kind, private=draft.private)


def locked(draft: Message) -> Message | None:
    """Lock the draft's conversation and read it afresh; None when the person was erased."""
    outbox.lock(draft.conversation)
    related = ("conversation__contact", "in_reply_to__workspace", "social_account")
    rows = Message.objects.select_related(*related, "workspace", "scenario")
    return rows.filter(pk=draft.pk).first()


def _held(draft: Message) -> Message:
    message = locked(draft)
    if message is None:
        raise AlreadyDecidedError
    check_waits(message)
    return message


def _still_held(draft: Message) -> QuerySet[Message]:
    return Message.objects.filter(pk=draft.pk, status=Status.HELD)


def leave_held(draft: Message, **changes: object) -> bool:
    """Decide on the draft by one UPDATE; False when somebody was quicker."""
    return bool(_still_held(draft).update(snoozed_until=None, **changes))


def unflag_if_last(conversation: Conversation) -> None:
    """Take the flag of a draft away once none waits, set aside or not."""
    if not Message.objects.filter(conversation=conversation, status=Status.HELD).exists():
        inbox.unflag(conversation, WAITS)
