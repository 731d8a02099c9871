"""What is asked for on TikTok, and a stored page of it → contracts, ids equal to the webhooks'."""

import json
from typing import Any

from flowia.lib.errors import InvalidPayloadError
from social.contracts import Event, Ignored
from social.providers.tiktok import comments, messages, poll_comments, poll_messages
from social.providers.tiktok.values import KIND, MALFORMED, identifier
from social.providers.tiktok.webhook import CONVERSATIONS
from social.streams import Stream

COMMENTS = "comments"
STREAMS = (
    # Webhooks tell of the same, but up to five minutes later: that one is new proves nothing.
    Stream(COMMENTS, (KIND,), poll_comments.read, ability="comments", shortest=300, longest=3600),
    Stream(
        CONVERSATIONS,
        (KIND,),
        poll_messages.read,
        ability="direct",
        shortest=300,
        longest=3600,
        announced=True,
    ),
)
READERS = {COMMENTS: comments.listed, CONVERSATIONS: messages.heard}


def parse_page(stream: str, body: bytes) -> list[Event]:
    """Return the events of a stored page, in its order.

    The body is `{"account": {"kind", "external_id"}, "items": […]}`. Raises InvalidPayloadError
    when it is not, or no account's of TikTok.
    """
    try:
        page = json.loads(body)
        named, items = page["account"], page["items"]
        account, kind = identifier(named["external_id"]), named["kind"]
    except (*MALFORMED, RecursionError) as error:
        raise InvalidPayloadError from error
    reader = READERS.get(stream)
    if reader is None or kind != KIND or not isinstance(items, list):
        raise InvalidPayloadError
    return [event for item in items for event in _read(reader, account, item)]


def _read(reader: Any, account: str, item: Any) -> list[Event]:
    try:
        events: list[Event] = reader(account, item)
    except MALFORMED:
        return [Ignored("malformed")]
    return events
