"""Sending through Meta: one call, and what its errors mean (meta.md, sections 6 to 8).

There is no idempotency key. A time-out, a 5xx and the codes 1 and 2 leave the outcome unknown;
our reference travels in `metadata` and comes back in Messenger's echo.
"""

import hashlib
import hmac
import json
from typing import Any

from django.conf import settings

from flowia.lib.http import Answer, UnreachableError, call
from social.contracts import Credentials, OutboundMessage, SendResult
from social.errors import ProviderError

UNKNOWN = {1, 2}
TOKEN_DEAD = {102, 190}
RETRY_LATER = {4: 60, 17: 60, 32: 60, 341: 600, 613: 60, 1200: 5, 1545133: 5}
BUSINESS_LIMITS = range(80000, 80015)
PAUSED: dict[tuple[int, int], int] = {(10, 1893063): 1800}
BLOCKED = 368
BLOCKED_SECONDS = 4 * 3600
NAMES: dict[tuple[int, int | None], str] = {
    (10, 2018278): "window_closed",
    (10, 2534022): "window_closed",
    (10, 2018065): "window_closed",
    (10, 2018300): "another_app_in_control",
    (551, None): "person_unavailable",
    (551, 1545041): "person_unavailable",
    (100, 2018001): "no_such_person",
    (100, 2534014): "no_such_person",
}
"""Refusals that have a name of ours; the others keep their number."""


def send(credentials: Credentials, message: OutboundMessage) -> SendResult:
    """Send one text; returns Meta's message id, raises ProviderError."""
    # An Instagram account linked to a Page writes with the Page's token, whose owner is "me".
    sender = "me" if credentials.kind == "instagram" else credentials.account_external_id
    url = f"{settings.META_GRAPH_URL}/{settings.META_GRAPH_VERSION}/{sender}/messages"
    body = {
        "recipient": {"id": message.contact_external_id},
        "messaging_type": "RESPONSE",
        "message": {"text": message.text, "metadata": message.reference},
    }
    proof = {"appsecret_proof": appsecret_proof(credentials.token)}
    try:
        answer = call("POST", url, token=credentials.token, params=proof, json=body)
    except UnreachableError as error:
        raise ProviderError(
            "unreachable",
            retryable=not error.may_have_arrived,
            outcome_unknown=error.may_have_arrived,
        ) from error
    return _result(answer)


def appsecret_proof(token: str) -> str:
    """Return the HMAC-SHA256 of the token with the app secret, in hex (meta.md 1.6)."""
    key = settings.META_APP_SECRET.encode()
    return hmac.new(key, token.encode(), hashlib.sha256).hexdigest()


def _result(answer: Answer) -> SendResult:
    body = answer.body if isinstance(answer.body, dict) else {}
    external_id = body.get("message_id")
    if answer.status == 200 and isinstance(external_id, str) and external_id:  # noqa: PLR2004
        return SendResult(external_id)
    envelope = body.get("error")
    if not isinstance(envelope, dict):
        # Neither a receipt nor Meta's own error: something in between spoke.
        raise ProviderError(f"http_{answer.status}", outcome_unknown=True)
    raise _error(envelope, answer)


def _error(envelope: dict[str, Any], answer: Answer) -> ProviderError:
    code, subcode = _integer(envelope.get("code")), _integer(envelope.get("error_subcode")) or None
    pair = (code, subcode)
    name = NAMES.get(pair) or NAMES.get((code, None)) or _number(code, subcode)
    if code in TOKEN_DEAD:
        return ProviderError(name, needs_login=True)
    if pair in PAUSED:
        return ProviderError(name, retryable=True, retry_after=PAUSED[code, subcode or 0])
    if code == BLOCKED:
        return ProviderError(name, retryable=True, retry_after=BLOCKED_SECONDS)
    if code in RETRY_LATER or code in BUSINESS_LIMITS:
        wait = _regain_seconds(answer) or RETRY_LATER.get(code, 60)
        return ProviderError(name, retryable=True, retry_after=wait)
    if (code in UNKNOWN and not subcode) or (answer.status >= 500 and not code):  # noqa: PLR2004
        return ProviderError(name, outcome_unknown=True)
    return ProviderError(name)


def _integer(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _number(code: int, subcode: int | None) -> str:
    return f"{code}/{subcode}" if subcode else str(code)


def _regain_seconds(answer: Answer) -> float | None:
    """Return how long Meta asks us to wait: `Retry-After`, or its own header, in minutes."""
    retry_after = answer.headers.get("Retry-After", "")
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        usage = json.loads(answer.headers.get("X-Business-Use-Case-Usage", "{}"))
        minutes = [
            one["estimated_time_to_regain_access"] for all_ in usage.values() for one in all_
        ]
        return max(minutes) * 60.0 or None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
