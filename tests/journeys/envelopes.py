"""What Meta posts when people write: their ids, their messages, the signature of a call."""

import hashlib
import hmac
import json
import secrets
import time
from typing import Any

from sandbox import demo

Row = dict[str, Any]


def new_contact(length: int = 17) -> str:
    """Return the id of a person who never wrote (Instagram's ids have 16 digits)."""
    return secrets.choice("123456789") + "".join(
        secrets.choice("0123456789") for _ in range(length - 1)
    )


def new_mid() -> str:
    """Return a fresh message id."""
    return f"m_{secrets.token_urlsafe(24)}"


def message(
    contact: str, text: str, *, mid: str = "", page: str = demo.PAGE_ID, at: int = 0
) -> Row:
    """Return one entry's event of a person who wrote; `at` in milliseconds."""
    return {
        "sender": {"id": contact},
        "recipient": {"id": page},
        "timestamp": at or time.time_ns() // 1_000_000,
        "message": {"mid": mid or new_mid(), "text": text},
    }


def envelope(*events: Row, kind: str = "page") -> bytes:
    """Return the bytes of one call: an entry per account, in the order of the events."""
    entries: dict[str, list[Row]] = {}
    for event in events:
        entries.setdefault(event["recipient"]["id"], []).append(event)
    body = {
        "object": kind,
        "entry": [
            {"id": account, "time": time.time_ns() // 1_000_000, "messaging": said}
            for account, said in entries.items()
        ],
    }
    return json.dumps(body).encode()


def signed(body: bytes, secret: str = demo.APP_SECRET) -> dict[str, str]:
    """Return the headers with which Meta would send `body`."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}
