"""What the network proved of messages of ours: echoes, delivery and read receipts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing import quotas
from processing import deadletters, handed, ledger, outbox
from processing.handed import CLOCKS_APART, to_place
from processing.models import Conversation, Delivery, InteractionEvent, Message
from social.contracts import COMMENT, Echo, StatusUpdate
from social.models import SocialAccount
from social.wording import flat

NOT_AT_NETWORK = "not_at_network"
"""The error code of a delivery that two complete looks did not find."""
SENT_AGAIN = "sent_again"
"""The reason code of what the network took a second time, under another id."""
IN_PERSON = Q(conversation__kind=Conversation.Kind.DIRECT) | Q(private=True)
"""What reaches somebody's direct messages: also a private answer to their comment."""
FORWARD = {"sent": 1, "delivered": 2, "read": 3}


@dataclass(frozen=True)
class Confirmed:
    """What an echo proved: our message, and whether that was news.

    `by_hand` tells that a member sent it themselves, `before` which words they had been given.
    """

    message: Message
    news: bool
    by_hand: bool = False
    before: str = ""


def confirm_by_echo(account: SocialAccount, echo: Echo, *, now: datetime) -> Confirmed | None:
    """Match an echo with what we sent; None when it is not ours.

    Messenger gives our reference back. Instagram gives nothing (meta.md 5.2): there the id we
    were told decides, and before we were told it, the same text in the same conversation on
    its way. The conversation is locked from here on, as by whoever sends.
    """
    found = _proved(account, echo)
    # Once more under the lock: the answer to our call may have named the message meanwhile.
    message = _proved(account, echo) if found and outbox.lock(found.conversation) else None
    if message is None:
        return None
    if handed.is_handed(message):
        before = message.text
        handed.note_heard(message, echo, now=now)
        return Confirmed(message, news=True, by_hand=True, before=before)
    return Confirmed(message, note_sent(message, echo.external_id, now=now))


def note_sent(message: Message, external_id: str, *, now: datetime) -> bool:
    """Write that the network has `message`, whatever we took it for; False when that was known.

    Call it while the conversation is locked, and where it is news, `confirming.note_left` with it.
    """
    rows = Delivery.objects.filter(message=message)
    # Given up; or replayed since, and nothing reserved for it yet.
    replayed = Q(status=Delivery.Status.QUEUED, message__quota_day=None)
    given_up = rows.filter(Q(status__in=["failed", "refused"]) | replayed).first()
    # *queued* too: whatever made us try again later, it left.
    news = rows.exclude(status=Delivery.Status.SENT).update(
        status=Delivery.Status.SENT, next_at=None, finished_at=now, error_code=""
    )
    if given_up is not None:
        _left_after_all(given_up, message, now=now)
    if not news:
        _note_again(message, external_id)
    outbox.mark_sent(message.pk, external_id, now=now)
    return bool(news)


def _note_again(message: Message, external_id: str) -> None:
    """Tell once that the network has a message twice: its delivery was named otherwise before."""
    if external_id in {"", message.external_id}:
        return
    # Asked anew: whoever sends learns the name from the answer, after the echo wrote it.
    named = Message.objects.filter(pk=message.pk).exclude(external_id__in=["", external_id])
    told = InteractionEvent.objects.filter(message=message.pk, reason=SENT_AGAIN)
    if named.exists() and not told.exists():
        ledger.tell(message, InteractionEvent.Kind.DELIVERY, SENT_AGAIN)


def _left_after_all(delivery: Delivery, message: Message, *, now: datetime) -> None:
    """Hold again what was given back when we took it for not sent; nobody sends it once more.

    Whoever tells that it left counts it (`confirming.note_left`), and the ledger keeps its day.
    """
    deadletters.close("send", delivery.pk, now=now)
    if message.author != Message.Author.ASSISTANT:
        return
    day = ledger.counted_on(delivery)
    if Message.objects.filter(pk=message.pk, quota_day=None).update(quota_day=day):
        quotas.reserve_late(message.workspace, day)
    handed.keep_one_answer(message)


def _proved(account: SocialAccount, echo: Echo) -> Message | None:
    """Return the message that the echo is of: one we sent, or one that a member was to send."""
    return _echoed(account, echo) or handed.heard(account, echo)


