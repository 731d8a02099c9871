"""Meta's side of a webhook: ids, events and the signed bytes, as Meta forms them.

Shapes: Messenger Platform, "Webhook events" (messages, message_echoes, message_deliveries,
message_reads); Instagram messaging webhooks. Signature: "Webhooks, validating payloads".
"""

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

from sandbox import demo, settings


@dataclass(frozen=True)
class Account:
    """One account of the demo on Meta, and how its webhooks differ from the other's."""

    kind: str
    external_id: str
    object: str
    id_length: int
    mid_prefix: str


ACCOUNTS = {
    "messenger": Account("messenger", demo.PAGE_ID, "page", 17, "m_"),
    "instagram": Account("instagram", demo.INSTAGRAM_ID, "instagram", 16, "aWdfZAG1faXRlbToxO"),
}


def account_of(external_id: str) -> Account:
    """Return the account with that Page or Instagram id; an unknown id is taken for a Page."""
    for account in ACCOUNTS.values():
        if account.external_id == external_id:
            return account
    return Account("messenger", external_id, "page", 17, "m_")


def new_contact(account: Account) -> str:
    """Return the id of a person who never wrote: digits, as long as the network's own."""
    first = secrets.choice("123456789")
    return first + "".join(secrets.choice("0123456789") for _ in range(account.id_length - 1))


def new_mid(account: Account) -> str:
    """Return a fresh message id in the network's form."""
    return account.mid_prefix + secrets.token_urlsafe(48)


def milliseconds() -> int:
    """Return the present moment as Meta writes it."""
    return time.time_ns() // 1_000_000


def message(account: Account, *, contact: str, mid: str, text: str, at: int) -> dict[str, Any]:
    """Return the event of a person who wrote to the account."""
    return {
        "sender": {"id": contact},
        "recipient": {"id": account.external_id},
        "timestamp": at,
        "message": {"mid": mid, "text": text},
    }


def echo(
    account: Account, *, contact: str, mid: str, text: str, app_id: int, metadata: str = ""
) -> dict[str, Any]:
    """Return the event that tells of a message written for the account.

    Instagram's echoes name neither the app nor its metadata.
    """
    said: dict[str, Any] = {"mid": mid, "text": text, "is_echo": True}
    if account.kind == "messenger":
        said["app_id"] = app_id
        if metadata:
            said["metadata"] = metadata
    return {
        "sender": {"id": account.external_id},
        "recipient": {"id": contact},
        "timestamp": milliseconds(),
        "message": said,
    }


def delivery(account: Account, *, contact: str, mid: str) -> dict[str, Any]:
    """Return Messenger's delivery event, which carries no timestamp of its own."""
    return {
        "sender": {"id": contact},
        "recipient": {"id": account.external_id},
        "delivery": {"mids": [mid], "watermark": milliseconds()},
    }


def read(account: Account, *, contact: str, mid: str) -> dict[str, Any]:
    """Return the event of a person who saw the thread: a watermark, or a mid on Instagram."""
    watermark = {"watermark": milliseconds()}
    return {
        "sender": {"id": contact},
        "recipient": {"id": account.external_id},
        "timestamp": milliseconds(),
        "read": watermark if account.kind == "messenger" else {"mid": mid},
    }


def body_of(account: Account, *events: dict[str, Any]) -> bytes:
    r"""Return the bytes of the call: compact JSON with every non-ASCII letter as `\u00e9`."""
    entry = {"id": account.external_id, "time": milliseconds(), "messaging": list(events)}
    document = {"object": account.object, "entry": [entry]}
    return json.dumps(document, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def headers_for(body: bytes, *, secret: str | None = None) -> dict[str, str]:
    """Return the headers Meta sends with `body`, both signatures over the raw bytes included.

    Instagram accounts linked to a Page are signed with the Facebook app's secret as well.
    """
    key = (settings.META_APP_SECRET if secret is None else secret).encode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "facebookexternalua",
        "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
    }
