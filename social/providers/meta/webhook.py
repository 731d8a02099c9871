"""Meta's webhooks: signature, handshake, and payload → contracts (meta.md, sections 3 to 5).

Pure: no database, no decision. What we do not use yet becomes *ignored* with its reason, and one
malformed entry never costs the others.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from flowia.lib.errors import InvalidPayloadError
from social.contracts import Echo, Event, Ignored, InboundMessage, StatusUpdate

KINDS = {"page": "messenger", "instagram": "instagram"}
SILENT_KEYS = (
    "reaction",
    "message_edit",
    "referral",
    "optin",
    "pass_thread_control",
    "take_thread_control",
    "request_thread_control",
    "app_roles",
)
MILLISECONDS_ABOVE = 10**11
"""Meta mixes seconds and milliseconds; a larger number is milliseconds (meta.md 5.7)."""


def verify(headers: Mapping[str, str], body: bytes) -> bool:
    """Check `X-Hub-Signature-256` over the raw bytes, with either app's secret (meta.md 3.2)."""
    given = headers.get("X-Hub-Signature-256", "")
    secrets = (settings.META_APP_SECRET, settings.META_INSTAGRAM_APP_SECRET)
    signatures = [
        "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        for secret in secrets
        if secret
    ]
    return any(hmac.compare_digest(given.encode(), good.encode()) for good in signatures)


def challenge(query: Mapping[str, str]) -> str | None:
    """Return the challenge of a handshake that knows our verify token (meta.md 3.1).

    Only digits are echoed: Meta sends a number, and anything else would be somebody's script.
    """
    token, answer = query.get("hub.verify_token", ""), query.get("hub.challenge", "")
    ours = settings.META_VERIFY_TOKEN
    known = bool(ours) and hmac.compare_digest(token.encode(), ours.encode())
    fits = answer.isascii() and answer.isdigit() and len(answer) <= 32  # noqa: PLR2004
    return answer if known and fits and query.get("hub.mode") == "subscribe" else None


def parse(body: bytes) -> list[Event]:
    """Return the events of one call, in the order of the body.

    Raises InvalidPayloadError when the body is not JSON or not an envelope of Meta's.
    """
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidPayloadError from error
    entries = envelope.get("entry") if isinstance(envelope, dict) else None
    if not isinstance(entries, list) or not isinstance(envelope.get("object"), str):
        raise InvalidPayloadError
    kind = KINDS.get(envelope["object"])
    if kind is None:
        return [Ignored("unsupported_object")]
    return [event for entry in entries for event in _entry(kind, entry)]


def _entry(kind: str, entry: Any) -> Iterator[Event]:
    if not isinstance(entry, dict):
        yield Ignored("malformed")
        return
    for item in _list(entry, "messaging"):
        try:
            yield _messaging(kind, item)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            yield Ignored("malformed")
    if _list(entry, "standby"):
        yield Ignored("another_app_in_control")
    if _list(entry, "changes") or "field" in entry:
        yield Ignored("unsupported_change")
    if not {"messaging", "standby", "changes", "field"} & entry.keys():
        yield Ignored("malformed")


def _list(entry: dict[str, Any], key: str) -> list[Any]:
    value = entry.get(key)
    return value if isinstance(value, list) else []


def _messaging(kind: str, item: dict[str, Any]) -> Event:
    sender, recipient = _id(item["sender"]), _id(item["recipient"])
    if "message" in item:
        if item["message"].get("is_echo"):
            return _echo(kind, item, account=sender, contact=recipient)
        return _message(kind, item, account=recipient, contact=sender)
    if "delivery" in item:
        return _delivery(kind, item["delivery"], account=recipient, contact=sender)
    if "read" in item:
        return _read(kind, item["read"], account=recipient, contact=sender)
    if "postback" in item:
        return Ignored("unsupported_postback")
    known = next((key for key in SILENT_KEYS if key in item), None)
    return Ignored(f"unsupported_{known}" if known else "unsupported_event")


def _message(kind: str, item: dict[str, Any], *, account: str, contact: str) -> Event:
    message = item["message"]
    if message.get("is_deleted"):
        return Ignored("unsupported_unsend")
    return InboundMessage(
        account_kind=kind,
        account_external_id=account,
        contact_external_id=contact,
        external_id=_mid(message),
        text=_text(message.get("text") or ""),
        sent_at=_moment(item["timestamp"]),
        attachments=tuple(_attachment(one) for one in _list(message, "attachments")),
    )


def _echo(kind: str, item: dict[str, Any], *, account: str, contact: str) -> Event:
    message = item["message"]
    if message.get("is_deleted"):
        return Ignored("unsupported_unsend")
    return Echo(
        account_kind=kind,
        account_external_id=account,
        contact_external_id=contact,
        external_id=_mid(message),
        text=_text(message.get("text") or ""),
        sent_at=_moment(item["timestamp"]),
        reference=_text(message.get("metadata") or ""),
        ours=str(message.get("app_id", "")) == (settings.META_APP_ID or None),
    )


def _delivery(kind: str, delivery: dict[str, Any], *, account: str, contact: str) -> Event:
    return StatusUpdate(
        account_kind=kind,
        account_external_id=account,
        contact_external_id=contact,
        status="delivered",
        external_ids=tuple(_text(mid) for mid in _list(delivery, "mids")),
        watermark=_moment(delivery["watermark"]),
    )


def _read(kind: str, read: dict[str, Any], *, account: str, contact: str) -> Event:
    # Messenger names a moment, Instagram one message (meta.md 4.7 and 5.4).
    return StatusUpdate(
        account_kind=kind,
        account_external_id=account,
        contact_external_id=contact,
        status="read",
        external_ids=(_text(read["mid"]),) if "mid" in read else (),
        watermark=_moment(read["watermark"]) if "watermark" in read else None,
    )


def _attachment(attachment: Any) -> dict[str, Any]:
    # The address dies within hours and is a secret of its own: only the kind is kept.
    return {"type": _text(attachment.get("type", "unknown"))[:40]}


def _id(party: Any) -> str:
    value = party["id"]
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise TypeError("an id is a string or a number")
    return _name(str(value), longest=128)


def _mid(message: dict[str, Any]) -> str:
    return _name(_text(message["mid"]), longest=255)


def _name(value: str, *, longest: int) -> str:
    # An empty or shortened name would stand for somebody else's row.
    if not value or len(value) > longest or _text(value) != value:
        raise ValueError("not a usable id")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is a string")
    # PostgreSQL refuses NUL, and lone surrogates cannot be written anywhere.
    return value.replace("\x00", "").encode("utf-8", "replace").decode()


def _moment(value: Any) -> datetime:
    number = int(value)
    seconds = number / 1000 if number > MILLISECONDS_ABOVE else number
    return datetime.fromtimestamp(seconds, tz=UTC)
