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

Row = dict[str, Any]


@dataclass(frozen=True)
class Account:
    """One account of the demo on Meta, and how its webhooks differ from the other's.

    `name` is the Page's name or Instagram's username, `post` the publication to comment on,
    `linked` the Page of an Instagram account.
    """

    kind: str
    external_id: str
    object: str
    id_length: int
    mid_prefix: str
    name: str = ""
    post: str = ""
    linked: str = ""

    @property
    def instagram(self) -> bool:
        """Whether it is an Instagram account."""
        return self.kind == "instagram"


def _page(page: demo.MetaPage) -> Account:
    return Account("messenger", page.id, "page", 17, "m_", page.name, page.post_id)


def _instagram(one: demo.MetaInstagram) -> Account:
    linked = next(page.id for page in demo.META_PAGES if page.instagram == one)
    stem = "aWdfZAG1faXRlbToxO"
    return Account("instagram", one.id, "instagram", 16, stem, one.username, one.media_id, linked)


EVERY = (
    *(_page(page) for page in demo.META_PAGES),
    *(_instagram(one) for one in demo.META_INSTAGRAMS),
)
# The two that are connected from the start, by the name of their network.
ACCOUNTS = {
    kind: next(account for account in EVERY if account.kind == kind)
    for kind in ("messenger", "instagram")
}


def account_of(external_id: str) -> Account:
    """Return the account with that Page or Instagram id; an unknown id is taken for a Page."""
    known = next((account for account in EVERY if account.external_id == external_id), None)
    return known or Account("messenger", external_id, "page", 17, "m_")


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


def message(account: Account, *, contact: str, mid: str, text: str, at: int, **more: Any) -> Row:
    """Return the event of a person who wrote to the account; `more` belongs to the message."""
    said = {"mid": mid, **({"text": text} if text else {}), **more}
    return heard(account, contact, at=at, message=said)


def heard(account: Account, contact: str, *, at: int = 0, **payload: Any) -> Row:
    """Return an event that a person caused, with its one payload."""
    return {
        "sender": {"id": contact},
        "recipient": {"id": account.external_id},
        "timestamp": at or milliseconds(),
        **payload,
    }


def echo(
    account: Account, *, contact: str, mid: str, text: str, app_id: int, metadata: str = ""
) -> Row:
    """Return the event that tells of a message written for the account.

    Instagram's echoes name neither the app nor its metadata.
    """
    said: Row = {"mid": mid, "text": text, "is_echo": True}
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


def delivery(account: Account, *, contact: str, mid: str) -> Row:
    """Return Messenger's delivery event, which carries no timestamp of its own."""
    return {
        "sender": {"id": contact},
        "recipient": {"id": account.external_id},
        "delivery": {"mids": [mid], "watermark": milliseconds()},
    }


def read(account: Account, *, contact: str, mid: str) -> Row:
    """Return the event of a person who saw the thread: a watermark, or a mid on Instagram."""
    watermark = {"watermark": milliseconds()}
    return heard(account, contact, read={"mid": mid} if account.instagram else watermark)


def entry(account: Account, place: str, *items: Row) -> Row:
    """Return one entry of a call, with its items in `messaging`, `standby` or `changes`."""
    return {"id": account.external_id, "time": milliseconds(), place: list(items)}


def document(kind: str, *entries: Row) -> bytes:
    r"""Return the bytes of a call: compact JSON with every non-ASCII letter as `\u00e9`."""
    whole = {"object": kind, "entry": list(entries)}
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=True).encode("ascii")


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
