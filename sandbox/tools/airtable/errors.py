"""Airtable's refusals, each in the form in which Airtable gives it.

Source: "Errors" of the Web API, and the answers that people report. Some are an object, some a
bare word, and the limit's is a list.
"""

from collections.abc import Callable
from typing import Any

from sandbox.standins.front import Answer, RefusedError, bad_gateway
from sandbox.world.models import Fault

NOT_FOUND = Answer({"error": "NOT_FOUND"}, 404)
NO_PERMISSION = (
    "Invalid permissions, or the requested model was not found. Check that both your user and "
    "your token have the required permissions, and that the model names and/or ids are correct."
)


def envelope(status: int, kind: str, message: str = "") -> Answer:
    """Return the usual form: a type, and a message where Airtable gives one."""
    error: Any = {"type": kind, "message": message} if message else {"type": kind}
    return Answer({"error": error}, status)


def too_many() -> Answer:
    """Return what both limits answer; no header says how long to wait."""
    words = "Rate limit exceeded. Please try again later"
    return Answer({"errors": [{"error": "RATE_LIMIT_REACHED", "message": words}]}, 429)


def unauthorized() -> Answer:
    """Return what a missing, unknown or revoked token gets."""
    return envelope(401, "AUTHENTICATION_REQUIRED", "Authentication required")


def refuse(status: int, kind: str, message: str = "") -> RefusedError:
    """Return an error of the usual form, to be raised."""
    return RefusedError(envelope(status, kind, message))


def unseen() -> RefusedError:
    """Return what hides whether a base or table exists, to be raised."""
    return refuse(403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND", NO_PERMISSION)


def invalid(message: str = "") -> RefusedError:
    """Return what a body that does not fit gets, to be raised."""
    usual = "Invalid request: parameter validation failed. Check your request data."
    return refuse(422, "INVALID_REQUEST_UNKNOWN", message or usual)


REFUSALS: dict[str, Callable[[Fault], Answer]] = {
    "rate_limited": lambda _fault: too_many(),
    "server_error": lambda _fault: envelope(500, "SERVER_ERROR", "Internal server error"),
    "bad_gateway": bad_gateway,
    "not_json": bad_gateway,
    "revoked_token": lambda _fault: unauthorized(),
}
