"""Answering a comment, and looking whether an answer stands there (youtube.md, section 3).

There is no idempotency key: after a time-out, the thread's replies are read before anything else.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from social.contracts import Credentials, Found, OutboundMessage, SendResult, Sought
from social.errors import ProviderError
from social.providers.youtube.errors import ask

LONGEST_ID = 255
CLOCKS_APART = timedelta(seconds=30)
"""How far Google's clock may be behind ours."""


def send(credentials: Credentials, message: OutboundMessage) -> SendResult:
    """Write one answer under a comment; 50 units. Returns its id, raises ProviderError."""
    if message.private or not message.comment_external_id:
        raise ProviderError("no_direct_messages")
    snippet = {"parentId": top_of(message), "textOriginal": text_of(message)}
    url = f"{settings.YOUTUBE_API_URL}/comments"
    answer = ask(
        "POST",
        url,
        writes=True,
        token=credentials.token,
        params={"part": "snippet"},
        json={"snippet": snippet},
    )
    external_id = answer.body.get("id") if isinstance(answer.body, dict) else None
    if not isinstance(external_id, str) or not 0 < len(external_id) <= LONGEST_ID:
        raise ProviderError("not_a_comment", outcome_unknown=True)
    return SendResult(external_id)


def look_up(credentials: Credentials, sought: Sought) -> Found:
    """Look for an answer of ours among the replies of its thread; one unit.

    One page of 100 is read: `complete` only when there is no other, and each of its comments can be
    read. Raises ProviderError.
    """
    params = {
        "part": "id,snippet",
        "parentId": top_of(sought.message),
        "maxResults": "100",
        "textFormat": "plainText",
    }
    url = f"{settings.YOUTUBE_API_URL}/comments"
    body = ask("GET", url, token=credentials.token, params=params).body
    items = body.get("items") if isinstance(body, dict) else None
    if not isinstance(items, list):
        raise ProviderError("not_comments", retryable=True)
    us = credentials.account_external_id
    found = sought.nearest(
        (_written_at(one), one["id"]) for one in items if _is_sought(one, sought, author=us)
    )
    if found:
        return Found(found, complete=True)
    readable = all(isinstance(one, dict) and isinstance(one.get("snippet"), dict) for one in items)
    return Found("", complete=readable and not body.get("nextPageToken"))


def top_of(message: OutboundMessage) -> str:
    """Return the id of the thread's first comment: only that one can be answered.

    A reply's id begins with its thread's, for comments whose parent nobody kept.
    """
    return message.parent_external_id or message.comment_external_id.partition(".")[0]


def text_of(message: OutboundMessage) -> str:
    """Return the text as it is written: to an answer among others it begins with whom it is for."""
    to_a_reply = top_of(message) != message.comment_external_id
    handle = message.contact_handle.removeprefix("@")
    return f"@{handle} {message.text}" if to_a_reply and handle else message.text


def _is_sought(item: Any, sought: Sought, *, author: str) -> bool:
    try:
        snippet = item["snippet"]
        said = {_plain(snippet.get("textOriginal")), _plain(snippet.get("textDisplay"))}
        return (
            isinstance(item["id"], str)
            and item["id"] != ""
            and item["id"] not in sought.known
            and snippet["authorChannelId"]["value"] == author
            and _plain(text_of(sought.message)) in said
            and _written_at(item) >= sought.sent_after - CLOCKS_APART
        )
    except (KeyError, TypeError, ValueError):
        return False


def _written_at(item: Any) -> datetime:
    return datetime.fromisoformat(item["snippet"]["publishedAt"])


def _plain(text: object) -> str:
    """Return a text without what YouTube changes on the way: spaces and the ends of lines."""
    return " ".join(text.split()) if isinstance(text, str) else ""
