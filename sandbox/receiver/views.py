"""The address that is called, and the page that shows what came."""

import json
import socket
import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from sandbox.receiver.signature import verdict
from sandbox.world import faults, options
from sandbox.world.models import Call, Fault

SERVICE, SECRETS = "receiver", "receiver_secrets"
USUAL_BOX = "n8n"
MOST = 50
STATUS = {"server_error": 500, "rate_limited": 429, "bad_gateway": 502}
WAYS: dict[str, tuple[Any, dict[str, Any]]] = {
    "ok": (_("takes every call (200)"), {}),
    "500": (_("answers with an error (500)"), {"kind": "server_error"}),
    "429": (_("asks for patience (429, a minute)"), {"kind": "rate_limited", "retry_after": 60}),
    "410": (_("says that it is gone (410)"), {"kind": "error", "status": 410}),
    "302": (
        _("leads on to another address (302)"),
        {"kind": "error", "status": 302, "headers": {"Location": "/receiver/elsewhere"}},
    ),
    "slow": (_("answers after 20 seconds"), {"kind": "latency", "seconds": 20}),
}
"""What the page offers: how the next calls are answered, in words, and the fault for it."""


@csrf_exempt
@require_POST
def call(request: HttpRequest, box: str) -> HttpResponse:
    """Take one call in; every attempt is kept, also those that a fault answers."""
    fault = faults.take(SERVICE, faults.KINDS[SERVICE], box)
    if fault is not None and fault.kind == "latency":
        time.sleep(fault.seconds)
    response = _answer(fault)
    secret = str(options.get(SECRETS).get(box, ""))
    Call.objects.create(
        service=SERVICE,
        operation="call",
        method="POST",
        path=request.path[:300],
        status=response.status_code,
        fault=fault.kind if fault else "",
        body=_body(request.body),
        recipient=box,
        text=verdict(secret, request.headers, request.body),
        external_id=request.headers.get("webhook-id", "")[:255],
    )
    if fault is not None and fault.kind in faults.AFTER_ACCEPTANCE:
        _withhold(request, fault)
    return response


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show what came, whether it was signed, and how the next calls are answered."""
    calls = Call.objects.filter(service=SERVICE).order_by("-id")[:MOST]
    shown = [
        {"call": one, "body": json.dumps(one.body, indent=2, ensure_ascii=False)} for one in calls
    ]
    context = {
        "calls": shown,
        "address": request.build_absolute_uri(f"/receiver/{USUAL_BOX}"),
        "secret": options.get(SECRETS).get(USUAL_BOX, ""),
        "ways": [(code, words) for code, (words, _fault) in WAYS.items()],
        "way": _way(),
        "return_to": request.path,
    }
    return render(request, "sandbox/receiver.html", context)


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Take the page's forms: `secret`, `way`, or `forget`."""
    if "secret" in request.POST:
        secret = request.POST["secret"].strip()
        options.put(SECRETS, {**options.get(SECRETS), USUAL_BOX: secret})
    if request.POST.get("way") in WAYS:
        Fault.objects.filter(service=SERVICE).delete()
        _words, fault = WAYS[request.POST["way"]]
        if fault:
            faults.add({"service": SERVICE, "times": None, **fault})
    if "forget" in request.POST:
        Call.objects.filter(service=SERVICE).delete()
    return redirect("receiver")


def _answer(fault: Fault | None) -> HttpResponse:
    if fault is None or fault.kind in {"latency", *faults.AFTER_ACCEPTANCE}:
        return HttpResponse("ok", content_type="text/plain")
    status = int(fault.detail.get("status", 500)) if fault.kind == "error" else STATUS[fault.kind]
    response = HttpResponse("no", status=status, content_type="text/plain")
    if fault.kind == "rate_limited":
        response["Retry-After"] = str(fault.retry_after)
    for name, value in fault.detail.get("headers", {}).items():
        response[name] = value
    return response


def _withhold(request: HttpRequest, fault: Fault) -> None:
    """Let the answer stall, or break the connection before it."""
    if fault.kind == "timeout_after_acceptance":
        time.sleep(fault.seconds)
        return
    connection = request.META.get("gunicorn.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)


def _body(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _way() -> str:
    """Return which of the page's ways is on; empty for a fault that a test has set."""
    fault = Fault.objects.filter(service=SERVICE).first()
    if fault is None:
        return "ok"
    status = fault.detail.get("status", STATUS.get(fault.kind, "slow"))
    return str(status) if str(status) in WAYS else ""
