"""Invented inboxes as LinkedIn's page loads them, plain and normalised (linkedin.md 4)."""

from typing import Any

Json = dict[str, Any]
OWNER, ANNA, BEN = "ACoAAOwnerInvente", "ACoAAAnnaInvente", "ACoAABenInvente"
THREAD, OTHER_THREAD = "2-ZmlsQW5uYQ==", "2-ZmlsQmVu"
HOUR = 3_600_000
AT = 1795946400000


def profile(person: str) -> str:
    return f"urn:li:fsd_profile:{person}"


def conversation_urn(thread: str = THREAD) -> str:
    return f"urn:li:msg_conversation:({profile(OWNER)},{thread})"


def message_urn(message: str) -> str:
    return f"urn:li:msg_message:({profile(OWNER)},{message})"


def member(person: str, first: str, last: str, distance: str | None = "DISTANCE_1") -> Json:
    held: Json = {"firstName": {"text": first}, "lastName": {"text": last}}
    if distance:
        held["distance"] = distance
    return {
        "entityUrn": f"urn:li:msg_messagingParticipant:{profile(person)}",
        "hostIdentityUrn": profile(person),
        "participantType": {
            "member": {**held, "headline": {"text": f"{first} conseille"}},
            "organization": None,
            "custom": None,
        },
    }


def owner() -> Json:
    return member(OWNER, "Olga", "Owner", "SELF")


def anna() -> Json:
    return member(ANNA, "Anna", "Meyer")


def ben() -> Json:
    return member(BEN, "Ben", "Roy", "DISTANCE_2")


def company() -> Json:
    return {
        "entityUrn": "urn:li:msg_messagingParticipant:urn:li:fsd_company:42",
        "hostIdentityUrn": "urn:li:fsd_company:42",
        "participantType": {"organization": {"name": {"text": "Réclame SA"}}},
    }


def custom() -> Json:
    return {
        "entityUrn": "urn:li:msg_messagingParticipant:urn:li:customParticipant:9",
        "hostIdentityUrn": None,
        "participantType": {"custom": {"name": {"text": "LinkedIn Offre"}}},
    }


def message(name: str, sender: Any, text: str | None = "Bonjour", **fields: Any) -> Json:
    return {
        "entityUrn": message_urn(name),
        "backendUrn": f"urn:li:messagingMessage:{name}",
        "deliveredAt": AT,
        "body": None if text is None else {"text": text, "attributes": []},
        "sender": sender,
        "conversation": {"entityUrn": conversation_urn()},
        **fields,
    }


def conversation(thread: str = THREAD, **fields: Any) -> Json:
    where = {"entityUrn": conversation_urn(thread)}
    return {
        "entityUrn": conversation_urn(thread),
        "backendUrn": f"urn:li:messagingThread:{thread}",
        "unreadCount": 1,
        "read": False,
        "groupChat": False,
        "lastActivityAt": AT,
        "categories": ["INBOX", "PRIMARY_INBOX"],
        "conversationParticipants": [owner(), anna()],
        "messages": {"elements": [message(f"2-last-{thread}", anna(), conversation=where)]},
        **fields,
    }


def listed(*elements: Any, root: str = "messengerConversationsBySyncToken", **meta: Any) -> Json:
    return {"data": {root: {"elements": list(elements), "metadata": meta}}}


def thread_of(*elements: Any, root: str = "messengerMessagesBySyncToken", **meta: Any) -> Json:
    return listed(*elements, root=root, **meta)


def normalised(document: Json) -> Json:
    """Return the same document as the Accept header of the normalised form brings it."""
    included: dict[str, Json] = {}
    data = {name: _flat(value, included) for name, value in document["data"].items()}
    return {"data": {"data": data}, "included": list(included.values())}


def _flat(value: Any, included: dict[str, Json]) -> Any:
    if not isinstance(value, dict):
        return value
    flat: Json = {}
    for key, held in value.items():
        if _is_entity(held):
            flat[f"*{key}"] = _put(held, included)
        elif isinstance(held, list) and held and all(_is_entity(one) for one in held):
            flat[f"*{key}"] = [_put(one, included) for one in held]
        else:
            flat[key] = _flat(held, included)
    return flat


def _is_entity(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("entityUrn"), str)


def _put(value: Json, included: dict[str, Json]) -> str:
    name: str = value["entityUrn"]
    flat = _flat(value, included)
    included[name] = {**included.get(name, {}), **flat}
    return name
