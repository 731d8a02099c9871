"""The JSON of the messaging pages (linkedin.md 4), plain and, made from it, normalised."""

from typing import Any
from urllib.parse import quote

from sandbox.linkedin import ids
from sandbox.linkedin.models import Message, Person, Thread

Shape = dict[str, Any]
SITE = "https://www.linkedin.com"


def participant(person: Person, owner: Person) -> Shape:
    """Return a participant: one of `member`, `organization` and `custom` is there."""
    host = ids.profile_urn(person.profile_id)
    if person.kind == Person.Kind.ORGANIZATION:
        host = f"urn:li:fsd_company:{ids.plain_number(person.profile_id)}"
    if person.kind == Person.Kind.CUSTOM:
        host = f"urn:li:fsd_sponsoredSender:{ids.plain_number(person.profile_id)}"
    kinds: Shape = {"member": None, "organization": None, "custom": None}
    return {
        "_type": "com.linkedin.messenger.MessagingParticipant",
        "entityUrn": f"urn:li:msg_messagingParticipant:{host}",
        "backendUrn": f"urn:li:member:{ids.plain_number(person.profile_id)}",
        "hostIdentityUrn": host,
        "participantType": {**kinds, person.kind: _described(person, owner)},
    }


def message(row: Message, owner: Person) -> Shape:
    """Return a message with its sender."""
    who = participant(row.sender, owner)
    return {
        "_type": "com.linkedin.messenger.Message",
        "entityUrn": ids.message_urn(owner.profile_id, row.message_id),
        "backendUrn": f"urn:li:messagingMessage:{row.message_id}",
        "backendConversationUrn": f"urn:li:messagingThread:{row.thread.thread_id}",
        "body": {"_type": "com.linkedin.pemberly.text.AttributedText", "text": row.text},
        "subject": None,
        "deliveredAt": row.at_ms,
        "originToken": row.origin_token or None,
        "sender": who,
        "actor": who,
        "conversation": {"entityUrn": ids.conversation_urn(owner.profile_id, row.thread.thread_id)},
        "renderContent": [],
        "reactionSummaries": [],
    }


def conversation(row: Thread) -> Shape:
    """Return a conversation with everybody in it and its last message."""
    owner = row.member
    last = Message.objects.select_related("sender", "thread").filter(thread=row).last()
    people = [owner, *row.others.all()]
    return {
        "_type": "com.linkedin.messenger.Conversation",
        "entityUrn": ids.conversation_urn(owner.profile_id, row.thread_id),
        "backendUrn": f"urn:li:messagingThread:{row.thread_id}",
        "conversationUrl": f"{SITE}/messaging/thread/{quote(row.thread_id, safe='')}/",
        "title": row.title or None,
        "unreadCount": row.unread,
        "read": row.unread == 0,
        "lastActivityAt": row.active_ms,
        "lastReadAt": row.read_ms,
        "createdAt": row.created_ms,
        "categories": row.categories,
        "groupChat": row.group,
        "notificationStatus": "ACTIVE",
        "conversationParticipants": [participant(one, owner) for one in people],
        "creator": None,
        "messages": {"elements": [message(last, owner)] if last else []},
        "contentMetadata": {"sponsored": True} if row.sponsored else None,
    }


def listed(root: str, elements: list[Shape], *, cursor: str | None, normal: bool) -> Shape:
    """Return an answer whose `root` holds `elements`; a `cursor` leads to the next page."""
    told: Shape = {
        "_type": "com.linkedin.restli.common.CollectionResponse",
        "metadata": {
            "newSyncToken": ids.thread_id(f"sync {len(elements)}"),
            "nextCursor": cursor,
            "deletedUrns": [],
            "shouldClearCache": False,
        },
    }
    if not normal:
        return {"data": {root: {**told, "elements": elements}}}
    included: dict[str, Shape] = {}
    urns = [_normal(element, included) for element in elements]
    return {
        "data": {"data": {root: {**told, "*elements": urns}}, "extensions": {}},
        "included": list(included.values()),
    }


def me(member: Person, *, normal: bool) -> Shape:
    """Return who is signed in."""
    profile: Shape = {
        "entityUrn": f"urn:li:fs_miniProfile:{member.profile_id}",
        "dashEntityUrn": ids.profile_urn(member.profile_id),
        "objectUrn": f"urn:li:member:{ids.plain_number(member.profile_id)}",
        "firstName": member.first_name,
        "lastName": member.last_name,
        "occupation": member.headline,
        "publicIdentifier": _slug(member),
    }
    known: Shape = {"plainId": ids.plain_number(member.profile_id), "premiumSubscriber": False}
    if not normal:
        return {**known, "miniProfile": profile}
    return {"data": {**known, "*miniProfile": profile["entityUrn"]}, "included": [profile]}


def _described(person: Person, owner: Person) -> Shape:
    if person.kind == Person.Kind.ORGANIZATION:
        page = f"{SITE}/company/{_slug(person)}/"
        return {"name": {"text": person.name}, "pageUrl": page, "tagline": None}
    if person.kind == Person.Kind.CUSTOM:
        return {"name": {"text": person.name}, "image": None}
    return {
        "firstName": {"text": person.first_name},
        "lastName": {"text": person.last_name},
        "headline": {"text": person.headline} if person.headline else None,
        "profileUrl": f"{SITE}/in/{person.profile_id}",
        "distance": "SELF" if person.pk == owner.pk else "DISTANCE_1",
        "pronoun": None,
    }


def _slug(person: Person) -> str:
    return "-".join(person.name.lower().split()) + f"-{ids.plain_number(person.profile_id)}"


def _normal(told: Shape, included: dict[str, Shape]) -> str:
    """Put an entity among `included`, in the place of others in it their URNs; return its own."""
    urn = str(told["entityUrn"])
    flat: Shape = {}
    for name, value in told.items():
        if isinstance(value, dict) and "entityUrn" in value:
            # A mention of something that is described elsewhere brings nothing but its name.
            alone = set(value) == {"entityUrn"}
            flat[f"*{name}"] = value["entityUrn"] if alone else _normal(value, included)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            flat[f"*{name}"] = [_normal(one, included) for one in value]
        elif name == "messages":
            flat[name] = {"*elements": [_normal(one, included) for one in value["elements"]]}
        else:
            flat["$type" if name == "_type" else name] = value
    included.setdefault(urn, flat)
    return urn
