"""YouTube's threads, comments and activities → contracts (youtube.md, sections 2.3 and 2.5).

Pure: no database, no clock. One malformed object never costs the others.

A comment that is held for review, or rejected, is heard and hidden at once: members see it, nobody
answers it. An edited comment is heard as it stands now, and as an edit of what was heard before.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from flowia.lib.errors import InvalidPayloadError
from social.contracts import (
    COMMENT,
    Echo,
    Edit,
    Event,
    Ignored,
    InboundMessage,
    PollWanted,
    Removal,
)

KIND = "youtube"
THREAD, REPLY = "youtube#commentThread", "youtube#comment"
ACTIVITY = "youtube#activity"
HIDDEN = {"heldForReview", "likelySpam", "rejected"}
LONGEST_ID, LONGEST_NAME = 255, 200
Json = dict[str, Any]


class MismatchError(ValueError):
    """An object that belongs to another channel than the one it was read for."""


def parse_page(_stream: str, body: bytes) -> list[Event]:
    """Return the events of one stored page, in its order.

    The body is `{"account": {"kind", "external_id"}, "stream", "items": […]}`. Raises
    InvalidPayloadError when it is not.
    """
    try:
        page = json.loads(body)
        account, items = page["account"]["external_id"], page["items"]
        kind = page["account"]["kind"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidPayloadError from error
    if kind != KIND or not isinstance(account, str) or not account or not isinstance(items, list):
        raise InvalidPayloadError
    return [event for item in items for event in _heard(item, account)]


def _heard(item: Any, account: str) -> list[Event]:
    try:
        return list(_events(item, account))
    except MismatchError:
        return [Ignored("account_mismatch")]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return [Ignored("malformed")]


def _events(item: Json, account: str) -> Iterator[Event]:
    kind = item["kind"]
    if kind == ACTIVITY:
        yield _activity(item["snippet"], account)
    elif kind == REPLY:
        yield from _comment(item, account, post="")
    elif kind == THREAD:
        yield from _thread(item, account)
    else:
        yield Ignored("unsupported_object")


def _thread(thread: Json, account: str) -> Iterator[Event]:
    snippet = thread["snippet"]
    _check(snippet, account)
    post = _post(snippet)
    yield from _comment(snippet["topLevelComment"], account, post=post)
    sample = thread.get("replies")
    replies = sample.get("comments") if isinstance(sample, dict) else None
    for reply in replies if isinstance(replies, list) else ():
        try:
            yield from list(_comment(reply, account, post=post))
        except MismatchError:
            yield Ignored("account_mismatch")
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            yield Ignored("malformed")


def _comment(comment: Json, account: str, *, post: str) -> Iterator[Event]:
    snippet = comment["snippet"]
    _check(snippet, account)
    author = _author(snippet)
    where: Json = {
        "account_kind": KIND,
        "account_external_id": account,
        "external_id": _id(comment["id"]),
        "text": _text(snippet["textOriginal"] if "textOriginal" in snippet else _shown(snippet)),
        "post_external_id": _post(snippet) or post,
        "parent_external_id": _optional_id(snippet.get("parentId")),
        "sent_at": moment(snippet["publishedAt"]),
        "kind": COMMENT,
    }
    if author == account:
        yield Echo(contact_external_id="", **where)
        return
    name = _text(snippet.get("authorDisplayName") or "")
    yield InboundMessage(
        contact_external_id=author,
        contact_name=name.removeprefix("@")[:LONGEST_NAME],
        contact_handle=_handle(snippet, name),
        **where,
    )
    yield from _changes(snippet, where)


def _changes(snippet: Json, where: Json) -> Iterator[Event]:
    updated = moment(snippet.get("updatedAt") or snippet["publishedAt"])
    external_id, account = where["external_id"], where["account_external_id"]
    if updated != where["sent_at"]:
        yield Edit(KIND, account, external_id, where["text"], updated)
    if snippet.get("moderationStatus") in HIDDEN:
        yield Removal(KIND, account, external_id, updated, hidden=True)


def _activity(snippet: Json, account: str) -> Event:
    _check(snippet, account)
    # A new video brings its comments within minutes.
    if snippet["type"] == "upload":
        return PollWanted(KIND, account, "comments")
    return Ignored("unsupported_activity")


def _check(snippet: Json, account: str) -> None:
    if snippet.get("channelId", account) != account:
        raise MismatchError


def _author(snippet: Json) -> str:
    """Return the author's channel; "" where YouTube names none (an account that was closed)."""
    return _id(snippet["authorChannelId"]["value"]) if snippet.get("authorChannelId") else ""


def _handle(snippet: Json, name: str) -> str:
    """Return the author's handle: it is the name since 2022, and the end of the address."""
    address = _text(snippet.get("authorChannelUrl") or "")
    handle = name[1:] if name.startswith("@") else address.partition("/@")[2]
    return handle[:LONGEST_NAME]


def _post(snippet: Json) -> str:
    return _optional_id(snippet.get("videoId")) or _optional_id(snippet.get("postId"))


def _shown(snippet: Json) -> str:
    return snippet["textDisplay"] or ""


def _optional_id(value: Any) -> str:
    return _id(value) if value else ""


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


def moment(value: Any) -> datetime:
    """Return a moment of YouTube's (ISO 8601, UTC); raises TypeError, ValueError."""
    found = datetime.fromisoformat(value)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
