"""Meta's webhooks: signature, handshake, and payload → contracts (meta.md, sections 3 to 5).

Pure: no database, no decision. What we do not use becomes *ignored* with its reason, and one
malformed entry never costs the others.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.conf import settings

from flowia.lib.errors import InvalidPayloadError
from social.contracts import Event, Ignored
from social.providers.meta import changes, messaging
from social.providers.meta.values import BROKEN, id_of, list_in

KINDS = {"page": "messenger", "instagram": "instagram"}
ENVELOPES = {"messaging", "standby", "changes", "field"}
NOBODY = "0"
"""The account that the dashboard's test button names (meta.md 5.6)."""


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

    Every event's account is the id of its entry. Raises InvalidPayloadError when the body is not
    JSON or not an envelope of Meta's.
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
    try:
        account = id_of(entry["id"])
    except BROKEN:
        yield Ignored("malformed")
        return
    if account == NOBODY:
        yield Ignored("dashboard_test")
        return
    for item in list_in(entry, "messaging"):
        yield _read(messaging.read, kind, account, item)
    for item in list_in(entry, "standby"):
        yield _read(messaging.read_standby, kind, account, item)
    # Instagram Login puts a comment's field and value on the entry itself (meta.md 5.8).
    direct = [entry] if "field" in entry else []
    for item in (*list_in(entry, "changes"), *direct):
        yield _read(changes.reader(entry.get("time")), kind, account, item)
    if not ENVELOPES & entry.keys():
        yield Ignored("malformed")


def _read(reader: Callable[[str, str, Any], Event], kind: str, account: str, item: Any) -> Event:
    try:
        return reader(kind, account, item)
    except (*BROKEN, RecursionError):
        return Ignored("malformed")
