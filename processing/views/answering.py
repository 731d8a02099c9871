"""Answering by hand on a conversation's page: which ways there are, and what was posted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from processing import commenting
from processing.actions import reply_by_hand
from processing.models import Conversation, Message
from processing.situations import human_window
from processing.wakes import Wake
from social.accounts import DisconnectedError
from social.models import SocialAccount
from social.providers.registry import capabilities_of

MOST_COMMENTS = 20
PUBLIC, PRIVATE = "public", "private"
WORDS: dict[str, Promise] = {
    PUBLIC: _("Under the comment, for everybody"),
    PRIVATE: _("In their direct messages"),
}


@dataclass(frozen=True)
class Way:
    """One way to answer: its name in the form, its words, and how long an answer may be there."""

    name: str
    words: str
    limit: int
    in_bytes: bool
    chosen: bool = False
    why_not: str = ""


@dataclass(frozen=True)
class Answering:
    """What the form offers; `why_not` says in words why there is none.

    `closes` is until when a member may write, None for ever. `comments` are those that can be
    answered, the newest first, `to` the one that is meant.
    """

    ways: Sequence[Way]
    comments: Sequence[Message] = ()
    to: Message | None = None
    closes: datetime | None = None
    why_not: str = ""

    @property
    def way(self) -> Way | None:
        """The way that is chosen."""
        return next((one for one in self.ways if one.chosen), None)


def answering(
    conversation: Conversation, *, now: datetime, to: str = "", way: str = ""
) -> Answering:
    """Return how a member may answer in the conversation now.

    `to` is the id of a comment and `way` a way's name, both as somebody asked for them.
    """
    if conversation.social_account.status == SocialAccount.Status.DISCONNECTED:
        return Answering((), why_not=str(_("the account is disconnected")))
    if conversation.kind == Conversation.Kind.COMMENT:
        return _under_comments(conversation, now=now, to=to, wanted=way)
    room = capabilities_of(conversation.social_account.kind, conversation.kind)
    closes = human_window(conversation, room)
    why_not = commenting.lack_of(conversation.social_account, commenting.DIRECT)
    if not why_not and closes is not None and now >= closes:
        why_not = str(_("the reply window has closed"))
    only = Way("", "", room.text_limit, room.text_limit_in_bytes, chosen=True)
    return Answering((only,), closes=closes, why_not=why_not)


def written(conversation: Conversation, posted: QueryDict, *, by: str) -> tuple[Message, Wake]:
    """Send what a member posted; raises FlowError with the sentence for the field."""
    if conversation.social_account.status == SocialAccount.Status.DISCONNECTED:
        raise DisconnectedError
    text = posted.get("text", "")
    if conversation.kind != Conversation.Kind.COMMENT:
        commenting.check_ability(conversation.social_account, commenting.DIRECT)
        return reply_by_hand(conversation, text, by=by)
    comment = _named(conversation, posted.get("to", ""))
    if comment is None:
        raise commenting.CommentGoneError
    private = posted.get("way") == PRIVATE
    return commenting.answer_comment(comment, text, by=by, private=private)


def _under_comments(
    conversation: Conversation, *, now: datetime, to: str, wanted: str
) -> Answering:
    comments = list(commenting.answerable(conversation)[:MOST_COMMENTS])
    meant = next((one for one in comments if str(one.uid) == to), None)
    meant = meant or (comments[0] if comments else None)
    if meant is None:
        return Answering((), why_not=str(_("no comment is left to answer")))
    found = [_way(conversation, meant, name, now=now) for name in (PUBLIC, PRIVATE)]
    # What the network never has is not offered; what it has no more says so.
    ways = [one for one in found if one is not None]
    possible = [one for one in ways if not one.why_not]
    chosen = next((one for one in possible if one.name == wanted), next(iter(possible), None))
    if chosen is None:
        return Answering((), why_not=ways[0].why_not if ways else "")
    return Answering([replace(one, chosen=one is chosen) for one in ways], comments, meant)


def _way(conversation: Conversation, comment: Message, name: str, *, now: datetime) -> Way | None:
    private = name == PRIVATE
    account = conversation.social_account
    room = capabilities_of(account.kind, conversation.kind, private=private)
    has = room.private_reply_days if private else room.comments
    if not has:
        return None
    why_not = commenting.lack_of(account, commenting.PRIVATE if private else commenting.COMMENTS)
    against = commenting.obstacle(comment, private=private, now=now)
    if not why_not and against is not None:
        why_not = str(against.detail)
    words = str(WORDS[name])
    return Way(name, words, room.text_limit, room.text_limit_in_bytes, why_not=why_not)


def _named(conversation: Conversation, uid: str) -> Message | None:
    """Return the comment of that id; without one, the newest. Also one that is gone by now."""
    if not uid:
        return commenting.newest_comment(conversation)
    said = conversation.messages.filter(direction=Message.Direction.INBOUND)
    rows = said.select_related("conversation__workspace", "conversation__social_account")
    try:
        return rows.select_related("social_account").filter(uid=UUID(uid)).first()
    except ValueError:
        return None
