"""How the API answers when something is wrong: RFC 9457 problem documents, by one handler."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from flowia.lib.errors import (
    FlowError,
    InvalidPayloadError,
    MethodNotAllowedError,
    Sentence,
)

CONTENT_TYPE = "application/problem+json"


SENTENCES: dict[str, Sentence] = {
    "authentication_failed": gettext_lazy("This sign-in is not accepted. Sign in again."),
    "bad_authorization_header": gettext_lazy(
        "The Authorization header holds two words: Bearer and an access token."
    ),
    "method_not_allowed": MethodNotAllowedError.detail,
    "not_acceptable": gettext_lazy("The answer exists as JSON alone: accept application/json."),
    "not_authenticated": gettext_lazy("Nobody is signed in: send an access token as Bearer."),
    "parse_error": InvalidPayloadError.detail,
    "token_not_valid": gettext_lazy("This token is no longer valid. Sign in again."),
    "unsupported_media_type": gettext_lazy("The body must be JSON, sent as application/json."),
}
"""Our words where the libraries' own are in English only, or repeat what they were given."""


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
    return JsonResponse(
        _body_of(error), status=error.status, content_type=CONTENT_TYPE, headers=error.headers
    )


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: the same document for its errors and ours."""
    if isinstance(error, FlowError):
        return Response(
            _body_of(error), status=error.status, content_type=CONTENT_TYPE, headers=error.headers
        )
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
        errors=_flat(response.data) if isinstance(error, exceptions.ValidationError) else None,
    )
    response.content_type = CONTENT_TYPE
    return response


def _body_of(error: FlowError) -> dict[str, Any]:
    fields = error.errors or {}
    return problem_body(
        status=error.status,
        code=error.code,
        detail=str(error.detail),
        errors={name: [str(one) for one in sentences] for name, sentences in fields.items()},
    )


def _flat(errors: Any, before: str = "") -> dict[str, list[str]]:
    """Return nested errors under the path of their field: `{"facts.0.value": ["…"]}`."""
    if isinstance(errors, list) and not any(isinstance(one, dict | list) for one in errors):
        return {before or "non_field_errors": [str(one) for one in errors]}
    pairs = errors.items() if isinstance(errors, dict) else enumerate(errors)
    found: dict[str, list[str]] = {}
    for name, inner in pairs:
        found |= _flat(inner, f"{before}.{name}" if before else str(name))
    return found


def _code(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        return "invalid"
    if isinstance(error.detail, dict) and "code" in error.detail:
        return str(error.detail["code"])
    codes = error.get_codes()
    return codes if isinstance(codes, str) else error.default_code


def _detail(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        return _("Some fields are missing or wrong.")
    ours = SENTENCES.get(_code(error))
    if ours is not None:
        return str(ours)
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
        422: _("Cannot be processed"),
        429: _("Too many requests"),
    }
    return titles.get(status, _("Error"))
