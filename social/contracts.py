"""What travels between the networks and the rest: frozen values, no rows.

All moments are aware and in UTC; `account_kind` with `account_external_id` names the account.
Ids are the network's own, always as text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

DIRECT, COMMENT = "direct", "comment"


@dataclass(frozen=True)
class InboundMessage:
    """Something a person wrote to a connected account: a direct message, or a comment.

    - `post_external_id`: under which post, photo or video a comment stands.
    - `parent_external_id`: the comment that a comment answers; "" for one on the post itself.
    - `quoted_external_id`: the message that a direct message answers; "story" for a story of ours.
    - `payload`: what we gave the button that was pressed; the text is the button's title then.
    - `origin`: where the person came from (an advertisement, a link), in the network's words.
    - `standby`: another app holds the thread: we read along and must not answer.
    - `thread_external_id`: the network's own name of a direct thread, where it has one.

    A comment whose author the network hides has `contact_external_id` "".
    """

    account_kind: str
    account_external_id: str
    contact_external_id: str
    external_id: str
    text: str
    sent_at: datetime
    kind: str = DIRECT
    contact_name: str = ""
    contact_handle: str = ""
    attachments: tuple[dict[str, Any], ...] = ()
    post_external_id: str = ""
    parent_external_id: str = ""
    quoted_external_id: str = ""
    payload: str = ""
    origin: str = ""
    standby: bool = False
    thread_external_id: str = ""


@dataclass(frozen=True)
class Echo:
    """The network's copy of something the account itself wrote, by us or by a human.

    `reference` is the mark we put on our own sends, where the network gives it back.
    `automatic` tells that the network itself wrote it (a welcome message): nobody took over.
    A comment's echo names no contact but what it answers, in `parent_external_id`.
    """

    account_kind: str
    account_external_id: str
    contact_external_id: str
    external_id: str
    text: str
    sent_at: datetime
    reference: str = ""
    ours: bool = False
    automatic: bool = False
    kind: str = DIRECT
    post_external_id: str = ""
    parent_external_id: str = ""
    thread_external_id: str = ""


@dataclass(frozen=True)
class StatusUpdate:
    """The network says that our messages were delivered or read.

    Either `external_ids` names them, or all that left before `watermark` are meant.
    """

    account_kind: str
    account_external_id: str
    contact_external_id: str
    status: str
    external_ids: tuple[str, ...] = ()
    watermark: datetime | None = None


@dataclass(frozen=True)
class Edit:
    """A person changed what they had written; `text` is all of it as it stands now."""

    account_kind: str
    account_external_id: str
    external_id: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Removal:
    """A message or comment is gone: taken back by who wrote it, or hidden by the account.

    Our copy of the words goes with it, except when it is only `hidden` from others.
    """

    account_kind: str
    account_external_id: str
    external_id: str
    at: datetime
    hidden: bool = False


@dataclass(frozen=True)
class Showing:
    """A comment that was hidden is there for everybody again."""

    account_kind: str
    account_external_id: str
    external_id: str
    at: datetime


@dataclass(frozen=True)
class Reaction:
    """A person put an emoji (or a word for one) on a message, or took it away: `emoji` is ""."""

    account_kind: str
    account_external_id: str
    contact_external_id: str
    external_id: str
    emoji: str
    at: datetime


@dataclass(frozen=True)
class Referral:
    """A person arrived in a thread by an advertisement or a link; they wrote nothing yet."""

    account_kind: str
    account_external_id: str
    contact_external_id: str
    origin: str
    at: datetime


@dataclass(frozen=True)
class ControlChange:
    """Another app took a thread from us (`ours` False), or gave it back."""

    account_kind: str
    account_external_id: str
    contact_external_id: str
    ours: bool
    at: datetime


@dataclass(frozen=True)
class Revocation:
    """The account's owner took our access back at the network; `code` says how, in its words."""

    account_kind: str
    account_external_id: str
    code: str
    at: datetime


@dataclass(frozen=True)
class PollWanted:
    """Something arrived that the network does not show by itself: read `stream` now."""

    account_kind: str
    account_external_id: str
    stream: str


@dataclass(frozen=True)
class Activity:
    """Something that an account did on its network; `kind` is the network's word for it.

    `post_external_id` is the post or video it is about, "" where it is about none.
    """

    external_id: str
    kind: str
    title: str
    at: datetime
    post_external_id: str = ""


@dataclass(frozen=True)
class Ignored:
    """An entry that we know of and do nothing with, and why."""

    reason: str


Heard = (
    InboundMessage
    | Echo
    | StatusUpdate
    | Edit
    | Removal
    | Showing
    | Reaction
    | Referral
    | ControlChange
    | Revocation
    | PollWanted
)
Event = Heard | Ignored


@dataclass(frozen=True)
class Credentials:
    """What a provider needs to act as an account.

    `login` names the way it was connected by (`social.logins.Login.name`), `linked_external_id`
    the account through which it acts where that is another one (an Instagram account's Page).
    """

    account_external_id: str
    kind: str
    token: str
    login: str = ""
    refresh_token: str = ""
    linked_external_id: str = ""


