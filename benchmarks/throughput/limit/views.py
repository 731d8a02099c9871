"""The limit's front door: verify, insert, enqueue, answer."""

import hashlib
import hmac
import json

from django.http import HttpRequest, HttpResponse

from benchmarks.throughput.limit import settings
from benchmarks.throughput.limit.models import Event, Message
from benchmarks.throughput.limit.tasks import respond

SECRET = settings.META_APP_SECRET.encode()
TAKEN = b"EVENT_RECEIVED"


def webhook(request: HttpRequest) -> HttpResponse:
    """Take one call of Meta's: 200 when it is stored, 403 for a wrong signature."""
    if request.method == "GET":
        return HttpResponse(request.GET.get("hub.challenge", ""))
    body = request.body
    wanted = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(request.headers.get("X-Hub-Signature-256", ""), wanted):
        return HttpResponse(status=403)
    Event.objects.create(body=body)
    for entry in json.loads(body)["entry"]:
        for item in entry.get("messaging", ()):
            said = item.get("message", {})
            if "text" not in said or said.get("is_echo"):
                continue
            message = Message.objects.create(
                page=entry["id"],
                contact=item["sender"]["id"],
                external_id=said["mid"],
                text=said["text"],
            )
            respond.delay(message.pk)
    return HttpResponse(TAKEN, headers={"Content-Length": str(len(TAKEN))})