def _echoed(account: SocialAccount, echo: Echo) -> Message | None:
    ours = Message.objects.filter(
        # Members' own words leave through us as well; what has no delivery was written elsewhere.
        Q(author=Message.Author.ASSISTANT) | Q(delivery__isnull=False),
        social_account=account,
        direction=Message.Direction.OUTBOUND,
    ).select_related("conversation__workspace", "workspace")
    if echo.reference.startswith(outbox.REFERENCE):
        uid = echo.reference.removeprefix(outbox.REFERENCE)
        return _by_delivery(ours, uid)
    stored = Message.objects.filter(social_account=account, external_id=echo.external_id)
    if stored.exists():
        # What is read again and again may be a human's, in the very words of one of ours.
        return ours.filter(external_id=echo.external_id).first()
    on_its_way = Q(delivery__status__in=["sending", "unconfirmed"]) | _proved_absent(echo)
    # People say the same words again: what was written before our call is not what it sent.
    later = Q(delivery__begun_at__gt=echo.sent_at + CLOCKS_APART)
    unnamed = ours.filter(on_its_way, external_id="").exclude(later)
    if echo.kind == COMMENT:
        return _said_under(unnamed.filter(conversation__kind=COMMENT, private=False), echo)
    return _said_to(unnamed.filter(IN_PERSON), account, echo)


def _said_under(answers: QuerySet[Message], echo: Echo) -> Message | None:
    """Return the answer that the account's own comment may be: it stands under what it answers.

    Or under the first comment of the thread, where answers to answers hang on some networks: there
    they begin with whom they are for.
    """
    if not echo.parent_external_id:
        return None
    under = Q(parent_external_id=echo.parent_external_id)
    hung = Q(in_reply_to__parent_external_id=echo.parent_external_id)
    answers = answers.filter(under | hung, post_external_id=echo.post_external_id)
    mention, _, rest = echo.text.partition(" ")
    handle = mention.removeprefix("@")
    named = Q(text=rest, delivery__handle__in=[handle, f"@{handle}"])
    same = Q(text=echo.text) | (hung & named if handle != mention else Q())
    return answers.filter(same).first()


def _said_to(messages: QuerySet[Message], account: SocialAccount, echo: Echo) -> Message | None:
    """Return the message that the echo of a direct one may be: the same words to the same person.

    And in the same thread, where they may have several. Spaces are the network's own affair: some
    make one kind of them.

    Whom a private answer to a comment reaches may be known only once it is sent: to somebody who
    had no thread so far, it may be the one.
    """
    found = _same(messages.filter(to_place(account, echo)), echo)
    if found is not None:
        return found
    known = Conversation.objects.filter(
        social_account=OuterRef("social_account"),
        contact__external_id=echo.contact_external_id,
        kind=Conversation.Kind.DIRECT,
    )
    strangers = messages.filter(private=True, conversation__contact__direct=None)
    return _same(strangers.exclude(Exists(known)), echo)


def _same(messages: QuerySet[Message], echo: Echo) -> Message | None:
    words = flat(echo.text)
    return next((one for one in messages if flat(one.text) == words), None)


def _to_person(external_id: str) -> Q:
    contact = "conversation__contact"
    direct = Q(**{f"{contact}__direct__external_id": external_id}, private=True)
    return Q(**{f"{contact}__external_id": external_id}) | direct


def _proved_absent(echo: Echo) -> Q:
    """Select what was called before the echo's words were written, and not seen there so far.

    What somebody wrote later, because ours was missing, is no proof.
    """
    since = echo.sent_at - CLOCKS_APART
    return Q(
        delivery__status=Delivery.Status.FAILED,
        delivery__error_code=NOT_AT_NETWORK,
        delivery__begun_at__gte=since,
    )


def _by_delivery(messages: Any, uid: str) -> Message | None:
    try:
        found: Message | None = messages.filter(delivery__uid=UUID(uid)).first()
    except ValueError:
        return None
    return found


def is_writing(account: SocialAccount, echo: Echo) -> bool:
    """Return whether a message of ours that the echo may be of is on the wire right now.

    One to the same contact, in the same thread where they may have several; of a comment's echo,
    which names nobody, one under the same post.
    """
    rows = Delivery.objects.filter(status=Delivery.Status.SENDING, message__social_account=account)
    if echo.kind == COMMENT:
        post = echo.post_external_id
        return rows.filter(message__post_external_id=post, message__private=False).exists()
    there = Message.objects.filter(to_place(account, echo), social_account=account)
    return rows.filter(message__in=there).exists()


def apply_status(account: SocialAccount, update: StatusUpdate) -> list[Message]:
    """Move our direct messages forward to delivered or read; return those that moved."""
    rows = Message.objects.filter(
        IN_PERSON,
        _to_person(update.contact_external_id),
        social_account=account,
        direction=Message.Direction.OUTBOUND,
        status__in=[name for name, rank in FORWARD.items() if rank < FORWARD[update.status]],
    )
    named = Q(external_id__in=update.external_ids)
    if update.watermark is not None:
        named |= Q(sent_at__lte=update.watermark) & ~Q(external_id="")
    moved = list(rows.filter(named).select_related("conversation", "workspace")[:200])
    # The first condition once more: "read" may have come while we looked.
    rows.filter(pk__in=[one.pk for one in moved]).update(status=update.status)
    return moved
