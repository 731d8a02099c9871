"""Writing through TikTok, and looking whether it was written (tiktok.md 5 and 6.2).

There is no idempotency key and no mark of ours that comes back: an unknown outcome is settled by
the words, in the twenty newest messages of the thread or the newest answers to the comment.
"""

from datetime import datetime, timedelta

from social.contracts import COMMENT, Credentials, Found, OutboundMessage, SendResult, Sought
from social.errors import ProviderError
from social.providers.tiktok.calling import Data, ask, id_in, objects, tell
from social.providers.tiktok.values import MALFORMED, moment

LONGEST_MESSAGE, LONGEST_COMMENT = 6000, 1200
NEWEST_MESSAGES, NEWEST_REPLIES = 20, 30
GRAIN = timedelta(seconds=1)
"""The moments of comments are whole seconds, cut off."""


def send(credentials: Credentials, message: OutboundMessage) -> SendResult:
    """Send one text; returns TikTok's id of it, raises ProviderError.

    A direct message needs the thread's id ("no_thread" without one): TikTok lets nobody begin one.
    A comment has no private answers where we are (tiktok.md 5.2): "no_private_replies".
    """
    if message.kind != COMMENT:
        return _sent(_send_direct(credentials, message))
    if message.private:
        raise ProviderError("no_private_replies")
    return _sent(_send_comment(credentials, message))


def look_up(credentials: Credentials, sought: Sought) -> Found:
    """Look for a message whose outcome is unknown; raises ProviderError.

    Complete only when the newest that TikTok shows reach back to before the send.
    """
    if sought.message.kind == COMMENT:
        return _among_replies(credentials, sought)
    return _among_messages(credentials, sought)


def contents(credentials: Credentials, thread: str) -> Data:
    """Read the twenty newest messages of a thread, and who takes part in it."""
    # requests encodes the "+" of the id, without which TikTok calls it invalid (tiktok.md 5.4).
    where = {"business_id": credentials.account_external_id, "conversation_id": thread}
    path = "business/message/content/list"
    return ask(path, credentials.token, where, ability="direct")


def replies(credentials: Credentials, video: str, comment: str, cursor: int = 0) -> Data:
    """Read the newest answers to a top-level comment, a page at `cursor`."""
    where = {
        "business_id": credentials.account_external_id,
        "video_id": video,
        "comment_id": comment,
        "sort_field": "create_time",
        "sort_order": "desc",
        "max_count": str(NEWEST_REPLIES),
        "cursor": str(cursor),
    }
    path = "business/comment/reply/list"
    return ask(path, credentials.token, where, ability="comments")


def _send_direct(credentials: Credentials, message: OutboundMessage) -> str:
    if not message.conversation_external_id:
        raise ProviderError("no_thread")
    if len(message.text) > LONGEST_MESSAGE:
        raise ProviderError("text_too_long")
    body = {
        "business_id": credentials.account_external_id,
        "recipient_type": "CONVERSATION",
        "recipient": message.conversation_external_id,
        "message_type": "TEXT",
        "text": {"body": message.text},
    }
    path = "business/message/send"
    data = tell(path, body, token=credentials.token, ability="direct")
    return id_in(data.get("message"), "message_id")


def _send_comment(credentials: Credentials, message: OutboundMessage) -> str:
    if len(message.text) > LONGEST_COMMENT:
        raise ProviderError("text_too_long")
    body = {
        "business_id": credentials.account_external_id,
        "video_id": message.post_external_id,
        "comment_id": _top(message),
        "text": message.text,
    }
    path = "business/comment/reply/create"
    data = tell(path, body, token=credentials.token, ability="comments")
    return id_in(data, "comment_id")


def _top(message: OutboundMessage) -> str:
    # Answers lie flat under the first-level comment.
    return message.parent_external_id or message.comment_external_id


def _sent(external_id: str) -> SendResult:
    if not external_id:
        raise ProviderError("no_id", outcome_unknown=True)
    return SendResult(external_id)


def _among_messages(credentials: Credentials, sought: Sought) -> Found:
    if not sought.message.conversation_external_id:
        return Found("")
    data = contents(credentials, sought.message.conversation_external_id)
    listed = objects(data, "messages")
    found = sought.nearest(
        (at, id_in(one, "message_id"))
        for one in listed
        if id_in(one.get("from_user"), "id") == credentials.account_external_id
        and (at := _since(one, "timestamp", sought))
    )
    if found:
        return Found(found, complete=True)
    every = len(listed) < NEWEST_MESSAGES
    return Found("", complete=_covers(data, "messages", "timestamp", sought, every=every))


def _among_replies(credentials: Credentials, sought: Sought) -> Found:
    message = sought.message
    data = replies(credentials, message.post_external_id, _top(message))
    alike = [
        (at, one) for one in objects(data, "comments") if (at := _since(one, "create_time", sought))
    ]
    us = credentials.account_external_id
    found = sought.nearest(
        (at, id_in(one, "comment_id"))
        for at, one in alike
        if one.get("owner") is True or _writer(one) == us
    )
    if found:
        return Found(found, complete=True)
    # Our words, and whose they are is not said: neither found nor missing.
    doubtful = any(one.get("owner") is None for _, one in alike)
    every = data.get("has_more") is not True
    covered = _covers(data, "comments", "create_time", sought, every=every)
    return Found("", complete=covered and not doubtful)


def _writer(comment: Data) -> str:
    return id_in(comment, "unique_identifier")


def _since(one: Data, when: str, sought: Sought) -> datetime | None:
    """Return when the words that are sought were written; None of other words, or older ones."""
    body = one.get("text")
    words = body.get("body") if isinstance(body, dict) else body
    at = _at(one, when)
    same = isinstance(words, str) and words.strip() == sought.message.text.strip()
    known = {id_in(one, "message_id"), id_in(one, "comment_id")} & sought.known
    return at if same and not known and at and at >= sought.sent_after - GRAIN else None


def _covers(data: Data, key: str, when: str, sought: Sought, *, every: bool) -> bool:
    """Return whether what was read reaches back to before the send; a broken answer does not."""
    if not isinstance(data.get(key), list):
        return False
    moments = [_at(one, when) for one in objects(data, key)]
    known = [at for at in moments if at is not None]
    if len(known) < len(data[key]):
        return False
    return every or (bool(known) and min(known) < sought.sent_after - GRAIN)


def _at(one: Data, when: str) -> datetime | None:
    try:
        return moment(one[when])
    except MALFORMED:
        return None
