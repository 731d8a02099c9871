"""The one way into Notion: the limit, the token, the version, then the answer.

Version 2025-09-03, in which a database holds one or more data sources.
"""

import functools
import math
import secrets
import threading
import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from sandbox import demo
from sandbox.standins.front import Answer, Asked, RefusedError, Service, bad_gateway, endpoint
from sandbox.tools import limits, options, web
from sandbox.tools.notion.columns import InvalidValueError
from sandbox.world.models import Fault

VERSIONS = ("2025-09-03", "2026-03-11")
LARGEST_PAGE = 100
LARGEST_BODY = 500_000
SHORT = 12
"""So much of a token names it in the meter."""
WRITES = frozenset({"create_page", "page", "change_source"})
TOO_MANY = "You have been rate limited. Please try again later."
_lock = threading.Lock()
_tokens: set[str] = {demo.NOTION_TOKEN}


def error(status: int, code: str, message: str, **headers: str) -> Answer:
    """Return Notion's error envelope."""
    request_id = str(uuid.uuid4())
    body = {"object": "error", "status": status, "code": code, "message": message}
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(
        {**body, "request_id": request_id}, status, {"x-notion-request-id": request_id, **more}
    )


def unauthorized() -> Answer:
    """Return what a missing, unknown or revoked token gets."""
    return error(401, "unauthorized", "API token is invalid.")


REFUSALS: dict[str, Callable[[Fault], Answer]] = {
    "rate_limited": lambda f: error(429, "rate_limited", TOO_MANY, Retry_After=str(f.retry_after)),
    "server_error": lambda _f: error(500, "internal_server_error", "Unexpected error occurred."),
    "bad_gateway": bad_gateway,
    "not_json": bad_gateway,
    "revoked_token": lambda _fault: unauthorized(),
    "conflict": lambda _f: error(409, "conflict_error", "Conflict occurred while saving."),
    "overloaded": lambda f: error(
        529, "service_overload", "Notion is overloaded.", Retry_After=str(f.retry_after)
    ),
    "unavailable": lambda _f: error(503, "service_unavailable", "Notion is unavailable."),
}
NOTION = Service("notion", REFUSALS, lambda: error(400, "invalid_json", "Error parsing JSON body."))


def operation(name: str) -> Callable[[Callable[..., Answer]], Callable[..., HttpResponse]]:
    """Turn a function (Asked, **path) -> Answer into a view; every call counts for the limit."""

    def decorate(answer_to: Callable[..., Answer]) -> Callable[..., HttpResponse]:
        @endpoint(NOTION, name, writes=name in WRITES)
        def answer(asked: Asked, *, wait: float, large: bool, **path: str) -> Answer:
            if wait:
                return error(429, "rate_limited", TOO_MANY, Retry_After=str(math.ceil(wait)))
            if asked.bearer not in _tokens:
                return unauthorized()
            _check_version(asked)
            if large:
                words = f"body is too large: the limit is {LARGEST_BODY} bytes."
                return error(400, "validation_error", words)
            try:
                return answer_to(asked, **path)
            except InvalidValueError as invalid:
                return error(400, "validation_error", str(invalid))

        @csrf_exempt
        @functools.wraps(answer_to)
        def view(request: HttpRequest, **path: str) -> HttpResponse:
            large = len(request.body) > LARGEST_BODY
            more: dict[str, Any] = {"wait": _wait(web.bearer(request)), "large": large}
            return answer(request, **more, **path)

        return view

    return decorate


@endpoint(NOTION, "unknown")
def unknown(asked: Asked, **_path: str) -> Answer:
    """Answer any other path as Notion does."""
    return error(400, "invalid_request_url", f"Invalid request URL: {asked.path}")


def missing(what: str, asked_id: str) -> RefusedError:
    """Return what an unknown or unshared object gets, to be raised."""
    sentence = f"Could not find {what} with ID: {asked_id}. Is it shared with your integration?"
    return RefusedError(error(404, "object_not_found", sentence))


def uid_of(text: Any, what: str) -> uuid.UUID:
    """Return an id with or without hyphens; raises InvalidValueError."""
    try:
        return uuid.UUID(str(text))
    except ValueError as invalid:
        raise InvalidValueError(
            f"{what} should be a valid uuid, instead was `{text}`."
        ) from invalid


def page_of(rows: list[Any], asked: Asked) -> tuple[list[Any], dict[str, Any]]:
    """Return the part of `rows` (each with a `uid`) that is asked for, and how the list goes on."""
    size = asked.body.get("page_size", LARGEST_PAGE)
    if isinstance(size, bool) or not isinstance(size, int) or not 0 < size <= LARGEST_PAGE:
        raise InvalidValueError(f"body.page_size should be ≤ `{LARGEST_PAGE}`.")
    start = _start(rows, asked.body.get("start_cursor"))
    more = len(rows) > start + size
    following = str(rows[start + size].uid) if more else None
    return rows[start : start + size], {"next_cursor": following, "has_more": more}


def make_token() -> str:
    """Return a new token, which may do everything."""
    value = f"ntn_{secrets.token_hex(23)}"
    with _lock:
        _tokens.add(value)
    return value


def revoke(value: str) -> bool:
    """End a token; tell whether it lived."""
    with _lock:
        lived = value in _tokens
        _tokens.discard(value)
    return lived


def restore_tokens() -> None:
    """Forget every token but the demo's, which lives again."""
    with _lock:
        _tokens.clear()
        _tokens.add(demo.NOTION_TOKEN)


def _wait(bearer: str) -> float:
    per_second, window = options.value("notion_per_second"), options.value("notion_window_seconds")
    most = None if per_second is None else per_second * window
    over = limits.take(limits.Limit(f"notion token {bearer[:SHORT]}", most, window))
    return max(over.wait, 0.001) if over else 0


def _check_version(asked: Asked) -> None:
    version = asked.headers.get("Notion-Version")
    if version not in VERSIONS:
        sentence = f"Notion-Version header should be one of {', '.join(VERSIONS)}."
        sentence = f"{sentence} Instead was `{version}`."
        raise RefusedError(error(400, "missing_version", sentence))


def _start(rows: list[Any], cursor: Any) -> int:
    if cursor is None:
        return 0
    for position, row in enumerate(rows):
        if str(row.uid) == cursor:
            return position
    raise InvalidValueError("The start_cursor provided is invalid.")
