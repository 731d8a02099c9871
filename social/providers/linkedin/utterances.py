"""One message of LinkedIn's JSON (linkedin.md 4). Pure.

Where it is ambiguous who wrote a message, or in which thread, it is not read: an own message that
is taken for a contact's would be answered.
"""

from social.providers.linkedin import urns
from social.providers.linkedin.nodes import MalformedError, Node
from social.providers.linkedin.participants import person_of
from social.providers.linkedin.seen import CUSTOM, ORGANISATION, MessageSeen, PersonSeen


def message_of(node: Node, mine: frozenset[str], *, inside: str = "") -> MessageSeen:
    """Return a message; raises MalformedError.

    `mine` are the ids that the account's owner is known by, `inside` the thread that holds it.
    """
    node = node.needed_object()
    urn = node.get("entityUrn").text() or node.get("backendUrn").text()
    message, at = urns.message_id(urn), node.get("deliveredAt")
    if not message:
        raise MalformedError(f"{node.path}.entityUrn", node.get("entityUrn").value)
    if not at.moment():
        raise MalformedError(at.path, at.value)
    thread = thread_of(node) or inside
    if not thread or (inside and thread != inside):
        raise MalformedError(f"{node.path}.conversation", node.get("conversation").value)
    sender = _sender(node)
    return MessageSeen(
        id=message,
        urn=urn,
        thread=thread,
        sender=sender,
        text=node.get("body").text(),
        at=at.moment(),
        own=_is_own(sender, mine | ({urns.owner_id(urn)} - {""}), node),
        attached=any(bool(node.get(name).value) for name in ("renderContent", "attachments")),
    )


def thread_of(node: Node) -> str:
    """Return the id of the thread that a message lies in, or that a conversation is; "" of none."""
    conversation = node.get("conversation")
    names = (
        *(node.get("entityUrn"), node.get("backendUrn")),
        *(conversation, conversation.get("entityUrn"), node.get("backendConversationUrn")),
    )
    return next((found for one in names if (found := urns.thread_id(one.text()))), "")


def _sender(node: Node) -> PersonSeen:
    sender = node.get("sender")
    return person_of(node.get("actor") if sender.value is None else sender)


def _is_own(sender: PersonSeen, mine: frozenset[str], node: Node) -> bool:
    """Ask all that tell: the sender's distance, and everybody who is known to be the owner."""
    if sender.kind in {ORGANISATION, CUSTOM}:
        return False
    told = {sender.id == one for one in mine} | ({sender.me} - {None})
    if len(told) != 1:
        raise MalformedError(f"{node.path}.sender", node.get("sender").value)
    return True in told
