"""What Stripe says when it refuses: its envelope, and the refusals that faults play.

Stripe API reference, "Errors" and "Error codes".
"""

from collections.abc import Callable
from typing import Any

from sandbox.standins.front import Answer, RefusedError, bad_gateway
from sandbox.world.models import Fault

INVALID, CARD, API = "invalid_request_error", "card_error", "api_error"
IDEMPOTENCY = "idempotency_error"
DOCS = "https://docs.stripe.com/error-codes#"
SERVER_ERROR = 500


class StandingRefusedError(RefusedError):
    """A refusal after which what was done stays done, as a failed payment's attempt does."""


def envelope(
    message: str,
    *,
    status: int = 400,
    type_: str = INVALID,
    code: str = "",
    param: str = "",
    **more: Any,
) -> Answer:
    """Return a refusal in Stripe's form; what has no value is left out, as Stripe does."""
    said: dict[str, Any] = {"message": message, "type": type_}
    if code:
        said |= {"code": code, "doc_url": f"{DOCS}{code.replace('_', '-')}"}
    if param:
        said["param"] = param
    return Answer({"error": said | more}, status)


def refuse(message: str, **more: Any) -> RefusedError:
    """Return the same, to be raised."""
    return RefusedError(envelope(message, **more))


def missing(param: str) -> RefusedError:
    """Return the refusal of a call without a parameter that it needs."""
    return refuse(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> RefusedError:
    """Return the refusal of a parameter that the call does not know."""
    return refuse(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def no_such(what: str, uid: str, param: str = "id") -> RefusedError:
    """Return the refusal of an id that nothing has: 404 in an address, 400 in a parameter."""
    status = 404 if param == "id" else 400
    sentence = f"No such {what}: '{uid}'"
    return refuse(sentence, status=status, code="resource_missing", param=param)


def declined(decline_code: str = "generic_decline", **more: Any) -> RefusedError:
    """Return the refusal of a card."""
    code = "authentication_required" if decline_code == "authentication_required" else ""
    return refuse(
        "Your card was declined.",
        status=402,
        type_=CARD,
        code=code or "card_declined",
        decline_code=decline_code,
        **more,
    )


def not_json() -> Answer:
    """Answer a body that is no form."""
    return envelope("Invalid request: the body is form-encoded (application/x-www-form-urlencoded)")


def _asked_for(fault: Fault) -> Answer:
    detail = fault.detail
    status = int(detail.get("status") or 400)
    usual = API if status >= SERVER_ERROR else INVALID
    answer = envelope(
        str(detail.get("message") or "The request failed."),
        status=status,
        type_=str(detail.get("type") or usual),
        code=str(detail.get("code") or ""),
        param=str(detail.get("param") or ""),
    )
    return Answer(answer.body, answer.status, detail.get("headers") or {})


def _html(_fault: Fault) -> Answer:
    return Answer("<html><body>maintenance</body></html>", 200, {"Content-Type": "text/html"})


REFUSALS: dict[str, Callable[[Fault], Answer]] = {
    "rate_limited": lambda _fault: envelope(
        "Too many requests hit the API too quickly.", status=429, code="rate_limit"
    ),
    "server_error": lambda _fault: envelope("An error on Stripe's side.", status=500, type_=API),
    "bad_gateway": bad_gateway,
    "not_json": _html,
    "revoked_token": lambda _fault: envelope("Expired API Key provided.", status=401),
    "error": _asked_for,
}
