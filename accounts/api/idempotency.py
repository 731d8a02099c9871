"""`Idempotency-Key`: a program that heard no answer may call again without doing it twice.

The key's row is inserted first, so that of parallel calls one is handled and the others are told
that it runs. What the call does and its answer are one transaction: a server that dies between
leaves neither, and after a minute the key may be used anew. A call that was refused did nothing;
its key is free again.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import person, workspace_of
from accounts.models import IdempotentCall, User
from flowia.lib import clock
from flowia.lib.errors import ConflictError, FlowError, InvalidError

HEADER = "Idempotency-Key"
REPLAY = "Idempotent-Replay"
LONGEST = 255
RUNS = timedelta(seconds=60)
"""Longer than the web server lets a request run: a call this old died with its server."""
KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "pattern": f"^[!-~]{{1,{LONGEST}}}$"},
    OpenApiParameter.HEADER,
    description="Repeat a call safely: any text of your own.",
)
Handler = Callable[..., Response]


class KeyReusedError(FlowError):
    """The key came with another method, address or body before."""

    code = "idempotency_key_reused"
    status = 422
    detail = _("This Idempotency-Key was used for another request. Choose a new one.")


class InProgressError(ConflictError):
    """The first call with this key is still being handled."""

    code = "in_progress"
    detail = _("The first request with this Idempotency-Key is still being handled.")


def idempotent(handler: Handler) -> Handler:
    """Give an API view's method its Idempotency-Key; without one it is called as it is.

    Raises InvalidError for an unusable key, KeyReusedError and InProgressError.
    """

    @wraps(handler)
    def handled(view: APIView, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **kwargs)
        if not 0 < len(key) <= LONGEST or not key.isprintable():
            raise InvalidError(errors={HEADER: [_("1 to 255 printable characters are expected.")]})
        call = _begin(request, key)
        if call.status is not None:
            return Response(call.answer, status=call.status, headers={REPLAY: "true"})
        try:
            with transaction.atomic():
                response = handler(view, request, *args, **kwargs)
                _finish(call, response)
        except BaseException:
            _running(call).delete()
            raise
        return response

    return handled


def _begin(request: Request, key: str) -> IdempotentCall:
    """Return the call's own new row, or the finished one of the first call."""
    user, now = person(request.user), clock.now()
    mine = IdempotentCall(
        workspace=workspace_of(request),
        user=user,
        key=key,
        fingerprint=_fingerprint(request),
        begun_at=now,
    )
    IdempotentCall.objects.bulk_create([mine], ignore_conflicts=True)
    found = _stored(user, key)
    if found is None:
        raise InProgressError(retry_after=1)
    if found.fingerprint != mine.fingerprint:
        raise KeyReusedError
    if found.uid == mine.uid or found.status is not None:
        return found
    # Whoever changes the row has the abandoned call; the others are told that it runs.
    if found.begun_at > now - RUNS or not _running(found).update(begun_at=now):
        raise InProgressError(retry_after=1)
    found.begun_at = now
    return found


def _finish(call: IdempotentCall, response: Response) -> None:
    answer = json.loads(JSONRenderer().render(response.data))
    if not _running(call).update(status=response.status_code, answer=answer):
        raise InProgressError(retry_after=1)


def _running(call: IdempotentCall) -> QuerySet[IdempotentCall]:
    rows = IdempotentCall.objects.filter(pk=call.pk, status=None)
    return rows.filter(begun_at=call.begun_at)


def _stored(user: User, key: str) -> IdempotentCall | None:
    return IdempotentCall.objects.filter(user=user, key=key).first()


def _fingerprint(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, default=str)
    workspace = str(workspace_of(request).uid)
    parts = [request.method or "", request.path.rstrip("/"), workspace, body]
    return hashlib.sha256("\n".join(parts).encode(errors="backslashreplace")).hexdigest()
