"""Graph's error envelope and the errors that the stand-in gives.

Codes: "Graph API, error handling" and "Messenger Platform, error codes" (18 Mar 2026). Messages
are our own words: callers branch on code and subcode.
"""

import secrets
from collections.abc import Callable
from typing import Any

from sandbox.standins.front import Answer, RefusedError, bad_gateway
from sandbox.world.models import Fault

LONG_WAIT_SECONDS = 60


def envelope(
    message: str,
    code: int,
    subcode: int | None = None,
    *,
    status: int = 400,
    kind: str = "OAuthException",
    transient: bool = False,
) -> Answer:
    """Return an error as Graph words it."""
    error: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode is not None:
        error["error_subcode"] = subcode
    if transient:
        error["is_transient"] = True
    error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
    return Answer({"error": error}, status)


def refuse(message: str, code: int, subcode: int | None = None, **more: Any) -> RefusedError:
    """Return the same, to be raised."""
    return RefusedError(envelope(message, code, subcode, **more))


def dead_token(_fault: Fault | None = None) -> Answer:
    """Return 190/463: the token is expired or was revoked."""
    return envelope("The access token is no longer valid.", 190, 463, status=401)


def rate_limited(fault: Fault) -> Answer:
    """Return 80006, Messenger's share of the business use case limits, with Retry-After."""
    answer = envelope("Too many calls to this Page's messages.", 80006, status=429)
    headers = {"Retry-After": str(fault.retry_after), "X-App-Usage": '{"call_count":100}'}
    if fault.retry_after >= LONG_WAIT_SECONDS:
        minutes = fault.retry_after // LONG_WAIT_SECONDS
        headers["X-Business-Use-Case-Usage"] = (
            '{"page":[{"type":"messenger","call_count":100,'
            f'"estimated_time_to_regain_access":{minutes}}}]}}'
        )
    return Answer(answer.body, answer.status, headers)


def unavailable(_fault: Fault | None = None) -> Answer:
    """Return code 2 with HTTP 500; of a send, nobody knows then whether it left."""
    return envelope("Service temporarily unavailable.", 2, status=500, transient=True)


def window_closed(_fault: Fault | None = None, *, instagram: bool = False) -> Answer:
    """Return code 10: the person last wrote more than 24 hours ago."""
    subcode = 2534022 if instagram else 2018278
    return envelope("This message is sent outside of the allowed window.", 10, subcode)


def unknown_recipient(_fault: Fault | None = None) -> Answer:
    """Return 100/2018001: nobody with that id ever wrote to this account."""
    return envelope("No matching user found.", 100, 2018001)


REFUSALS: dict[str, Callable[[Fault], Answer]] = {
    "rate_limited": rate_limited,
    "server_error": unavailable,
    "bad_gateway": bad_gateway,
    "not_json": bad_gateway,
    "revoked_token": dead_token,
    "window_closed": window_closed,
    "unknown_recipient": unknown_recipient,
}