@dataclass(frozen=True)
class OutboundMessage:
    """One text for one person; `reference` comes back in the echo where the network can.

    A comment's answer has kind "comment": it is written under `comment_external_id` (whose own
    parent is `parent_external_id`) of `post_external_id`, for everybody to read; with `private`,
    it goes to the commenter's direct messages instead. `by_human` tells that a member wrote it,
    which some networks allow for longer. `conversation_external_id` is the network's own name of
    the thread, where it has one.
    """

    contact_external_id: str
    text: str
    reference: str
    kind: str = DIRECT
    private: bool = False
    comment_external_id: str = ""
    parent_external_id: str = ""
    post_external_id: str = ""
    contact_handle: str = ""
    conversation_external_id: str = ""
    by_human: bool = False
    window_open: bool = True


@dataclass(frozen=True)
class Usage:
    """How much of its limits a network says is used: 100 is all of it.

    `percent` is the fullest limit's, `shared_percent` the fullest of those that all accounts share.
    `regain_seconds` is how long it asks us to wait; 0 where it does not say.
    """

    percent: int
    regain_seconds: int = 0
    shared_percent: int = 0


@dataclass(frozen=True)
class SendResult:
    """The network took the message and calls it `external_id`.

    `contact_external_id` is whom it reached, where that was not known before (a private reply to a
    comment). `usage` is what the answer said of our limits.
    """

    external_id: str
    contact_external_id: str = ""
    usage: Usage | None = None


@dataclass(frozen=True)
class Sought:
    """A message of ours of which nobody knows whether it left: what to look for, and since when.

    `known` are the ids of other messages that say the same: it is none of these. `called_at` is
    when it was sent by our own clock: `sent_after` without the room for clocks that differ.
    """

    message: OutboundMessage
    sent_after: datetime
    known: frozenset[str] = frozenset()
    called_at: datetime | None = None

    def nearest(self, alike: Iterable[tuple[datetime, str]]) -> str:
        """Return the id of that which was written nearest to our call, "" of nothing.

        `alike` are the moments and ids of what says the same since `sent_after`: another message
        of ours, whose outcome is just as unknown, may be among them.
        """
        called_at = self.called_at or self.sent_after
        _, found = min(alike, key=lambda one: abs(one[0] - called_at), default=(called_at, ""))
        return found


@dataclass(frozen=True)
class Found:
    """What reading the thread showed: our message's id, or "" when it is not there.

    `complete` tells that what was read covers the whole time since the send: then, and only then,
    not finding it proves something.
    """

    external_id: str
    complete: bool = False


@dataclass(frozen=True)
class Profile:
    """How a person calls themselves on the network; either may be ""."""

    name: str = ""
    handle: str = ""


@dataclass(frozen=True)
class Capabilities:
    """What one kind of account can do; differences are data, never branches.

    - `text_limit` (characters, or bytes of UTF-8 with `text_limit_in_bytes`), for direct messages;
      `comment_limit` for public answers to comments.
    - `reply_window_hours`: how long after a person's message we may write; None means for ever.
      `messages_per_window`: how many messages we may write in it.
    - `human_window_hours`: how long a member may write by hand, where that is longer.
    - `private_reply_days`: how old a comment may be that is answered in private; 0 means never.
    - `echo_has_reference`: our own mark comes back, so that an unknown outcome gets known.
    - `automation_needs_consent`: the network forbids automatic answers unless the owner agreed to
      exactly that; until then every answer is a draft.
    """

    text_limit: int
    text_limit_in_bytes: bool = False
    reply_window_hours: int | None = None
    messages_per_window: int | None = None
    human_window_hours: int | None = None
    direct_messages: bool = True
    comments: bool = False
    comment_limit: int = 0
    private_reply_days: int = 0
    echo_has_reference: bool = False
    automation_needs_consent: bool = False

    def within(self, kind: str, *, private: bool = False) -> "Capabilities":
        """Return the same with the limits that hold in threads of `kind`.

        A public answer has the comments' length and no window; a `private` one to a comment has a
        direct message's length, and the days of private replies as its window.
        """
        if kind != COMMENT:
            return self
        if private:
            return replace(self, reply_window_hours=self.private_reply_days * 24)
        return replace(
            self,
            text_limit=self.comment_limit,
            text_limit_in_bytes=False,
            reply_window_hours=None,
            messages_per_window=None,
            human_window_hours=None,
            echo_has_reference=False,
        )


@dataclass(frozen=True)
class Withdrawal:
    """A person took their account, or their data, back from us: their id, and when (Unix time)."""

    user_id: str
    issued_at: str


@dataclass(frozen=True)
class Inspected:
    """What a look at a connected account showed.

    `scopes` are those still granted (None: the network does not say), `fields` the webhook fields
    it is subscribed to (None: it has none to subscribe), `name` and `handle` as they are now,
    `facts` whatever else decides on its abilities (`region`, `account_type`).
    """

    scopes: tuple[str, ...] | None = None
    fields: tuple[str, ...] | None = None
    name: str = ""
    handle: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
