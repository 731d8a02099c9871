"""Is it alive, and can it work: two answers for platforms and people."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import resolve

from flowia.lib.redis import redis_client
from processing.dispatch import backlog, seconds_since_tick
from social import drifts, sessions

STALE_BEAT_SECONDS = 60


def live(_request: HttpRequest) -> JsonResponse:
    """Answer that the web process runs, without touching anything."""
    return JsonResponse({"status": "ok", "version": settings.VERSION})


class Alive:
    """Answer `/health` before anything looks at the host.

    Platforms ask each process by an address that only they know; all they learn is that it runs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle one request."""
        if request.path_info.rstrip("/") == "/health" and request.method in {"GET", "HEAD"}:
            # By its name it is counted.
            request.resolver_match = resolve(request.path_info)
            return live(request)
        return self.get_response(request)


def ready(_request: HttpRequest) -> JsonResponse:
    """Check database, Redis, each queue's depth and oldest item, and beat's last tick.

    503 names the parts that fail. Whether there is a browser for members' own sessions, and which
    pages changed, is told and fails nothing: everything else runs.
    """
    checks: dict[str, Callable[[], dict[str, Any]]] = {
        "database": _database,
        "redis": _redis,
        "queues": _queues,
        "beat": _beat,
    }
    parts = {name: _attempt(check) for name, check in checks.items()}
    failing = [name for name, part in parts.items() if not part["ok"]]
    parts["sessions"] = _attempt(_sessions)
    body = {"status": "failing" if failing else "ok", "failing": failing, "parts": parts}
    response = JsonResponse(body, status=503 if failing else 200)
    # A platform asks every few seconds: Django must not log each "no" as an error of ours.
    vars(response)["_has_been_logged"] = True
    return response


def _attempt(check: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return {"ok": True, **check()}
    except Exception as error:  # noqa: BLE001 - whatever fails is what this page is asked for
        return {"ok": False, "error": type(error).__name__}


def _database() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"vendor": connection.vendor}


def _redis() -> dict[str, Any]:
    redis_client().ping()
    return {}


def _queues() -> dict[str, Any]:
    return {"queues": backlog(redis_client())}


def _beat() -> dict[str, Any]:
    age = seconds_since_tick(redis_client())
    if age is None or age > STALE_BEAT_SECONDS:
        raise StaleBeatError
    return {"seconds_since_tick": round(age, 1)}


def _sessions() -> dict[str, Any]:
    """Tell of acting in browsers: whether one was found, which networks' pages stopped what."""
    return {"browser": sessions.browser_told(), "changed_pages": drifts.stopped()}


class StaleBeatError(Exception):
    """The dispatcher has not run for a minute: beat or its queue's worker is down."""
