"""The one way into Stripe's API: the key, the version, idempotency, the parameters, the answer."""

import base64
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from sandbox.standins.front import Answer, Asked, RefusedError, Service, endpoint
from sandbox.stripe import advancing, clock, delivering, errors, events, keys, showing
from sandbox.stripe.forms import MalformedNameError, nested
from sandbox.stripe.keys import Ongoing
from sandbox.stripe.params import Check, Spec, each, read, text

STRIPE = Service("stripe", errors.REFUSALS, errors.not_json)
FORM = "application/x-www-form-urlencoded"
READS = (".retrieve", ".list")
KEY = "sk_test_"
PAYMENT_REQUIRED = 402
Json = dict[str, Any]
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Operation:
    """One operation of the API, with the path's ids filled in."""

    handler: Callable[[Json], Json]
    spec: Spec
    needs: tuple[str, ...]


def operation(
    name: str, /, *, needs: tuple[str, ...] = (), **spec: Check
) -> Callable[[Callable[..., Json]], View]:
    """Turn a function (params, **path) -> object into the view of one operation of the API.

    `needs` are the parameters that must come; `spec` checks each of them.
    """
    known: Spec = {"expand": each(text()), **spec}

    def decorate(handler: Callable[..., Json]) -> View:
        @endpoint(STRIPE, name, writes=not name.endswith(READS))
        def answer(asked: Asked, *, ongoing: Ongoing, **path: str) -> Answer:
            try:
                filled = functools.partial(handler, **path)
                return _answered(asked, ongoing, Operation(filled, known, needs))
            finally:
                keys.end(ongoing)

        @csrf_exempt
        @functools.wraps(handler)
        def view(request: HttpRequest, **path: str) -> HttpResponse:
            ongoing = keys.begin(request)
            try:
                response = answer(request, ongoing=ongoing, **path)
            finally:
                keys.end(ongoing)
            keys.keep_failure(response, ongoing)
            response["Request-Id"] = ongoing.request_id
            response["Stripe-Version"] = delivering.API_VERSION
            if ongoing.key:
                response["Idempotency-Key"] = ongoing.key
            return response

        return view

    return decorate


def by_method(**views: View) -> View:
    """Return the view of an address that means something else with each method."""

    @csrf_exempt
    def view(request: HttpRequest, **path: str) -> HttpResponse:
        known = views.get(request.method or "")
        return known(request, **path) if known else unknown(request)

    return view


@endpoint(STRIPE, "unknown")
def unknown(asked: Asked, **_path: str) -> Answer:
    """Answer any other address."""
    where = asked.path.removeprefix("/stripe")
    return errors.envelope(f"Unrecognized request URL ({asked.method}: {where}).", status=404)


def _answered(asked: Asked, ongoing: Ongoing, known: Operation) -> Answer:
    _check_caller(asked)
    form = _form(asked)
    with clock.standing_at(advancing.catch_up()):
        # What fell due before was nobody's call; what follows is told with this one's id.
        mark = events.caller.set({"id": ongoing.request_id, "idempotency_key": ongoing.key or None})
        try:
            return keys.earlier(ongoing) or _done(asked.method, form, ongoing, known)
        finally:
            events.caller.reset(mark)


def _done(method: str, form: Json, ongoing: Ongoing, known: Operation) -> Answer:
    params = read(form, known.spec, needs=known.needs)
    expansions = params.pop("expand", [])
    if method == "GET":
        return _told(showing.expand(known.handler(params), expansions))
    try:
        with transaction.atomic():
            return _written(known.handler, params, expansions, ongoing)
    except RefusedError as refused:
        if refused.answer.status == PAYMENT_REQUIRED:
            keys.keep(ongoing, refused.answer.status, refused.answer.body)
        raise


def _written(
    handler: Callable[[Json], Json], params: Json, expansions: list[str], ongoing: Ongoing
) -> Answer:
    """Answer a call that changes something: all of it and its key's answer, or nothing."""
    try:
        body = showing.expand(handler(params), expansions)
    except errors.StandingRefusedError as refused:
        keys.keep(ongoing, refused.answer.status, refused.answer.body)
        return refused.answer
    keys.keep(ongoing, 200, body)
    return _told(body)


def _told(body: Json) -> Answer:
    customer = body.get("customer")
    recipient = customer if isinstance(customer, str) else ""
    return Answer(body, recipient=recipient, external_id=str(body.get("id", "")))


def _check_caller(asked: Asked) -> None:
    key = asked.bearer or _basic(asked)
    if not key:
        raise errors.refuse("You did not provide an API key.", status=401)
    if not key.startswith(KEY) or len(key) == len(KEY):
        raise errors.refuse(f"Invalid API Key provided: {key[: len(KEY)]}****", status=401)
    version = asked.headers.get("Stripe-Version", delivering.API_VERSION)
    if version != delivering.API_VERSION:
        raise errors.refuse(f"Invalid Stripe API version: {version}")


def _basic(asked: Asked) -> str:
    # The name stands in front of the colon; Stripe's key is that name (curl -u).
    scheme, _, value = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except ValueError:
        return ""


def _form(asked: Asked) -> Json:
    given = asked.body if asked.method == "POST" else asked.query
    if asked.method == "POST" and asked.body and not _is_form(asked):
        raise RefusedError(errors.not_json())
    try:
        return nested((name, str(value)) for name, value in given.items())
    except MalformedNameError as error:
        raise errors.refuse(f"Invalid parameter name: {error}") from error


def _is_form(asked: Asked) -> bool:
    return asked.headers.get("Content-Type", "").startswith(FORM)
