"""The JSON that LinkedIn's page loads for itself, read tolerantly (linkedin.md 4).

Both forms (plain graphql, and normalised with `included`), every root that was ever seen. An
element that cannot be read costs none of the others: it is counted with its path and type. Pure;
nothing raises, whatever the document is.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from social.providers.linkedin import urns
from social.providers.linkedin.nodes import MalformedError, Node, document_of
from social.providers.linkedin.participants import NOBODY, are_advertising, owner_of, person_of
from social.providers.linkedin.seen import (
    Accepted,
    ConversationSeen,
    InboxSeen,
    MessageSeen,
    PersonSeen,
    Skipped,
    ThreadSeen,
)
from social.providers.linkedin.utterances import message_of, thread_of

CONVERSATIONS, MESSAGES = "messengerConversationsBy", "messengerMessagesBy"
KNOWN = {
    *(CONVERSATIONS + end for end in ("SyncToken", "CategoryQuery", "Recipients", "Ids")),
    *(MESSAGES + end for end in ("SyncToken", "Conversation", "AnchorTimestamp")),
}
"""The roots of the fact sheet; another end of the same name is tried, too."""
MOST, MOST_PEOPLE, MOST_SKIPPED, MOST_ROOTS = 1000, 100, 100, 20
PAIR = 2
LONGEST_CURSOR, LONGEST_CATEGORY, LONGEST_MARK = 2000, 50, 100
Seen = TypeVar("Seen")


class _Notes:
    """What could not be read, as it is found."""

    def __init__(self) -> None:
        self.found: list[Skipped] = []

    def each(self, nodes: Iterator[Node], read: Callable[[Node], Seen]) -> Iterator[Seen]:
        """Yield what `read` makes of every node that it can read, and note the others."""
        for node in nodes:
            try:
                seen = read(node)
            except MalformedError as error:
                if len(self.found) < MOST_SKIPPED:
                    self.found.append(Skipped(error.path, error.type))
                continue
            yield seen


def inbox_in(document: Any, *, owner: str = "") -> InboxSeen | None:
    """Return the conversations that `document` lists; None where it has no root of a list.

    `owner` is the account's own profile id, where it is known already; the answer's `owner` is
    whom the document names.
    """
    lists = list(_lists(document_of(document), CONVERSATIONS))
    if not lists:
        return None
    elements = _elements(lists)
    me = _owner(elements, "conversationParticipants")
    notes, mine = _Notes(), frozenset({owner, me.id} - {""})

    def read(node: Node) -> ConversationSeen:
        return _conversation(node, mine, notes)

    seen = {one.thread: one for one in notes.each(iter(elements), read)}
    return InboxSeen(
        tuple(seen.values()),
        owner=me if me.id else None,
        next_cursor=_cursor(lists),
        skipped=tuple(notes.found),
    )


def messages_in(document: Any, *, owner: str = "") -> ThreadSeen | None:
    """Return the messages that `document` lists, oldest first; None where it has no such root.

    `owner` is the account's own profile id, where it is known already.
    """
    lists = list(_lists(document_of(document), MESSAGES))
    if not lists:
        return None
    elements = _elements(lists)
    me = _owner(elements, "sender")
    notes, mine = _Notes(), frozenset({owner, me.id} - {""})

    def read(node: Node) -> MessageSeen:
        return message_of(node, mine)

    seen = {one.id: one for one in notes.each(iter(elements), read)}
    return ThreadSeen(
        tuple(sorted(seen.values(), key=lambda one: (one.at, one.id))),
        owner=me if me.id else None,
        next_cursor=_cursor(lists),
        skipped=tuple(notes.found),
    )


def accepted_in(document: Any) -> Accepted | None:
    """Return what LinkedIn took, of the answer to the page's own send; None of another answer."""
    root = document_of(document)
    for value in (root.get("value"), root.get("data").get("value")):
        for name in (value.get("entityUrn"), value.get("backendUrn"), value):
            if message := urns.message_id(name.text()):
                return Accepted(
                    message,
                    name.text(),
                    value.get("deliveredAt").moment(),
                    thread=thread_of(value),
                    origin=value.get("originToken").text()[:LONGEST_MARK],
                )
    return None


def _lists(root: Node, prefix: str) -> Iterator[Node]:
    """Yield the objects under a known root that hold a list, wherever the form puts them.

    A root that is null, or has no list, is an error of theirs and not an empty list.
    """
    data = root.get("data")
    for holder in (data, data.get("data")):
        names = holder.value if isinstance(holder.value, Mapping) else ()
        found = [name.lstrip("*") for name in names if name.lstrip("*").startswith(prefix)]
        for name in found[:MOST_ROOTS]:
            held = holder.get(name)
            path = held.path if name in KNOWN else f"{holder.path}.{prefix}*"
            value = {"elements": held.value} if held.is_list else held.value
            node = Node(value, path, root.included)
            if node.get("elements").is_list:
                yield node


def _elements(lists: list[Node]) -> list[Node]:
    return [one for listed in lists for one in listed.get("elements").each(MOST)][:MOST]


def _cursor(lists: list[Node]) -> str:
    cursors = (one.get("metadata").get("nextCursor").text() for one in lists)
    return next((one for one in cursors if 0 < len(one) <= LONGEST_CURSOR), "")


def _owner(elements: list[Node], people: str) -> PersonSeen:
    """Return who says of themselves to be SELF, else whose mailbox it is; NOBODY if that is two."""
    found = [owner_of(node.get(people), MOST_PEOPLE) for node in elements]
    selves = {one.id: one for one in found if one.id}
    if len(selves) == 1:
        return next(iter(selves.values()))
    names = {urns.owner_id(node.get("entityUrn").text()) for node in elements} - {""}
    return PersonSeen(names.pop(), me=True) if len(names) == 1 and not selves else NOBODY


def _conversation(node: Node, mine: frozenset[str], notes: _Notes) -> ConversationSeen:
    thread = thread_of(node.needed_object())
    if not thread:
        raise MalformedError(f"{node.path}.entityUrn", node.get("entityUrn").value)
    listed = node.get("conversationParticipants")
    everybody = list(notes.each(listed.each(MOST_PEOPLE), person_of))
    others = [one for one in everybody if not one.me and one.id not in mine]
    whole = listed.is_list and len(listed.value) == len(everybody)
    group = node.get("groupChat").flag() or len(others) >= PAIR
    last = _last(node, mine, thread, notes)
    unread = node.get("unreadCount").count()
    categories = [one.text()[:LONGEST_CATEGORY] for one in node.get("categories").each(20)]
    return ConversationSeen(
        thread=thread,
        urn=node.get("entityUrn").text(),
        unread=int(node.get("read").value is False) if unread is None else unread,
        group=group,
        sponsored=are_advertising(categories, others),
        at=node.get("lastActivityAt").moment() or (last.at if last else 0),
        contact=others[0] if whole and len(others) == 1 and not group else None,
        last=last,
        categories=tuple(one for one in categories if one),
    )


def _last(node: Node, mine: frozenset[str], thread: str, notes: _Notes) -> MessageSeen | None:
    """Return the newest message that came with the conversation."""
    held, last = node.get("messages"), node.get("lastMessage")
    elements = held if held.is_list else held.get("elements")
    nodes = [*elements.each(MOST_PEOPLE), *([last] if last.value is not None else [])]

    def read(one: Node) -> MessageSeen:
        return message_of(one, mine, inside=thread)

    return max(notes.each(iter(nodes), read), key=lambda one: one.at, default=None)
