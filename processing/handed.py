"""Words that a member sends themselves on the network: what proves that they did.

Such a message is *queued* for the reason BY_HAND, its delivery *by_hand*: nobody here ever sends
it. The network's copy of what the account wrote (an echo) says that it left.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from processing import ledger
from processing.models import Conversation, Delivery, InteractionEvent, Message
from processing.threads import known
from social import polling
from social.contracts import COMMENT, Echo
from social.models import SocialAccount
from social.providers.registry import capabilities_of
from social.wording import flat

BY_HAND = "by_hand"
"""Why such a message is queued; and the error code of its delivery once it was given up."""
CLOCKS_APART = timedelta(minutes=2)
ANSWERED_TWICE = "answered_twice"
"""The reason code of what left after all, when its question had another answer by then."""
QUESTION = "question"
"""Under this name such a row of the ledger keeps the question's uid, under the next by whom."""
SENT_BY_HAND = "by_hand"


def to_place(account: SocialAccount, echo: Echo) -> Q:
    """Select the messages that stand where the echo of a direct message was said.

    The thread itself where the network names it and somebody may have several; else whatever
    reaches the same person in their direct messages, a private answer to a comment too.
    """
    contact = "conversation__contact"
    if capabilities_of(account.kind, echo.kind).threads_by_id and echo.thread_external_id:
        direct = Conversation.Kind.DIRECT
        return Q(conversation__kind=direct, conversation__external_id=echo.thread_external_id)
    linked = Q(**{f"{contact}__direct__external_id": echo.contact_external_id}, private=True)
    return Q(**{f"{contact}__external_id": echo.contact_external_id}) | linked


def heard(account: SocialAccount, echo: Echo) -> Message | None:
    """Return the message of which the echo proves that the member sent it; None for none.

    The same words, whatever became of the message meanwhile; or other words, when one message
    alone waits to be sent there by hand: that one, as the member changed it. What was written
    before the member had the words, or is stored already, proves nothing.
    """
    named = echo.reference or echo.ours or echo.automatic
    if echo.kind == COMMENT or named or not echo.text.strip():
        return None
    there = _there(account, echo)
    given = there.filter(external_id="", delivery__begun_at__lte=echo.sent_at + CLOCKS_APART)
    waiting = list(given.filter(delivery__status=Delivery.Status.BY_HAND))
    closed = given.filter(delivery__status=Delivery.Status.REFUSED, delivery__error_code=BY_HAND)
    candidates = [*waiting, *closed]
    if not candidates or known(account, echo.external_id):
        return None
    same = next((one for one in candidates if flat(one.text) == flat(echo.text)), None)
    # One of ours whose outcome nobody knows yet might be this one, in the network's own spelling.
    ours = there.filter(delivery__status__in=["sending", "unconfirmed"])
    if same is not None or len(waiting) != 1 or ours.exists():
        return same
    return waiting[0]


def is_handed(message: Message) -> bool:
    """Return whether a member has the words, and nothing proved so far that they sent them."""
    rows = Delivery.objects.filter(message=message)
    given_up = Q(status=Delivery.Status.REFUSED, error_code=BY_HAND)
    return rows.filter(given_up | Q(status=Delivery.Status.BY_HAND)).exists()


def note_heard(message: Message, echo: Echo, *, now: datetime) -> None:
    """Write that the member sent the message, in the words and at the time of the echo.

    The pause of automatic messages counts from there. Call it while the conversation is locked.
    """
    Delivery.objects.filter(message=message).update(
        status=Delivery.Status.SENT, next_at=None, finished_at=now, error_code=""
    )
    keep_one_answer(message, by_hand=True)
    changed = flat(message.text) != flat(echo.text)
    if changed:
        message.text, message.marks = echo.text, []
    message.status, message.reason = Message.Status.SENT, ""
    message.external_id, message.sent_at = echo.external_id, min(echo.sent_at, now)
    message.save(
        update_fields=["text", "marks", "status", "reason", "external_id", "sent_at", "in_reply_to"]
    )
    rows = Conversation.objects.filter(pk=message.conversation_id)
    rows.update(last_message_at=now)
    free = message.sent_at + timedelta(seconds=settings.MIN_SECONDS_BETWEEN_MESSAGES)
    sooner = Q(next_automatic_at=None) | Q(next_automatic_at__lt=free)
    rows.filter(sooner).update(next_automatic_at=free)


def expect_reading(message: Message) -> bool:
    """Let the thread be read as a whole before the contact's new `message` is answered.

    Where somebody had words in hand: a list of conversations shows the last message alone, and
    behind this one those words may stand, sent. False where nothing waits, or the network's threads
    are not read on demand.
    """
    waits = Message.objects.filter(
        conversation=message.conversation_id,
        delivery__status=Delivery.Status.BY_HAND,
        delivery__begun_at__lte=message.sent_at,
    )
    if not waits.exists() or not polling.reads_threads(message.social_account):
        return False
    rows = Message.objects.filter(pk=message.pk, unseen_before=0)
    return bool(rows.update(unseen_before=1))


def keep_one_answer(message: Message, *, by_hand: bool = False) -> None:
    """Let what left after all answer nothing where its question has another live answer by now.

    The ledger keeps that it did, and whether a member sent it.
    """
    question = message.in_reply_to
    if question is None:
        return
    answers = Message.objects.filter(in_reply_to=question, author=message.author)
    if answers.exclude(pk=message.pk).exclude(status__in=["failed", "refused"]).exists():
        # A question has one live answer: the later one keeps it.
        message.in_reply_to = None
        Message.objects.filter(pk=message.pk).update(in_reply_to=None)
        data = {QUESTION: str(question.uid), SENT_BY_HAND: by_hand}
        ledger.tell(message, InteractionEvent.Kind.DELIVERY, ANSWERED_TWICE, data=data)


def _there(account: SocialAccount, echo: Echo) -> QuerySet[Message]:
    rows = Message.objects.filter(
        to_place(account, echo),
        social_account=account,
        direction=Message.Direction.OUTBOUND,
    )
    related = ("conversation__workspace", "conversation__contact", "workspace", "scenario")
    return rows.select_related(*related, "in_reply_to").order_by("-delivery__begun_at", "-pk")
