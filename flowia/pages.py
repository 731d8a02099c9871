"""Errors for people and for programs: the same event as a page or as a problem document."""

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flowia.api import CONTENT_TYPE, problem, problem_body
from flowia.lib.errors import (
    ExpiredFormError,
    FlowError,
    MalformedError,
    NotAllowedError,
    NotFoundError,
    TooLargeError,
    TooManyRequestsError,
)

TEMPLATES: dict[type[FlowError], str] = {
    ExpiredFormError: "403_csrf.html",
    MalformedError: "400.html",
    NotAllowedError: "403.html",
    TooLargeError: "413.html",
}
BY_STATUS = {NotFoundError.status: "404.html", TooManyRequestsError.status: "429.html"}


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer 404 for an unknown address."""
    return told(request, NotFoundError())


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer 400 for what Django itself finds suspicious, without saying what it was."""
    return told(request, MalformedError())


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer 403."""
    return told(request, NotAllowedError())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer 403 for a form without its token."""
    return told(request, ExpiredFormError())


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching the database: it may be what failed."""
    if wants_page(request):
        return render(request, "500.html", {"request_id": _request_id()}, status=500)
    body = problem_body(status=500, code="error", detail=_("Something went wrong on our side."))
    return JsonResponse(body, status=500, content_type=CONTENT_TYPE)


def told(request: HttpRequest, error: FlowError) -> HttpResponse:
    """Answer `error` as a page to browsers and as problem+json to everyone else."""
    if not wants_page(request):
        return problem(error)
    template = TEMPLATES.get(type(error)) or BY_STATUS.get(error.status, "flow_error.html")
    user = getattr(request, "user", None)
    words = {
        "detail": error.detail,
        "address": request.get_full_path(),
        "request_id": _request_id(),
        "seconds": error.headers.get("Retry-After", ""),
        "again": request.get_full_path() if request.method in {"GET", "HEAD"} else "",
        "signed_in": user is not None and user.is_authenticated,
        "operator": user is not None and user.is_staff and not user.workspaces.exists(),
    }
    response = render(request, template, words, status=error.status)
    for name, value in error.headers.items():
        response[name] = value
    return response


def wants_page(request: HttpRequest) -> bool:
    """Return whether the caller asked for HTML; programs seldom do, browsers always."""
    return "text/html" in request.headers.get("Accept", "")


def _request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
