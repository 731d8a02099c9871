"""What every address of the TikTok stand-in shares: the envelope, refusals, whose token it is.

TikTok API for Business v1.3, "Return codes": HTTP stays 200, `code` tells.
"""

import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from sandbox.standins.front import BAD_GATEWAY, Answer, Asked, RefusedError, Service, bad_gateway
from sandbox.tiktok import options
from sandbox.tiktok.models import Token
from sandbox.tiktok.people import ACCOUNTS, Account
from sandbox.world.models import Fault

OK = 0
NO_PERMISSION, BAD_REQUEST, BAD_PARAMETER, NOT_FOUND = 40001, 40000, 40002, 40007
BLOCKED_BY_RULES, TOO_MANY_CALLS, NOT_IN_THIS_REGION = 40064, 40100, 40118
TOKEN_EXPIRED, TOKEN_EMPTY, TOKEN_INVALID = 40102, 40104, 40105
REFRESH_EXPIRED, REFRESH_INVALID, CODE_INVALID, WRONG_APP = 40103, 40107, 40110, 40113
SYSTEM = 50000
SENTENCES = {
    20001: "Partial success.",
    NO_PERMISSION: "No permission to operate this account.",
    BAD_REQUEST: "The request is not valid.",
    BAD_PARAMETER: "A parameter is not valid.",
    NOT_FOUND: "The object does not exist.",
    40016: "Too many requests of this kind.",
    40050: "This request was made already.",
    BLOCKED_BY_RULES: "The message is not allowed by the rules of direct messages.",
    TOO_MANY_CALLS: "Too many requests. Please retry later.",
    40101: "The authorization code is used.",
    TOKEN_EXPIRED: "The access token is expired.",
    REFRESH_EXPIRED: "The refresh token is expired.",
    TOKEN_EMPTY: "The access token is empty.",
    TOKEN_INVALID: "The access token is incorrect or was revoked.",
    REFRESH_INVALID: "The refresh token is incorrect.",
    CODE_INVALID: "The authorization code is incorrect, used or expired.",
    WRONG_APP: "The app is unknown or blocked.",
    40115: "The authorization code is expired.",
    NOT_IN_THIS_REGION: "This function is not available to this account.",
    40124: "The developer is not approved.",
    40125: "The developer has no permission.",
    40133: "Too many requests for this account.",
    40202: "The object is being changed. Please retry.",
    40700: "Internal validation failed.",
    40907: "The file is too large.",
    40908: "The type of the file is not supported.",
    41000: "This country is not supported.",
    SYSTEM: "System error. Please retry later.",
    50002: "Service error.",
    51065: "Service timed out.",
    51305: "Service unavailable.",
    60001: "Under maintenance.",
}
NOT_FOUND_PAGE = "<html><head><title>404</title></head><body>404 page not found</body></html>"
MINUTE, DAY = 60, 86_400


def _envelope(code: int, message: str, data: Any) -> dict[str, Any]:
    request_id = timezone.now().strftime("%Y%m%d%H%M%S") + secrets.token_hex(9).upper()
    return {"code": code, "message": message, "request_id": request_id, "data": data}


def ok(
    data: dict[str, Any] | None = None,
    *,
    recipient: str = "",
    text: str = "",
    external_id: str = "",
) -> Answer:
    """Return a success; what is named goes into the log."""
    envelope = _envelope(OK, "OK", data or {})
    return Answer(envelope, recipient=recipient, text=text, external_id=external_id)


def refusal(code: int, message: str = "", status: int = 200) -> Answer:
    """Return a refusal with TikTok's code, in its own sentence unless `message` says more."""
    return Answer(_envelope(code, message or SENTENCES.get(code, "Error."), {}), status)


def refuse(code: int, message: str = "") -> RefusedError:
    """Return the refusal to be raised."""
    return RefusedError(refusal(code, message))


def page_not_found() -> Answer:
    """Answer as TikTok does where the slash is missing: a page."""
    return Answer(NOT_FOUND_PAGE, 404, {"Content-Type": "text/html"})


def _asked_for(fault: Fault) -> Answer:
    detail = fault.detail
    code, message = int(detail.get("code", SYSTEM)), str(detail.get("message", ""))
    answer = refusal(code, message, int(detail.get("status", 200)))
    return Answer(answer.body, answer.status, detail.get("headers", {}))


def _html(_fault: Fault) -> Answer:
    return Answer(BAD_GATEWAY, 200, {"Content-Type": "text/html"})


