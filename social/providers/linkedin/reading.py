"""Stored pages of LinkedIn's inbox → contracts.

A page is `{"account": {"kind", "external_id"}, "stream", "items": […]}`. Its items are messages in
the shape of `seen.reduced_message`; those of a list also carry "group", "sponsored" and "headline"
of their conversation, and "unseen": how many messages before it nobody read. Pure: no database, no
clock. One malformed item never costs the others. A page of the stream "thread" holds a whole
thread: after its messages it tells that nothing of it is missing.
"""

import json
from datetime import UTC, datetime
from typing import Any

from flowia.lib.errors import InvalidPayloadError
from social.contracts import Echo, Event, Ignored, InboundMessage, ThreadRead

KIND = "linkedin"
LONGEST_ID, LONGEST_NAME, LONGEST_HEADLINE, LONGEST_TEXT = 255, 200, 300, 20_000
MOST_UNSEEN = 1000
LATEST = 253402300799000  # the last second of 9999, in milliseconds
Json = dict[str, Any]


def parse_page(stream: str, body: bytes) -> list[Event]:
    """Return the events of one stored page, in its order; raises InvalidPayloadError."""
    try:
        page = json.loads(body)
        account, items = page["account"]["external_id"], page["items"]
        kind = page["account"]["kind"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidPayloadError from error
    if kind != KIND or not isinstance(account, str) or not account or not isinstance(items, list):
        raise InvalidPayloadError
    heard = [_heard(item, account) for item in items]
    return [*heard, *_whole(heard, account)] if stream == "thread" else heard


def _whole(heard: list[Event], account: str) -> list[Event]:
    """Return of each thread that it was read, up to its last message."""
    last: dict[tuple[str, str], datetime] = {}
    for one in heard:
        if isinstance(one, InboundMessage | Echo):
            place = (one.contact_external_id, one.thread_external_id)
            last[place] = max(one.sent_at, last.get(place, one.sent_at))
    return [
        ThreadRead(KIND, account, contact, thread, at) for (contact, thread), at in last.items()
    ]


def _heard(item: Any, account: str) -> Event:
    try:
        return _event(item, account)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return Ignored("malformed")


def _event(item: Json, account: str) -> Event:
    # What is not surely a talk of two people is answered by nobody.
    for reason in ("group", "sponsored"):
        if _flag(item.get(reason, False)):
            return Ignored(reason)
    own, contact = _flag(item["own"]), _text(item["contact"])
    if not contact:
        return Ignored("no_contact")
    if contact == account:
        return Ignored("direction")
    where: Json = {
        "account_kind": KIND,
        "account_external_id": account,
        "contact_external_id": _id(contact),
        "external_id": _id(item["id"]),
        "thread_external_id": _id(item["thread"]),
        "text": _text(item["text"])[:LONGEST_TEXT],
        "sent_at": _moment(item["at"]),
    }
    if own:
        return Echo(**where)
    return InboundMessage(
        contact_name=_line(item.get("name"))[:LONGEST_NAME],
        headline=_line(item.get("headline"))[:LONGEST_HEADLINE],
        unseen_before=_count(item.get("unseen", 0)),
        attachments=({"type": "file"},) if _flag(item.get("attached", False)) else (),
        **where,
    )


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("a flag is true or false")
    return value


def _line(value: Any) -> str:
    return " ".join(_text(value or "").split())


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("not a count")
    return min(value, MOST_UNSEEN)


def _id(value: Any) -> str:
    # An empty or shortened id would stand for somebody else's row.
    if not value or len(value) > LONGEST_ID or _text(value) != value:
        raise ValueError("not a usable id")
    return _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is a string")
    # PostgreSQL refuses NUL, and lone surrogates cannot be written anywhere.
    return value.replace("\x00", "").encode("utf-8", "replace").decode()


def _moment(value: Any) -> datetime:
    """Return the moment of milliseconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LATEST:
        raise ValueError("not a moment")
    return datetime.fromtimestamp(value / 1000, UTC)
