"""The front door of the networks: verify the raw bytes, store them, wake a worker, answer 200.

Nothing here decides or parses into rows: the answer must leave in milliseconds, and the database
has the call before it does.
"""

import hashlib

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from flowia.lib.errors import BadSignatureError, FlowError, NotFoundError
from flowia.lib.ids import uuid7
from flowia.lib.standing import StandingInsert, given
from flowia.lib.tally import Count
from flowia.lib.wake import wake_after_commit
from processing.tasks import receive
from social.models import WebhookEvent
from social.providers.base import Receiving
from social.providers.registry import PROVIDERS

log = structlog.get_logger("flowia.webhooks")
TAKEN = Count(
    "flowia_webhooks",
    "Webhook calls of the networks: stored, duplicate, unsigned or unreadable.",
    ("network", "result"),
    born=tuple(
        (name, result)
        for name, one in sorted(PROVIDERS.items())
        if one.receiving
        for result in ("stored", "duplicate", "unsigned", "unreadable")
    ),
)
STORE = StandingInsert(
    lambda: WebhookEvent(
        uid=given.uid("uid"),
        provider=given.word("provider"),
        digest=given.word("digest"),
        body=given.data("body"),
        created_at=given.now(),
        next_at=given.now(),
        request_id=given.word("request_id"),
    ),
    unique=["provider", "digest"],
)
"""A call, once; its row is due at once."""


@csrf_exempt
@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Answer a network's handshake (GET) or take its signed events (POST).

    POST answers 200 `EVENT_RECEIVED` once the call is stored. Errors: 403 for a wrong signature
    (no row), 400 for a signed body that is not one of the network's, 413 over 1 MiB.
    """
    known = PROVIDERS.get(provider)
    found = known.receiving if known else None
    if found is None:
        raise NotFoundError
    if request.method == "GET":
        return _handshake(found, request)
    body = request.body
    if not found.verify(request.headers, body):
        log.warning("webhook refused", provider=provider, reason="bad_signature", bytes=len(body))
        TAKEN.add(provider, "unsigned")
        raise BadSignatureError
    try:
        found.parse(body)
    except FlowError:
        TAKEN.add(provider, "unreadable")
        raise
    store(provider, body, request_id=_request_id())
    return HttpResponse("EVENT_RECEIVED", content_type="text/plain")


def store(provider: str, body: bytes, *, request_id: str) -> bool:
    """Store a verified call and wake its worker; False when this very call is stored already."""
    key = STORE(
        uid=uuid7(),
        provider=provider,
        digest=hashlib.sha256(body).hexdigest(),
        body=body,
        request_id=request_id,
    )
    if key is not None:
        wake_after_commit(receive, key)
    TAKEN.add(provider, "duplicate" if key is None else "stored")
    log.info("webhook", provider=provider, bytes=len(body), duplicate=key is None)
    return key is not None


def _handshake(found: Receiving, request: HttpRequest) -> HttpResponse:
    answer = found.challenge(request.GET)
    if answer is None:
        raise BadSignatureError
    return HttpResponse(answer, content_type="text/plain")


def _request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
