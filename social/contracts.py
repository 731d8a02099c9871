"""What travels between the networks and the rest: frozen values, no rows.

All moments are aware and in UTC; `account_kind` with `account_external_id` names the account.
Ids are the network's own, always as text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from social.running import SessionRun

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
    - `headline`: how the person presents themselves, where the network says it.
    - `unseen_before`: how many earlier messages the network counted and did not show.

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
    headline: str = ""
    unseen_before: int = 0


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
class ThreadRead:
    """A whole thread was read: nothing that was written in it before `at` is missing any more."""

    account_kind: str
    account_external_id: str
    contact_external_id: str
    thread_external_id: str
    at: datetime


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
    | ThreadRead
)
Event = Heard | Ignored


@dataclass(frozen=True)
class Credentials:
    """What a provider needs to act as an account.

    `login` names the way it was connected by (`social.logins.Login.name`), `linked_external_id`
    the account through which it acts where that is another one (an Instagram account's Page).
    `run` is the turn with the owner's session where a browser acts for the account.
    """

    account_external_id: str
    kind: str
    token: str
    login: str = ""
    refresh_token: str = ""
    linked_external_id: str = ""
    run: SessionRun | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class OutboundMessage:
    """One text for one person; `reference` comes back in the echo where the network can.

    A comment's answer has kind "comment": it is written under `comment_external_id` (whose own
    parent is `parent_external_id`) of `post_external_id`, for everybody to read; with `private`,
    it goes to the commenter's direct messages instead. `by_human` tells that a member wrote it,
    which some networks allow for longer. `conversation_external_id` is the network's own name of
    the thread, where it has one. `last_external_id` is the contact's last message that we know of,
    `known` are the ids of the thread's messages: where a browser types, it is the thread as it was.
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
    contact_name: str = ""
    last_external_id: str = ""
    known: frozenset[str] = frozenset()


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
    `before` are ids of the thread's messages that we had by then: what stands behind one of them
    was read as far back as is needed, whatever the clocks say.
    """

    message: OutboundMessage
    sent_after: datetime
    known: frozenset[str] = frozenset()
    called_at: datetime | None = None
    before: frozenset[str] = frozenset()

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
