"""Idempotency keys (Stripe API reference, "Idempotent requests").

A key is its call's for a day of the stand-in's clock: the same call gets the same answer, another
call is refused, one at the same time conflicts. What was refused before it began leaves no trace.
"""

import hashlib
import json
import threading
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from sandbox.standins.front import Answer
from sandbox.stripe import clock, errors, options
from sandbox.stripe.ids import new_id
from sandbox.stripe.models import Key

LONGEST = 255
SERVER_ERROR = 500
Json = dict[str, Any]


@dataclass(frozen=True)
class Ongoing:
    """One call being answered; `busy` when another with its idempotency key is, too."""

    request_id: str
    key: str
    fingerprint: str
    busy: bool = False


_lock = threading.Lock()
_answering: dict[str, str] = {}


def begin(request: HttpRequest) -> Ongoing:
    """Note that a call with its key is being answered."""
    key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
    asked = json.dumps([request.path, sorted(request.POST.lists())])
    request_id, busy = new_id("req"), False
    if key:
        with _lock:
            busy = key in _answering
            if not busy:
                _answering[key] = request_id
    return Ongoing(request_id, key, hashlib.sha256(asked.encode()).hexdigest(), busy)


def end(ongoing: Ongoing) -> None:
    """Note that the call is answered; doing so twice does no harm."""
    with _lock:
        if _answering.get(ongoing.key) == ongoing.request_id:
            del _answering[ongoing.key]


def earlier(ongoing: Ongoing) -> Answer | None:
    """Return the answer that the key was given before; refuses its use for something else."""
    if not ongoing.key:
        return None
    if len(ongoing.key) > LONGEST:
        raise errors.refuse(f"Idempotency keys have at most {LONGEST} characters.")
    if ongoing.busy:
        sentence = "Another request with this idempotency key is being answered."
        raise errors.refuse(
            sentence, status=409, type_=errors.IDEMPOTENCY, code="idempotency_key_in_use"
        )
    known = Key.objects.filter(value=ongoing.key).first()
    if known and known.created <= clock.now() - clock.DAY:
        known.delete()
        known = None
    if known is None:
        return None
    if known.fingerprint != ongoing.fingerprint:
        sentence = "This idempotency key was used with other parameters or another address."
        raise errors.refuse(sentence, type_=errors.IDEMPOTENCY)
    headers = {"Idempotent-Replayed": "true", "Original-Request": known.request_id}
    return Answer(known.body, known.status, headers, external_id=str(known.body.get("id", "")))


def keep(ongoing: Ongoing, status: int, body: Json) -> None:
    """Let this be the key's answer from now on, unless it has one."""
    if ongoing.key:
        Key.objects.get_or_create(
            value=ongoing.key,
            defaults={
                "fingerprint": ongoing.fingerprint,
                "status": status,
                "body": body,
                "request_id": ongoing.request_id,
                "created": clock.now(),
            },
        )


def keep_failure(response: HttpResponse, ongoing: Ongoing) -> None:
    """Let an error of Stripe's own be the answer of its key, as Stripe does."""
    if response.status_code < SERVER_ERROR or not ongoing.key:
        return
    ours = response["Content-Type"].startswith("application/json")
    if ours and options.value("keep_server_errors"):
        keep(ongoing, response.status_code, json.loads(response.content))
