"""Graph's error envelope and the errors that the stand-in gives.

Codes: "Graph API, error handling" and "Messenger Platform, error codes" (18 Mar 2026). Messages
are our own words: callers branch on code and subcode.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from sandbox import demo
from sandbox.standins.front import Answer, RefusedError, Service, bad_gateway
from sandbox.world import options
from sandbox.world.models import Fault

LONG_WAIT_SECONDS = 60
TOKEN_CODES, UNKNOWN_CODES = (102, 190), (1, 2)
UNAUTHORIZED, UNAVAILABLE, BAD_REQUEST = 401, 500, 400


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


def missing(node: str) -> RefusedError:
    """Return 100/33, to be raised: there is no such object, or not for this token."""
    return refuse(
        f"Unsupported request. Object with ID '{node}' does not exist.",
        100,
        33,
        kind="GraphMethodException",
    )


def dead_token(_fault: Fault | None = None, *, subcode: int = 463) -> Answer:
    """Return 190: the token is expired (463), was revoked (460) or its app removed (458)."""
    return envelope("The access token is no longer valid.", 190, subcode, status=401)


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


def chosen(fault: Fault) -> Answer:
    """Return the error that a fault of kind *error* describes; its code is 1 unless given."""
    detail = fault.detail
    code = int(detail.get("code", 1))
    status = BAD_REQUEST
    if code in TOKEN_CODES:
        status = UNAUTHORIZED
    elif code in UNKNOWN_CODES:
        status = UNAVAILABLE
    answer = envelope(
        str(detail.get("message", "An error that was asked for.")),
        code,
        int(detail["subcode"]) if "subcode" in detail else None,
        status=int(detail.get("status", status)),
        transient=code in UNKNOWN_CODES,
    )
    return Answer(answer.body, answer.status, detail.get("headers", {}))


def usage_headers() -> Mapping[str, str]:
    """Return the usage headers that the option `usage` asks for, in Meta's form."""
    usage = options.get("usage")
    headers = {}
    if "app" in usage:
        headers["X-App-Usage"] = _compact(_counters(usage["app"]))
    if "business" in usage:
        known = {
            "type": str(usage.get("type", "messenger")),
            **_counters(usage["business"]),
            "estimated_time_to_regain_access": usage.get("minutes", 0),
        }
        account = str(usage.get("account") or demo.PAGE_ID)
        headers["X-Business-Use-Case-Usage"] = _compact({account: [known]})
    return headers


def _counters(percent: Any) -> dict[str, Any]:
    return {"call_count": percent, "total_cputime": percent, "total_time": percent}


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


REFUSALS: dict[str, Callable[[Fault], Answer]] = {
    "rate_limited": rate_limited,
    "server_error": unavailable,
    "bad_gateway": bad_gateway,
    "not_json": bad_gateway,
    "revoked_token": dead_token,
    "window_closed": window_closed,
    "unknown_recipient": unknown_recipient,
    "error": chosen,
}
GRAPH = Service("graph", REFUSALS, lambda: envelope("Invalid JSON in the body", 100), usage_headers)
