"""Drafts that members send themselves on the network: the words to copy, and where they go.

Nothing is sent from here. The network's own copy proves later that it was (`processing.handed`);
until then the member can take it back, and after UNSEEN_FOR it counts as not sent.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from flowia.lib import clock
from flowia.lib.errors import ConflictError
from processing import approving, inbox, ledger, sequences, since, trust
from processing.confirming import give_quota_back
from processing.edits import edit_ratio
from processing.fitting import check_length, check_window, clean
from processing.handed import BY_HAND
from processing.models import Conversation, Delivery, InteractionEvent, Message
from processing.situations import human_window
from social.accounts import DisconnectedError
from social.models import SocialAccount
from social.providers.registry import PROVIDERS
from social.surroundings import next_reading

UNSEEN_FOR = timedelta(days=7)
"""How long words that a member has in hand are waited for; then they count as not sent."""
UNSEEN = "by_hand_unseen"
MINUTES_TOLD = 60
"""What is further away is told by its day and hour."""
AT_ONCE = 100
"""So many are given up in one sweep; the others in the next."""
Log = InteractionEvent.Kind
Status = Message.Status


class NoDeepLinkError(ConflictError):
    """The network has no address at which a person opens this thread."""

    code = "no_deep_link"
    detail = _("Nobody can be led to this conversation on its network: approve the draft instead.")


class InHandError(approving.AlreadyDecidedError):
    """Another member has the words in hand: two would send them."""

    detail = _("Another member has these words in hand already, to send them themselves.")


@dataclass(frozen=True)
class Handed:
    """What a member gets: the message, the address of its thread, the words to copy."""

    message: Message
    link: str
    text: str


@dataclass(frozen=True)
class Reading:
    """When an account is read next; in `minutes`, at least 1, where that is soon, else 0."""

    at: datetime
    minutes: int


def link_of(conversation: Conversation) -> str:
    """Return where a person opens the thread on its network; "" where there is no such address."""
    provider = PROVIDERS.get(conversation.social_account.provider)
    direct = conversation.kind == Conversation.Kind.DIRECT and conversation.external_id
    if provider is None or provider.session is None or not direct:
        return ""
    return provider.session.deep_link(conversation.external_id)


def send_myself(draft: Message, text: str | None = None, *, by: str) -> Handed:
    """Give the member `by` (their uid) the draft's words, or `text` in their place, to send.

    The draft counts as approved and is never sent from here; what it held of the day's quota is
    given back. The same member who asks again gets the same words. It needs no AI notice: a human
    writes, and the next automatic message carries it.

    Raises NoDeepLinkError, DisconnectedError, InHandError, AlreadyDecidedError, DraftChangedError
    when `draft.text` is not what is stored, WindowClosedError, OptedOutError, and InvalidError for
    the field `text`.
    """
    words = clean(draft.text if text is None else text)
    # Before the lock: a long text takes a while to compare.
    edited = edit_ratio(draft.drafted or draft.text, words)
    with transaction.atomic():
        message = approving.locked(draft)
        if message is None:
            raise approving.AlreadyDecidedError
        link = link_of(message.conversation)
        if not link:
            raise NoDeepLinkError
        if waits(message) and str(message.approved_by) != by:
            raise InHandError
        if waits(message) and words == message.text:
            return Handed(message, link, words)
        _check(message, draft, words)
        _hand_over(message, words, edited=edited, by=by)
    return Handed(message, link, words)


def waits(message: Message) -> bool:
    """Return whether a member has the words in hand, and they were not seen on the network yet."""
    return message.status == Status.QUEUED and message.reason == BY_HAND


def reading_of(account: SocialAccount, *, now: datetime) -> Reading | None:
    """Return when the account is read next; None when nobody knows."""
    at = next_reading(account, now=now)
    if at is None:
        return None
    minutes = max(1, math.ceil((at - now).total_seconds() / 60))
    return Reading(at, minutes if minutes < MINUTES_TOLD else 0)


def note_seen(message: Message, *, before: str) -> None:
    """Count the approval anew when other words were sent than those `before`."""
    drafted = message.drafted or before
    given, said = edit_ratio(drafted, before), edit_ratio(drafted, message.text)
    if given != said:
        trust.note_undone(message, edited=given)
        trust.note_approval(message, edited=said)


def sweep(*, now: datetime) -> int:
    """Give up what was in hand for UNSEEN_FOR and never seen; return how many.

    If the contact still waits for an answer, the conversation needs a human.
    """
    rows = Delivery.objects.filter(
        status=Delivery.Status.BY_HAND, begun_at__lte=now - UNSEEN_FOR
    ).select_related("message__conversation")
    return sum(_give_up(delivery.message, now=now) for delivery in rows.order_by("pk")[:AT_ONCE])


def close(conversation: Conversation, reason: str, *, now: datetime) -> int:
    """Close what members have in hand in the conversation, under its lock; return how many.

    Whoever sent the words all the same is still recognised (`processing.handed`).
    """
    waiting = Message.objects.filter(
        conversation=conversation, delivery__status=Delivery.Status.BY_HAND
    )
    return sum(_refuse(one, reason, now=now) for one in waiting.select_related("conversation"))


def _check(message: Message, draft: Message, words: str) -> None:
    """Raise the reason for which the draft cannot be handed over; a human has longer to write."""
    approving.check_waits(message)
    if message.text != draft.text:
        raise approving.DraftChangedError
    thread, room = message.conversation, approving.room_of(message)
    if message.social_account.status == SocialAccount.Status.DISCONNECTED:
        raise DisconnectedError
    check_window(human_window(thread, room), now=clock.now())
    if thread.contact.opted_out_at is not None:
        raise approving.OptedOutError
    check_length(words, room)


def _hand_over(message: Message, words: str, *, edited: float, by: str) -> None:
    now = clock.now()
    marks = message.marks if words == message.text else []
    changes: dict[str, object] = {"text": words, "marks": marks, "notice": "", "sent_at": now}
    changes |= {"reason": BY_HAND, "approved_by": UUID(by)}
    if not approving.leave_held(message, status=Status.QUEUED, **changes):
        raise approving.AlreadyDecidedError
    Delivery.objects.create(
        workspace=message.workspace,
        message=message,
        status=Delivery.Status.BY_HAND,
        begun_at=now,
    )
    give_quota_back(message)
    data = {"by": by, **({"edit": round(edited, 3)} if edited else {})}
    reason = "approved_edited" if edited else "approved"
    ledger.tell(message, Log.DRAFT, reason, outcome=Status.QUEUED, data=data)
    ledger.tell(message, Log.QUEUED, BY_HAND, outcome=Status.QUEUED, data={"by": by})
    trust.note_approval(message, edited=edited)
    approving.unflag_if_last(message.conversation)


def _give_up(found: Message, *, now: datetime) -> bool:
    with transaction.atomic():
        message = approving.locked(found)
        if message is None or not waits(message):
            return False
        if not _refuse(message, UNSEEN, now=now):
            return False
        question = message.in_reply_to
        awaited = question is not None and approving.is_awaited(message)
        if question is not None and awaited and not since.answered_since(question):
            inbox.flag(message.conversation, UNSEEN)
    return True


def _refuse(message: Message, reason: str, *, now: datetime) -> bool:
    """Write that the words are not to be sent any more; False when that is decided already."""
    rows = Delivery.objects.filter(message=message, status=Delivery.Status.BY_HAND)
    ended = {"status": Delivery.Status.REFUSED, "error_code": BY_HAND, "finished_at": now}
    if not rows.update(**ended):
        return False
    Message.objects.filter(pk=message.pk).update(status=Status.REFUSED, reason=reason)
    ledger.tell(message, Log.DELIVERY, reason, outcome=Status.REFUSED)
    if message.purpose == Message.Purpose.FOLLOW_UP:
        sequences.missed(message, reason)
    return True
