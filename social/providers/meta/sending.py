"""Sending through Meta: one call, and what it brought (meta.md, section 6).

There is no idempotency key. A time-out, a 5xx and the codes 1 and 2 leave the outcome unknown;
our reference travels in `metadata` and comes back in Messenger's echo.
"""

from typing import Any

from flowia.lib.http import Answer
from social.contracts import COMMENT, Credentials, OutboundMessage, SendResult
from social.errors import ProviderError
from social.providers.meta.graph import Door, door, node_of, refusal
from social.providers.meta.usage import usage_of

COMMENT_LONGEST = 300
"""Characters of a public comment on Instagram, as often quoted (meta.md 6.6)."""


def send(credentials: Credentials, message: OutboundMessage) -> SendResult:
    """Send one text, in private or in public; returns Meta's id of it, raises ProviderError."""
    public = message.kind == COMMENT and not message.private
    speaker = door(credentials)
    try:
        if public:
            return _comment(speaker, credentials, message)
        return _direct(speaker, credentials, message)
    except ProviderError as error:
        if error.lacks:
            error.lacks = ability_of(message)
        raise


def ability_of(message: OutboundMessage) -> str:
    """Return which ability of the account a message needs."""
    if message.kind != COMMENT:
        return "direct"
    return "private_replies" if message.private else "comments"


def written_text(credentials: Credentials, message: OutboundMessage) -> str:
    """Return the text as it is written: an answer to an answer on Instagram names whom it is for.

    It hangs under the first comment there, whoever it answers (meta.md 6.6).
    """
    nested = message.kind == COMMENT and not message.private and message.parent_external_id
    if credentials.kind != "instagram" or not nested or not message.contact_handle:
        return message.text
    mention = f"@{message.contact_handle}"
    text = f"{mention} {message.text}"
    fits = len(text) <= COMMENT_LONGEST and not message.text.startswith(mention)
    return text if fits else message.text


def hung_under(credentials: Credentials, message: OutboundMessage) -> str:
    """Return the comment under which an answer stands: on Instagram always a first one."""
    if credentials.kind == "instagram":
        return message.parent_external_id or message.comment_external_id
    return message.comment_external_id


def _direct(speaker: Door, credentials: Credentials, message: OutboundMessage) -> SendResult:
    body = _body(credentials, message)
    said, answer = speaker.write("POST", f"{node_of(credentials)}/messages", json=body)
    reached = _id(said.get("recipient_id")) if message.private else ""
    return SendResult(_receipt(said, "message_id", answer), reached, usage_of(answer))


def _body(credentials: Credentials, message: OutboundMessage) -> dict[str, Any]:
    """Return the document of the Send API; only Messenger documents our mark, and insists on why.

    `HUMAN_AGENT` is for what a human wrote after the 24 hours, never for us (meta.md 6.4).
    """
    words: dict[str, Any] = {"text": message.text}
    body: dict[str, Any] = {"recipient": {"id": message.contact_external_id}, "message": words}
    if message.private:
        body["recipient"] = {"comment_id": message.comment_external_id}
    if credentials.kind == "messenger":
        body["messaging_type"] = "RESPONSE"
        words["metadata"] = message.reference
    if message.by_human and not message.window_open and not message.private:
        body.update(messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT")
    return body


def _comment(speaker: Door, credentials: Credentials, message: OutboundMessage) -> SendResult:
    edge = "replies" if credentials.kind == "instagram" else "comments"
    path = f"{hung_under(credentials, message)}/{edge}"
    said, answer = speaker.write("POST", path, message=written_text(credentials, message))
    return SendResult(_receipt(said, "id", answer), usage=usage_of(answer))


def _receipt(said: dict[str, Any], key: str, answer: Answer) -> str:
    external_id = _id(said.get(key))
    if not external_id:
        # It was taken, or it was not: an empty receipt says neither.
        raise refusal(answer, writes=True)
    return external_id


def _id(value: Any) -> str:
    known = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value) if known else ""
