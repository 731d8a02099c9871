"""What every request meets: its id and log line, the body limit, and errors in words."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.urls import Resolver404, resolve

from flowia.lib.address import client_address, shortened
from flowia.lib.errors import FlowError, MethodNotAllowedError, TooLargeError
from flowia.lib.redaction import GONE
from flowia.lib.tally import Spread
from flowia.pages import told

log = structlog.get_logger("flowia.requests")
GetResponse = Callable[[HttpRequest], HttpResponseBase]
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# The parts of a route that take any text: those of Django's converters, and the admin's last one.
ANY_TEXT = re.compile(r"(?<!\?P)<(?:(?:str|path|slug):)?(\w+)>|\(\?P<(\w+)>\.\*\)")
BODY_LIMIT = 1024 * 1024
REQUESTS = Spread(
    "flowia_request_seconds",
    "Requests by view and status; all of the admin's under one name.",
    ("view", "status"),
    (0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class RequestLog:
    """Accept or make `X-Request-ID`, bind it to every log line, answer it, log the request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request; its path is logged, its query and body never are.

        Of the caller's address only the network is: the whole of it would be personal data.
        """
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.monotonic()
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        seconds = time.monotonic() - started
        REQUESTS.took(seconds, view_of(request), str(response.status_code))
        if not request.path.startswith(("/static/", "/health")):
            log.info(
                "request",
                method=request.method if request.method in METHODS else "(unknown)",
                path=told_path(request),
                status=response.status_code,
                address=shortened(client_address(request)),
                milliseconds=round(seconds * 1000),
            )
        return response


class KnownMethods:
    """Answer 405 to TRACE and to methods that nobody here has heard of."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request."""
        if request.method in METHODS:
            return self.get_response(request)
        return not_allowed(request, ", ".join(METHODS))


def view_of(request: HttpRequest) -> str:
    """Return the name of the view that was found, for counting: never what a caller wrote."""
    found = request.resolver_match
    if found is None:
        return "(none)"
    return "admin" if "admin" in found.app_names else found.view_name or "(unnamed)"


def told_path(request: HttpRequest) -> str:
    """Return the path as logs may hold it: only what the product knows of it.

    Whoever mistypes an address may have put anything there, and some routes take any text.
    """
    try:
        # Found by the view's own look, unless somebody answered before it.
        route = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return "(unknown)"
    path = request.path
    for name in (one or other for one, other in ANY_TEXT.findall(route.route)):
        value = str(route.kwargs.get(name) or "")
        if value and not value.isdecimal():
            path = GONE.join(path.rsplit(value, 1))
    return path


class BodyLimit:
    """Answer 413 to bodies over 1 MiB, by their announced length, before they are read.

    A body without one was measured before (`flowia.wsgi`).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > BODY_LIMIT:
            return told(request, TooLargeError())
        return self.get_response(request)


class FlowErrors:
    """Turn a FlowError that a view let through, and a bare 405, into a page or problem+json."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request."""
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            return not_allowed(request, response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for FlowError; anything else is a bug and goes on as such."""
        return told(request, error) if isinstance(error, FlowError) else None


def not_allowed(request: HttpRequest, methods: str) -> HttpResponse:
    """Answer 405 with the methods that are allowed."""
    response = told(request, MethodNotAllowedError())
    response["Allow"] = methods
    return response
