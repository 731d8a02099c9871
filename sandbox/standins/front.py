"""The one way into every stand-in: read the call, play a fault, answer, keep a record.

A stand-in's own code is a plain function from an Asked to an Answer.
"""

import functools
import json
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from sandbox.world import faults
from sandbox.world.models import Call, Fault


@dataclass(frozen=True)
class Asked:
    """One call as a stand-in sees it; `fault` names what is to be played inside the answer."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: dict[str, Any]
    fault: str = ""
    lists: Mapping[str, list[str]] = field(default_factory=dict)
    """The query again, with every value of a name that is given more than once."""

    @property
    def bearer(self) -> str:
        """The token of the Authorization header, or an empty string."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True)
class Answer:
    """What a stand-in says; the last three fields go into the record."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    recipient: str = ""
    text: str = ""
    external_id: str = ""


class RefusedError(Exception):
    """Raised inside a stand-in to answer with an error of the outside service."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True)
class Service:
    """One outside service: how it says no, and what it says in the place of an answer."""

    name: str
    refusals: Mapping[str, Callable[[Fault], Answer]]
    malformed: Callable[[], Answer]
    headers: Callable[[], Mapping[str, str]] = dict
    """What every answer carries besides its own headers."""


View = Callable[..., HttpResponse]
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body>502</body></html>"


def bad_gateway(_fault: Fault) -> Answer:
    """Answer as a proxy does whose service is away: a page, not JSON."""
    return Answer(BAD_GATEWAY, 502, {"Content-Type": "text/html"})


def endpoint(
    service: Service,
    operation: str | Mapping[str, str],
    *,
    writes: bool = False,
    spends: bool = False,
    plays: frozenset[str] = frozenset(),
) -> Callable[[Callable[..., Answer]], View]:
    """Turn a function (Asked, **path) -> Answer into a view of `service`.

    `operation`: its name in the log, or one per method, the first for any other method.
    `writes`: the call leaves something behind, so *timeout after acceptance* applies to it, but
    not to its GET unless `spends` says that a GET uses something up, too.
    `plays`: faults that the function itself knows how to play inside its answer.
    """
    kinds = {"latency", *service.refusals, *plays}
    written = kinds | faults.AFTER_ACCEPTANCE if writes or spends else kinds

    def decorate(answer_to: Callable[..., Answer]) -> View:
        @csrf_exempt
        @functools.wraps(answer_to)
        def view(request: HttpRequest, **path: str) -> HttpResponse:
            named = _operation(operation, request.method or "")
            met = kinds if request.method == "GET" and not spends else written
            fault = faults.take(service.name, met, named)
            if fault and fault.kind == "latency":
                time.sleep(fault.seconds)
            answer, body = _answer(service, answer_to, request, fault, path)
            kind = fault.kind if fault else ""
            _record(request, answer, body=body, service=service.name, operation=named, fault=kind)
            if fault and fault.accepted:
                answer = service.refusals[fault.kind](fault)
            if fault and fault.kind in faults.AFTER_ACCEPTANCE:
                _withhold(request, fault)
            return _respond(answer, service.headers())

        return view

    return decorate


def _operation(operation: str | Mapping[str, str], method: str) -> str:
    if isinstance(operation, str):
        return operation
    return operation.get(method) or next(iter(operation.values()))


def _withhold(request: HttpRequest, fault: Fault) -> None:
    """Let the answer stall, or break the connection before it."""
    if fault.kind == "timeout_after_acceptance":
        time.sleep(fault.seconds)
        return
    connection = request.META.get("gunicorn.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)


def _answer(
    service: Service,
    answer_to: Callable[..., Answer],
    request: HttpRequest,
    fault: Fault | None,
    path: dict[str, str],
) -> tuple[Answer, dict[str, Any]]:
    body = _body(request)
    if body is None:
        return service.malformed(), {}
    if fault and fault.kind in service.refusals and not fault.accepted:
        return service.refusals[fault.kind](fault), body
    asked = Asked(
        method=request.method or "",
        path=request.path,
        query=request.GET.dict(),
        headers=request.headers,
        body=body,
        fault=fault.kind if fault else "",
        lists=dict(request.GET.lists()),
    )
    try:
        return answer_to(asked, **path), body
    except RefusedError as refused:
        return refused.answer, body


def _body(request: HttpRequest) -> dict[str, Any] | None:
    if request.content_type == "application/x-www-form-urlencoded":
        return request.POST.dict()
    if not request.body:
        return {}
    try:
        body = json.loads(request.body)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _record(request: HttpRequest, answer: Answer, **known: Any) -> None:
    Call.objects.create(
        **known,
        method=request.method or "",
        path=request.path[:300],
        status=answer.status,
        recipient=answer.recipient,
        text=answer.text,
        external_id=answer.external_id,
    )


def _respond(answer: Answer, always: Mapping[str, str]) -> HttpResponse:
    if isinstance(answer.body, str):
        response = HttpResponse(answer.body, status=answer.status)
    else:
        response = JsonResponse(answer.body, status=answer.status, safe=False)
    for name, value in {**always, **answer.headers}.items():
        response[name] = value
    return response
