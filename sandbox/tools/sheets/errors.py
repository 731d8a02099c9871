"""Google's refusals, in the envelope of its newer APIs. Source: "google.rpc.Status"."""

from collections.abc import Callable
from typing import Any

from sandbox.standins.front import Answer, RefusedError, bad_gateway
from sandbox.world.models import Fault

STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
UNAUTHENTICATED = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie "
    "or other valid authentication credential."
)


def envelope(code: int, message: str, details: list[dict[str, Any]] | None = None) -> Answer:
    """Return an error of the API."""
    error: dict[str, Any] = {"code": code, "message": message, "status": STATUSES[code]}
    return Answer({"error": error | ({"details": details} if details else {})}, code)


def refuse(code: int, message: str) -> RefusedError:
    """Return the same, to be raised."""
    return RefusedError(envelope(code, message))


def unauthenticated() -> Answer:
    """Return what a missing, unknown or expired access token gets."""
    return envelope(401, UNAUTHENTICATED)


def not_shared() -> RefusedError:
    """Return what a file gets that is not shared with the account, or not to write, to raise."""
    return refuse(403, "The caller does not have permission")


def few_scopes() -> RefusedError:
    """Return what a token gets whose scopes do not suffice, to be raised."""
    return refuse(403, "Request had insufficient authentication scopes.")


def missing() -> RefusedError:
    """Return what an unknown file gets, to be raised."""
    return refuse(404, "Requested entity was not found.")


def exhausted(kind: str, per: str) -> Answer:
    """Return what the end of a quota gets; no header says how long to wait."""
    message = (
        f"Quota exceeded for quota metric '{kind} requests' and limit '{kind} requests per minute"
        f"{per}' of service 'sheets.googleapis.com' for consumer 'project_number:104857600012'."
    )
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {"service": "sheets.googleapis.com", "quota_limit_value": per or "project"},
    }
    return envelope(429, message, [detail])


def grant_refused(error: str, description: str, status: int = 400) -> Answer:
    """Return an error of the token endpoint: RFC 6749, section 5.2."""
    return Answer({"error": error, "error_description": description}, status)


REFUSALS: dict[str, Callable[[Fault], Answer]] = {
    "rate_limited": lambda _fault: exhausted("Write", " per user"),
    "server_error": lambda _fault: envelope(500, "Internal error encountered."),
    "bad_gateway": bad_gateway,
    "not_json": bad_gateway,
    "revoked_token": lambda _fault: unauthenticated(),
}
GRANT_REFUSALS: dict[str, Callable[[Fault], Answer]] = {
    "rate_limited": lambda _f: grant_refused("rate_limit_exceeded", "Rate Limit Exceeded", 429),
    "server_error": lambda _fault: grant_refused("internal_failure", "Backend Error", 500),
    "bad_gateway": bad_gateway,
    "not_json": bad_gateway,
    "revoked_token": lambda _fault: grant_refused("invalid_grant", "Invalid JWT Signature."),
}
