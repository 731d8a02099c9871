"""What the page's own JSON showed of an inbox: frozen values, and their reduced shapes.

Moments are milliseconds since 1970 (UTC), 0 where the page told none. Ids are LinkedIn's, as text.
The reduced shapes are what leaves the browser's process: no address, no picture, no other field.
"""

from dataclasses import dataclass
from typing import Any

MEMBER, ORGANISATION, CUSTOM, UNKNOWN = "member", "organization", "custom", "unknown"
Reduced = dict[str, Any]


@dataclass(frozen=True)
class Skipped:
    """One element that could not be read: where, and of which type. Never what it said."""

    path: str
    type: str


@dataclass(frozen=True)
class PersonSeen:
    """A participant. `id` is the fsd_profile id of a member, "" of what is no member.

    `kind` is member, organization, custom (both write advertisements) or unknown; `me` is True of
    the account's owner (distance SELF), None where LinkedIn did not tell.
    """

    id: str
    name: str = ""
    headline: str = ""
    kind: str = UNKNOWN
    me: bool | None = None


@dataclass(frozen=True)
class MessageSeen:
    """One message; `own` tells that the account's owner wrote it.

    `attached` tells that there is more than its text, which may be "".
    """

    id: str
    urn: str
    thread: str
    sender: PersonSeen
    text: str
    at: int
    own: bool
    attached: bool = False


@dataclass(frozen=True)
class ConversationSeen:
    """One conversation of the list; `contact` is the other person of two, None in a group."""

    thread: str
    urn: str
    unread: int
    group: bool
    sponsored: bool
    at: int
    contact: PersonSeen | None
    last: MessageSeen | None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class InboxSeen:
    """A page of the list. No conversations means that LinkedIn listed none.

    `next_cursor` is "" where the page names no next one.
    """

    conversations: tuple[ConversationSeen, ...]
    owner: PersonSeen | None = None
    next_cursor: str = ""
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True)
class ThreadSeen:
    """Messages of one thread or of several, oldest first, each once."""

    messages: tuple[MessageSeen, ...]
    owner: PersonSeen | None = None
    next_cursor: str = ""
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True)
class Accepted:
    """LinkedIn took a message. `thread` and `origin` (the page's own mark) may be ""."""

    id: str
    urn: str
    at: int
    thread: str = ""
    origin: str = ""


def reduced(conversation: ConversationSeen) -> Reduced:
    """Return a conversation as it leaves the browser's process."""
    contact, last = conversation.contact, conversation.last
    return {
        "thread": conversation.thread,
        "urn": conversation.urn,
        "unread": conversation.unread,
        "group": conversation.group,
        "sponsored": conversation.sponsored,
        "at": conversation.at,
        "contact": None if contact is None else reduced_person(contact),
        "last": None if last is None else reduced_message(last, contact=contact),
        "categories": list(conversation.categories),
    }


def reduced_person(person: PersonSeen) -> Reduced:
    """Return a person as they leave the browser's process."""
    return {"id": person.id, "name": person.name, "headline": person.headline}


def reduced_message(message: MessageSeen, *, contact: PersonSeen | None = None) -> Reduced:
    """Return a message as it leaves the browser's process.

    Its "contact" and "name" are the other person's, whoever wrote it: the sender's, and of an own
    message those of `contact`, the person whose thread it is; "" where nobody is known.
    """
    other = (contact or PersonSeen("")) if message.own else message.sender
    return {
        "id": message.id,
        "thread": message.thread,
        "contact": other.id,
        "name": other.name,
        "text": message.text,
        "at": message.at,
        "own": message.own,
        "attached": message.attached,
    }
