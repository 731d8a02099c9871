"""How the API answers when something is wrong: RFC 9457 problem documents, by one handler."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from flowia.lib.errors import FlowError

CONTENT_TYPE = "application/problem+json"


def problem_body(
    *, status: int, code: str, detail: str, errors: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the fields of API.md: type, title, status, detail, code and, for forms, errors."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _title(status),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        body["errors"] = errors
    return body


def problem(error: FlowError) -> HttpResponse:
    """Return `error` as a problem document, in the reader's language."""
    body = problem_body(status=error.status, code=error.code, detail=str(error.detail))
    return JsonResponse(body, status=error.status, content_type=CONTENT_TYPE)


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: the same document for its errors and ours."""
    if isinstance(error, FlowError):
        body = problem_body(status=error.status, code=error.code, detail=str(error.detail))
        return Response(body, status=error.status, content_type=CONTENT_TYPE)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    response.data = problem_body(
        status=response.status_code,
        code=_code(error),
        detail=_detail(error),
        errors=response.data if isinstance(error, exceptions.ValidationError) else None,
    )
    response.content_type = CONTENT_TYPE
    return response


def _code(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        return "invalid"
    codes = error.get_codes()
    return codes if isinstance(codes, str) else error.default_code


def _detail(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        return _("Some fields are missing or wrong.")
    detail = error.detail
    return str(detail.get("detail", "")) if isinstance(detail, dict) else str(detail)


def _title(status: int) -> str:
    titles = {
        400: _("Invalid request"),
        401: _("Not signed in"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Method not allowed"),
        406: _("Not acceptable"),
        409: _("Conflict"),
        413: _("Too large"),
        415: _("Unsupported media type"),
        429: _("Too many requests"),
    }
    return titles.get(status, _("Error"))
