"""The one way into LinkedIn: whose session it is, which trap is met, and the record of it."""

import contextlib
import functools
import select
import socket
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from sandbox.linkedin import gates, options, sessions, traps
from sandbox.linkedin.models import Session, Visit

View = Callable[..., HttpResponse]
NORMAL = "application/vnd.linkedin.normalized+json+2.1"
STEP = 0.1
UNAUTHORIZED, FORBIDDEN = 401, 403


def page(view: Callable[..., HttpResponse]) -> View:
    """Turn a function (request, session, **path) -> response into a page of a member.

    Without a living session it leads to the login; with one it may meet a gate first.
    """

    @csrf_exempt
    @functools.wraps(view)
    def answer(request: HttpRequest, **path: str) -> HttpResponse:
        session = sessions.of(request)
        if session is None or _goes_in_circles(request):
            return record(request, session, _outside(request))
        member = session.member
        time.sleep(options.take("page_ms", member) / 1000)
        kind = str(options.take("gate", member))
        if kind in {"hang", "cut"}:
            return unanswered(request, session, kind)
        if kind and kind not in traps.SCRIPTED:
            return record(request, session, gates.play(kind, request, session), kind)
        found = view(request, session, **path)
        if kind:
            gates.lead_away(found, kind, request, options.value("gate_ms", member))
        return record(request, session, found, kind)

    return answer


def voyager(name: str) -> Callable[[Callable[[HttpRequest, Session], HttpResponse]], View]:
    """Turn a function (request, session) -> response into a call that pages make.

    `name`: *me*, *conversations* and *messages* meet the traps of `voyager` and of their own.
    """

    def decorate(view: Callable[[HttpRequest, Session], HttpResponse]) -> View:
        @csrf_exempt
        @functools.wraps(view)
        def answer(request: HttpRequest) -> HttpResponse:
            session = sessions.of(request)
            if session is None:
                return record(request, None, refusal(UNAUTHORIZED))
            if options.value("csrf", session.member) and not sessions.csrf_fits(request):
                return record(request, session, refusal(FORBIDDEN), "csrf")
            time.sleep(options.take("voyager_ms", session.member) / 1000)
            kind = _answer_trap(name, session)
            if kind == "hang":
                return unanswered(request, session, kind)
            if kind:
                return record(request, session, gates.answer(kind, request), kind)
            return record(request, session, view(request, session))

        return answer

    return decorate


def _answer_trap(name: str, session: Session) -> str:
    own = f"voyager_{name}"
    if own not in options.KNOWN:
        return ""
    return str(options.take(own, session.member) or options.take("voyager", session.member))


def record(
    request: HttpRequest, session: Session | None, response: HttpResponse, trap: str = ""
) -> HttpResponse:
    """Note a request and its answer, and return the answer."""
    _note(request, session, response.status_code, trap)
    return response


def unanswered(request: HttpRequest, session: Session, trap: str) -> HttpResponse:
    """Say nothing: hang for `hang_ms`, or as long as somebody waits, or close at once."""
    _note(request, session, 0, trap)
    if not trap.startswith("cut"):
        hold(request, options.value("hang_ms", session.member) / 1000)
    connection = request.META.get("gunicorn.socket")
    if connection is not None:
        # Whoever asked may have gone already.
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    return HttpResponse(status=503)


def hold(request: HttpRequest, seconds: float, until: Callable[[], bool] = bool) -> None:
    """Wait so long, or until `until` is true, or whoever asked has gone."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and not until() and not _left(request):
        time.sleep(STEP)


def refusal(status: int) -> HttpResponse:
    """Return Voyager's way to say no."""
    return gates.with_status(JsonResponse({"data": {"status": status}, "included": []}), status)


def wants_normal(request: HttpRequest) -> bool:
    """Tell whether the page asks for the normalised form."""
    return NORMAL in request.headers.get("Accept", "")


def said(request: HttpRequest, body: object) -> HttpResponse:
    """Return JSON in the media type that was asked for."""
    kind = NORMAL if wants_normal(request) else "application/json"
    return JsonResponse(body, content_type=f"{kind}; charset=utf-8")


def _outside(request: HttpRequest) -> HttpResponse:
    if _goes_in_circles(request):
        return gates.play("redirect_loop", request, None)
    response = gates.play("login", request, None)
    sessions.forget_cookies(response)
    return response


def _goes_in_circles(request: HttpRequest) -> bool:
    return sessions.is_partial(request) and bool(options.value("li_at_alone_loops"))


def _note(request: HttpRequest, session: Session | None, status: int, trap: str) -> None:
    path = request.get_full_path() if "queryId" in request.GET else request.path
    Visit.objects.create(
        session=session,
        method=request.method or "",
        path=path.removeprefix(gates.BASE)[:300],
        status=status,
        trap=trap,
    )


def _left(request: HttpRequest) -> bool:
    """Tell whether the other end of the connection is closed."""
    connection = request.META.get("gunicorn.socket")
    if connection is None:
        return False
    readable, _, _ = select.select([connection], [], [], 0)
    if not readable:
        return False
    try:
        return bool(connection.recv(1, socket.MSG_PEEK) == b"")
    except OSError:
        return True
