"""TikTok's webhooks: signature, handshake, and payload → contracts (tiktok.md 3, 4, 6.1 and 8).

`parse` is pure. `verify` asks the one clock of the house, since a signature holds for minutes only
and nobody else knows when the call arrived.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from flowia.lib import clock
from flowia.lib.errors import InvalidPayloadError
from social.contracts import Event, Ignored, PollWanted, Revocation
from social.providers.tiktok import comments, messages
from social.providers.tiktok.values import KIND, MALFORMED, identifier, moment

OLDEST_SECONDS = 300
CONVERSATIONS = "conversations"
"""The stream that shows what `im_receive_msg_eu` only announces."""
SILENT = {
    # It names no video, and `comment.update` tells of the same comment with one.
    "im_receive_high_intent_comment": "comment_without_video",
    "im_auto_message_config_update": "automatic_message_settings",
    "im_auto_message_audit_update": "automatic_message_settings",
}
ECHOED = re.compile(r"[0-9A-Za-z_]{1,128}")


def verify(headers: Mapping[str, str], body: bytes) -> bool:
    """Check `TikTok-Signature: t=…,s=…` over `t`, a dot and the raw bytes (tiktok.md 3.3).

    Its parts are found by name. A moment more than 300 s away, either way, is refused.
    """
    parts = dict(part.strip().partition("=")[::2] for part in _split(headers))
    told, given, secret = parts.get("t", ""), parts.get("s", ""), settings.TIKTOK_APP_SECRET
    if not secret or not re.fullmatch(r"[0-9]{1,12}", told):
        return False
    good = hmac.new(secret.encode(), told.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given.encode(), good.encode()):
        return False
    return abs(clock.now().timestamp() - int(told)) <= OLDEST_SECONDS


def challenge(query: Mapping[str, str]) -> str | None:
    """Return the `challenge` of a GET, "" without one; None for what could be a script.

    The official pages tell of no handshake; one library answers this one (tiktok.md 3.2). It proves
    nothing and gives nothing away.
    """
    asked = query.get("challenge", "")
    return asked if not asked or ECHOED.fullmatch(asked) else None


def parse(body: bytes) -> list[Event]:
    """Return the events of one call, in its order.

    Raises InvalidPayloadError when the body is not JSON or not an envelope of TikTok's. One call
    holds one event by the documentation; a list `events` of them is taken as well.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidPayloadError from error
    if not isinstance(document, dict):
        raise InvalidPayloadError
    several = document.get("events")
    if isinstance(several, list):
        return [event for one in several for event in _envelope(one)]
    if not isinstance(document.get("event"), str):
        raise InvalidPayloadError
    return _envelope(document)


def _split(headers: Mapping[str, str]) -> list[str]:
    return headers.get("TikTok-Signature", "").split(",")


def _envelope(envelope: Any) -> list[Event]:
    try:
        account, name = identifier(envelope["user_openid"]), envelope["event"]
        if name in SILENT:
            return [Ignored(SILENT[name])]
        if name == "authorization.removed":
            return [_revocation(account, envelope)]
        reader = READERS.get(name)
        return reader(account, _content(envelope)) if reader else [Ignored("unsupported_event")]
    except (*MALFORMED, RecursionError):
        return [Ignored("malformed")]


def _content(envelope: dict[str, Any]) -> dict[str, Any]:
    # A document in a text of the document; Python keeps the digits of its 64-bit numbers.
    content = envelope["content"]
    inner = json.loads(content) if isinstance(content, str) else content
    if not isinstance(inner, dict):
        raise TypeError("the content is an object")
    return inner


def _revocation(account: str, envelope: dict[str, Any]) -> Event:
    reason = identifier(_content(envelope).get("reason", 0), longest=20)
    return Revocation(KIND, account, f"removed/{reason}", moment(envelope["create_time"]))


def _announced(account: str, content: dict[str, Any]) -> list[Event]:
    if identifier(content["to_user"]["id"]) != account:
        return [messages.MISMATCH]
    return [PollWanted(KIND, account, CONVERSATIONS)]


READERS: dict[str, Callable[[str, dict[str, Any]], list[Event]]] = {
    "im_receive_msg": messages.heard,
    "im_send_msg": messages.heard,
    "im_receive_msg_eu": _announced,
    "im_mark_read_msg": messages.read,
    "im_referral_msg": messages.referred,
    "comment.update": comments.updated,
}
