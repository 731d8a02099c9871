"""The limit's front door: verify, insert, enqueue, answer."""

import hashlib
import hmac
import json

from django.http import HttpRequest, HttpResponse

from benchmarks.throughput.limit import settings
from benchmarks.throughput.limit.models import Message
from benchmarks.throughput.limit.tasks import respond

SECRET = settings.META_APP_SECRET.encode()
TAKEN = b"EVENT_RECEIVED"


def webhook(request: HttpRequest) -> HttpResponse:
    """Take one call of Meta's: 200 when its messages are stored, 403 for a wrong signature.

    One insert and one commit, however many messages it brings.
    """
    if request.method == "GET":
        return HttpResponse(request.GET.get("hub.challenge", ""))
    body = request.body
    wanted = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(request.headers.get("X-Hub-Signature-256", ""), wanted):
        return HttpResponse(status=403)
    said = [
        Message(
            page=entry["id"],
            contact=item["sender"]["id"],
            external_id=item["message"]["mid"],
            text=item["message"]["text"],
        )
        for entry in json.loads(body)["entry"]
        for item in entry.get("messaging", ())
        if "text" in item.get("message", ()) and not item["message"].get("is_echo")
    ]
    if len(said) == 1:
        # `bulk_create` opens a transaction: two round trips that one row does without.
        said[0].save(force_insert=True)
    else:
        Message.objects.bulk_create(said)
    for message in said:
        respond.delay(message.pk)
    return HttpResponse(TAKEN, headers={"Content-Length": str(len(TAKEN))})
