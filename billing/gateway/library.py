"""Stripe's library, held at arm's length: one client, our time-outs, our errors, plain values.

Raises BillingOffError without a key, StripeUnreachableError when the same may work later,
StripeRefusedError when it would not.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

import stripe
import structlog
from django.conf import settings

from billing.errors import BillingOffError, StripeRefusedError, StripeUnreachableError

log = structlog.get_logger("flowia.stripe")
VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 10
RETRIES, RETRIES_IN_A_HURRY = 2, 1
WAIT_SECONDS = 5
"""Until the same is worth a try, where Stripe does not say."""
REMEMBERED_SECONDS = 300
"""Prices keep their ids for ever, but what is sold under a lookup key may change."""
IN_USE = 409
Json = dict[str, Any]

# Otherwise the library measures its calls for Stripe, and keeps a file in the home folder.
stripe.enable_telemetry = False
os.environ.setdefault("STRIPE_SUPPRESS_NOTICES", "true")
_retries: ContextVar[int] = ContextVar("retries", default=RETRIES)
_remembered: dict[tuple[str, str, str], tuple[float, Any]] = {}


@contextmanager
def in_a_hurry() -> Iterator[None]:
    """Try calls inside only once more: somebody waits for the page."""
    mark = _retries.set(RETRIES_IN_A_HURRY)
    try:
        yield
    finally:
        _retries.reset(mark)


def all_of(kind: str, asked: Json) -> Iterator[Json]:
    """Yield all pages of a list."""
    with talking(f"list {kind}"):
        page = service(kind).list({"limit": 100, **asked}, options())
        for one in page.auto_paging_iter():
            yield plain(one)


def service(kind: str) -> Any:
    """Return the library's service of a kind ("products", "billing_portal.sessions"…)."""
    found = v1()
    for name in kind.split("."):
        found = getattr(found, name)
    return found


def v1() -> Any:
    """Return the library's services; untyped, since its types are one per parameter."""
    if not settings.STRIPE_SECRET_KEY:
        raise BillingOffError
    return client_of(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_URL).v1


@cache
def client_of(key: str, address: str) -> "stripe.StripeClient":
    """Return the library's client for a key at an address; one for each in every process."""
    return stripe.StripeClient(
        key,
        stripe_version=VERSION,
        base_addresses={"api": address},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )


def options(idempotency_key: str = "") -> Json:
    """Return how a call is made: how often it is tried, and under which key."""
    chosen: Json = {"max_network_retries": _retries.get()}
    if idempotency_key:
        chosen["idempotency_key"] = idempotency_key
    return chosen


def plain(told: Any) -> Json:
    """Return an object of the library as plain values."""
    values: Json = told.to_dict(for_json=True)
    return values


def forget() -> None:
    """Ask anew what was remembered."""
    _remembered.clear()


def remember(kind: str, name: str, ask: Callable[[], Any]) -> Any:
    """Return what `ask` said within the last minutes, in this process and with this key."""
    key = (settings.STRIPE_SECRET_KEY + settings.STRIPE_API_URL, kind, name)
    known = _remembered.get(key)
    if known is not None and time.monotonic() - known[0] < REMEMBERED_SECONDS:
        return known[1]
    answer = ask()
    if answer:
        _remembered[key] = (time.monotonic(), answer)
    return answer


@contextmanager
def talking(what: str, *, may_refuse: bool = False) -> Iterator[None]:
    """Turn the library's errors into ours, and log them by Stripe's number of the request."""
    try:
        yield
    except stripe.StripeError as error:
        raise _ours(error, what, may_refuse=may_refuse) from error
    except (KeyError, TypeError, AttributeError) as error:
        log.exception("answer of stripe not understood", what=what)
        raise StripeUnreachableError(stripe_code="not_understood") from error


def _ours(
    error: "stripe.StripeError", what: str, *, may_refuse: bool
) -> StripeUnreachableError | StripeRefusedError:
    status = error.http_status or 0
    code = code_of(error)
    busy = isinstance(error, stripe.RateLimitError) or status == IN_USE
    # APIError is everything without a class of its own: its own faults, and what is no JSON.
    later = busy or isinstance(error, stripe.APIError | stripe.APIConnectionError)
    told = {"what": what, "status": status, "code": code, "request": error.request_id}
    if later:
        log.warning("stripe away", **told)
        wait = _seconds((error.headers or {}).get("Retry-After"))
        return StripeUnreachableError(
            stripe_code=code, retry_after=wait, answered=status > 0 and not busy
        )
    expected = code == "resource_missing" or isinstance(error, stripe.IdempotencyError)
    (log.warning if expected or may_refuse else log.error)("stripe refused", **told)
    return StripeRefusedError(stripe_code=code)


def code_of(error: "stripe.StripeError") -> str:
    """Return Stripe's word for what is wrong: its code, else its kind, else the library's class."""
    body = error.json_body
    told = body.get("error") if isinstance(body, dict) else None
    words = (told.get("code"), told.get("type")) if isinstance(told, dict) else ()
    return str(next((word for word in words if word), type(error).__name__))[:60]


def _seconds(told: object) -> int:
    text = str(told or "")
    return min(int(text), 3600) if text.isascii() and text.isdigit() else WAIT_SECONDS


@contextmanager
def missing_is_fine() -> Iterator[None]:
    """Let an object that is not there be none."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        if code_of(error) != "resource_missing":
            raise
