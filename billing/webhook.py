"""Stripe's front door: verify the raw bytes, record what they name, wake a worker, answer 200.

The body is not kept: what is true is asked for when the event is handled.
"""

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing import events, gateway
from billing.errors import NotStripesError
from billing.tasks import take_event
from flowia.lib.wake import wake_after_commit

log = structlog.get_logger("flowia.webhooks")


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Take one signed event: 200 once it is recorded, or was before; 400 for anything unsigned."""
    body = request.body
    try:
        announced = gateway.verify(body, request.headers.get("Stripe-Signature", ""))
    except NotStripesError:
        log.warning("webhook refused", provider="stripe", bytes=len(body))
        raise
    request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    with transaction.atomic():
        new = events.store([announced], request_id=request_id)
        for row_id in new:
            wake_after_commit(take_event, row_id)
    log.info("webhook", provider="stripe", event_id=announced.id, type=announced.type)
    return HttpResponse("RECEIVED", content_type="text/plain")
