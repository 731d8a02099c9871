"""A member's own words through an account: in a direct thread, or under somebody's comment."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from flowia.lib import clock
from flowia.lib.errors import ConflictError, FlowError, NotFoundError
from processing import fitting, outbox
from processing.actions import reply_by_hand
from processing.models import Conversation, Message
from processing.wakes import Wake
from social import sessions
from social.accounts import DisconnectedError, NeedsLoginError
from social.models import SocialAccount
from social.providers.registry import CAPABILITIES
from social.running import SEND
from social.words import ABILITIES, lack_in_words

UNSENT = (Message.Status.HELD, Message.Status.REFUSED, Message.Status.FAILED)
DIRECT, COMMENTS, PRIVATE = "direct", "comments", "private_replies"
"""The names of what an account can do (`SocialAccount.lacks`)."""


class PausedError(ConflictError):
    """The account is paused by its members."""

    code = "account_paused"
    detail = _("This account is paused. Resume it first.")


class ConnectingError(ConflictError):
    """Nobody has seen yet whether its session works."""

    code = "account_connecting"
    detail = _("This account is still being connected. Try again in a few minutes.")


class StoppedError(ConflictError):
    """A member or an operator stopped its browser; a pause of operators is told otherwise."""

    code = "account_stopped"
    detail = _("This account was stopped: nothing leaves through it until it is allowed again.")


class AgreementError(ConflictError):
    """The text that its owner agreed to is not the one in force."""

    code = "account_not_agreed"
    detail = _("The text about the risk has changed: nothing leaves until it is agreed to again.")


class LacksError(ConflictError):
    """The network does not let the account do this."""

    code = "account_lacks"
    detail = _("This account cannot do that.")


class CommentGoneError(FlowError):
    """Nothing is left to answer."""

    code = "comment_gone"
    status = 422
    detail = _("This comment is gone: its writer took it back, or it was deleted.")


class CommentHiddenError(FlowError):
    """Nobody would read an answer."""

    code = "comment_hidden"
    status = 422
    detail = _("This comment is hidden on the network: nobody would read an answer.")


class CommentTooOldError(FlowError):
    """The days of private replies are over."""

    code = "comment_too_old"
    status = 422
    detail = _("This comment is too old to be answered in private.")


class AlreadyAnsweredError(ConflictError):
    """The network takes one private reply for each comment."""

    code = "already_answered"
    detail = _("This comment has had its private answer: networks allow one for each comment.")


class AlreadySaidError(ConflictError):
    """The same words stand there, or are on their way."""

    code = "already_sent"
    detail = _("The same words were already written under this comment.")


RESTS: dict[str, type[ConflictError]] = {"stopped": StoppedError, "consent": AgreementError}
"""What keeps a member's session from sending until a person does something."""


def check_account(account: SocialAccount, ability: str) -> None:
    """Raise unless `account` may be written through now, and its network lets it do `ability`.

    DisconnectedError, NeedsLoginError, PausedError, ConnectingError, StoppedError and
    AgreementError tell what to do first, LacksError why not. What ends by itself is no obstacle.
    """
    troubles: dict[str, type[ConflictError]] = {
        SocialAccount.Status.CONNECTING: ConnectingError,
        SocialAccount.Status.DISCONNECTED: DisconnectedError,
        SocialAccount.Status.NEEDS_LOGIN: NeedsLoginError,
        SocialAccount.Status.PAUSED: PausedError,
    }
    if account.status in troubles:
        raise troubles[account.status]
    later = sessions.resting(account, SEND, now=clock.now())
    if later is not None and later.why in RESTS:
        raise RESTS[later.why]
    check_ability(account, ability)


def check_ability(account: SocialAccount, ability: str) -> None:
    """Raise LacksError when the account cannot do `ability`; its sentence says why."""
    why = lack_of(account, ability)
    if why:
        raise LacksError(f"{ABILITIES[ability]}: {why}.")


def lack_of(account: SocialAccount, ability: str) -> str:
    """Return why the account cannot do `ability`, in words; empty when it can."""
    room = CAPABILITIES[account.kind]
    has = {DIRECT: room.direct_messages, COMMENTS: room.comments, PRIVATE: room.private_reply_days}
    if not has[ability]:
        return lack_in_words("kind")
    return lack_in_words(account.lacks[ability]) if ability in account.lacks else ""


def obstacle(comment: Message, *, private: bool, now: datetime) -> FlowError | None:
    """Return what speaks against answering `comment` so; None when it can be tried."""
    if comment.removed_at is not None:
        return CommentGoneError()
    if comment.hidden_at is not None:
        return CommentHiddenError()
    if not private:
        return None
    if now >= private_until(comment):
        return CommentTooOldError()
    return AlreadyAnsweredError() if _answers(comment).filter(private=True).exists() else None


def private_until(comment: Message) -> datetime:
    """Return until when its network takes a private answer to `comment`."""
    days = CAPABILITIES[comment.social_account.kind].private_reply_days
    return comment.sent_at + timedelta(days=days)


def answer_comment(comment: Message, text: str, *, by: str, private: bool) -> tuple[Message, Wake]:
    """Answer a stored comment in the words of the member `by`, for everybody or in private.

    Returns the message and its delivery to wake. Raises what `reply_by_hand` and
    `check_ability` raise, what `obstacle` returns, and AlreadySaidError for words that stand there.
    """
    words = fitting.clean(text)
    check_ability(comment.social_account, PRIVATE if private else COMMENTS)
    with transaction.atomic():
        # First: of two members who answer at once, the second sees what the first wrote.
        if not outbox.lock(comment.conversation):
            raise NotFoundError
        comment.refresh_from_db(fields=["removed_at", "hidden_at"])
        against = obstacle(comment, private=private, now=clock.now())
        if against is not None:
            raise against
        if _answers(comment).filter(private=private, text=words).exists():
            raise AlreadySaidError
        return reply_by_hand(comment.conversation, words, by=by, to=comment, private=private)


def answer_newest(conversation: Conversation, text: str, *, by: str) -> tuple[Message, Wake]:
    """Answer in any thread in the words of the member `by`; among comments, the newest publicly.

    Raises what `reply_by_hand` and `answer_comment` raise, CommentGoneError where none is left.
    """
    if conversation.kind != Conversation.Kind.COMMENT:
        return reply_by_hand(conversation, text, by=by)
    comment = newest_comment(conversation)
    if comment is None:
        raise CommentGoneError
    return answer_comment(comment, text, by=by, private=False)


def newest_comment(conversation: Conversation) -> Message | None:
    """Return the comment that an answer is meant for unless another is named; None without any."""
    return answerable(conversation).first()


def answerable(conversation: Conversation) -> QuerySet[Message]:
    """Select the contact's comments that can still be answered, the newest first."""
    said = Message.objects.filter(conversation=conversation, direction=Message.Direction.INBOUND)
    there = said.filter(removed_at__isnull=True, hidden_at__isnull=True)
    return there.select_related("conversation", "social_account").order_by("-sent_at", "-id")


def _answers(comment: Message) -> QuerySet[Message]:
    return Message.objects.filter(in_reply_to=comment).exclude(status__in=UNSENT)