REFUSALS: dict[str, Callable[[Fault], Answer]] = {
    "rate_limited": lambda _fault: refusal(TOO_MANY_CALLS),
    "server_error": lambda _fault: refusal(SYSTEM, status=500),
    "bad_gateway": bad_gateway,
    "not_json": _html,
    "revoked_token": lambda _fault: refusal(TOKEN_INVALID),
    "error": _asked_for,
}
TIKTOK = Service("tiktok", REFUSALS, lambda: refusal(BAD_REQUEST, "The body is not JSON."))


@dataclass(frozen=True)
class Caller:
    """Whose token a call carries, and what it allows."""

    account: Account
    scopes: frozenset[str]

    def needs(self, scope: str) -> None:
        """Refuse the call when its owner did not allow `scope`."""
        if scope not in self.scopes:
            raise refuse(NO_PERMISSION, f"The scope {scope} was not authorized.")


def caller_of(asked: Asked, *scopes: str, name: str) -> Caller:
    """Return whose call it is; its token, `business_id` and scopes must fit.

    `name` is the address, of which each account has so many calls a minute (option).
    """
    token = live_token(asked.headers.get("Access-Token", ""))
    caller = Caller(ACCOUNTS[token.grant.account], frozenset(token.grant.scope.split(",")))
    given = asked.query if asked.method == "GET" else asked.body
    if not given.get("business_id"):
        raise refuse(BAD_PARAMETER, "business_id: Missing data for required field.")
    if given["business_id"] != caller.account.open_id:
        raise refuse(NO_PERMISSION, "No permission to operate this business_id.")
    _count(f"{caller.account.open_id} {name}", options.value("calls_per_minute"), MINUTE)
    _count(caller.account.open_id, options.value("calls_per_day"), DAY)
    for scope in scopes:
        caller.needs(scope)
    return caller


def live_token(value: str) -> Token:
    """Return the access token with that value; raises TikTok's refusal of a dead one."""
    if not value:
        raise refuse(TOKEN_EMPTY)
    token = Token.objects.select_related("grant").filter(value=value, kind="access").first()
    if token is None or token.ended or token.grant.revoked_at:
        raise refuse(TOKEN_INVALID)
    if token.expires_at <= timezone.now():
        raise refuse(TOKEN_EXPIRED)
    return token


def post_of(asked: Asked) -> dict[str, Any]:
    """Return the body of a call that must be a POST of JSON."""
    if asked.method != "POST":
        raise RefusedError(refusal(BAD_REQUEST, "Method Not Allowed", 405))
    if not asked.headers.get("Content-Type", "").startswith("application/json"):
        raise refuse(BAD_PARAMETER, "The Content-Type is application/json.")
    return asked.body


def query_of(asked: Asked) -> dict[str, str]:
    """Return the query of a call that must be a GET."""
    if asked.method != "GET":
        raise RefusedError(refusal(BAD_REQUEST, "Method Not Allowed", 405))
    return dict(asked.query)


def listed(query: dict[str, str], name: str, *, most: int = 1000) -> list[str]:
    """Return the JSON array of texts in the query's `name`, empty when it is not there."""
    if not query.get(name):
        return []
    try:
        values = json.loads(query[name])
    except ValueError:
        values = None
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise refuse(BAD_PARAMETER, f"{name}: Not a valid list.")
    if len(values) > most:
        raise refuse(BAD_PARAMETER, f"{name}: Longer than maximum length {most}.")
    return values


def whole(query: dict[str, str], name: str, usual: int, *, most: int, least: int = 0) -> int:
    """Return the whole number in the query's `name`, between `least` and `most`."""
    text = query.get(name, "") or str(usual)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise refuse(BAD_PARAMETER, f"{name}: Must be between {least} and {most}.")
    return int(text)


def text_of(body: dict[str, Any], name: str) -> str:
    """Return the text that the body must hold."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise refuse(BAD_PARAMETER, f"{name}: Missing data for required field.")
    return value


_seen: dict[str, deque[float]] = {}
_lock = threading.Lock()


def _count(key: str, most: int | None, seconds: int) -> None:
    if most is None:
        return
    now = time.monotonic()
    with _lock:
        times = _seen.setdefault(f"{key} {seconds}", deque())
        while times and times[0] <= now - seconds:
            times.popleft()
        if len(times) >= most:
            raise refuse(TOO_MANY_CALLS)
        times.append(now)


def forget_calls() -> None:
    """Forget how often was called."""
    with _lock:
        _seen.clear()


def count_message(account: Account) -> None:
    """Count one call of Business Messaging, of which there are so many a second (option)."""
    _count(f"{account.open_id} messages", options.value("messages_per_second"), 1)
