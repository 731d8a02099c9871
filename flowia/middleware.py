"""What every request meets: its id and log line, the body limit, and errors in words."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from flowia.api import problem
from flowia.lib.errors import FlowError, TooLargeError
from flowia.pages import told

log = structlog.get_logger("flowia.requests")
GetResponse = Callable[[HttpRequest], HttpResponseBase]
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
BODY_LIMIT = 1024 * 1024


class RequestLog:
    """Accept or make `X-Request-ID`, bind it to every log line, answer it, log the request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request; its path is logged, its query and body never are."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.monotonic()
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        if not request.path.startswith(("/static/", "/health")):
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                milliseconds=round((time.monotonic() - started) * 1000),
            )
        return response


class BodyLimit:
    """Answer 413 to bodies over 1 MiB, by their announced length, before they are read."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > BODY_LIMIT:
            return problem(TooLargeError())
        return self.get_response(request)


class FlowErrors:
    """Turn a FlowError that a view let through into a page or problem+json."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for FlowError; anything else is a bug and goes on as such."""
        return told(request, error) if isinstance(error, FlowError) else None
