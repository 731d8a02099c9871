"""Who takes part in a conversation, in LinkedIn's JSON (linkedin.md 4). Pure.

A participant may be a member, an organisation or a "custom" one: the latter two write
advertisements, and have no `member`.
"""

import contextlib
from collections.abc import Sequence

from social.providers.linkedin import urns
from social.providers.linkedin.nodes import MalformedError, Node
from social.providers.linkedin.seen import CUSTOM, MEMBER, ORGANISATION, UNKNOWN, PersonSeen

LONGEST_NAME, LONGEST_HEADLINE = 200, 300
SELF = "SELF"
SPONSORED = "SPONSORED"
NOBODY = PersonSeen("")


def person_of(node: Node) -> PersonSeen:
    """Return a participant, from the object or from its name alone; raises MalformedError."""
    if isinstance(node.value, str) and (named := urns.profile_id(node.value)):
        return PersonSeen(named)
    types = node.needed_object().get("participantType")
    kind = next((one for one in (MEMBER, ORGANISATION, CUSTOM) if types.get(one).is_object), "")
    held = types.get(kind)
    if kind in {ORGANISATION, CUSTOM}:
        return PersonSeen("", name=_name(held, "name"), kind=kind, me=False)
    names = (node.get("hostIdentityUrn").text(), node.get("entityUrn").text())
    found = next((one for name in names if (one := urns.profile_id(name))), "")
    if not found:
        raise MalformedError(f"{node.path}.hostIdentityUrn", node.get("hostIdentityUrn").value)
    distance = held.get("distance").text()
    return PersonSeen(
        found,
        name=_name(held, "firstName", "lastName"),
        headline=held.get("headline").text()[:LONGEST_HEADLINE],
        kind=kind or UNKNOWN,
        me=distance == SELF if distance else None,
    )


def owner_of(people: Node, most: int) -> PersonSeen:
    """Return the one of `people` (a list, or one participant) who is the owner; else NOBODY."""
    for node in people.each(most) if people.is_list else (people,):
        with contextlib.suppress(MalformedError):
            if (person := person_of(node)).me:
                return person
    return NOBODY


def are_advertising(categories: Sequence[str], others: Sequence[PersonSeen]) -> bool:
    """Tell whether somebody other than a person writes here, or LinkedIn says it was paid for."""
    return any(one.kind in {ORGANISATION, CUSTOM} for one in others) or any(
        SPONSORED in one.upper() for one in categories
    )


def _name(held: Node, *keys: str) -> str:
    parts = (held.get(key).text() for key in keys)
    return " ".join(" ".join(parts).split())[:LONGEST_NAME]
