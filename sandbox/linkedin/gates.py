"""Walls: the pages and answers that stand where messaging should (linkedin.md 5)."""

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from sandbox.linkedin import words
from sandbox.linkedin.models import Session

BASE = "/linkedin"
CHECKPOINT = f"{BASE}/checkpoint/challenge/AgFsandbox"
PLACES = {
    "login": f"{BASE}/login?session_redirect={{back}}",
    "uas_login": f"{BASE}/uas/login?session_redirect={{back}}",
    "authwall": f"{BASE}/authwall?trk=gf&sessionRedirect={{back}}",
    "signup": f"{BASE}/signup/cold-join?session_redirect={{back}}",
    "checkpoint": f"{CHECKPOINT}?ut=1",
    "challenge": f"{BASE}/challenge/",
    "challenge_error": f"{CHECKPOINT}?errorKey=challenge_global_internal_error",
}
DENIED, TOO_MANY, FAILED = 999, 429, 500
PAGES = {
    "chooser": 200,
    "sign_in": 200,
    "too_many_requests": 200,
    "restricted": 200,
    "unknown": 200,
    "error": FAILED,
    "429": TOO_MANY,
    "999": DENIED,
}


def play(kind: str, request: HttpRequest, session: Session | None) -> HttpResponse:
    """Return the wall of one of traps.GATES that answers at once."""
    if kind in PLACES:
        return HttpResponseRedirect(place(kind, request))
    if kind == "redirect_loop":
        return HttpResponseRedirect(request.get_full_path())
    language = session.member.language if session else "en"
    return wall(request, kind, language, status=PAGES[kind], session=session)


def place(kind: str, request: HttpRequest) -> str:
    """Return the address to which a gate leads; it names the page that was asked for."""
    return PLACES[kind].format(back=quote(request.build_absolute_uri(), safe=""))


def lead_away(response: HttpResponse, kind: str, request: HttpRequest, after_ms: int) -> None:
    """Have the page's own script go to the wall, so long after it was loaded."""
    where = quote(place(kind.removesuffix("_script"), request), safe="")
    mark = f'<html data-leads="{where}" data-leads-ms="{after_ms}" '
    response.content = response.content.replace(b"<html ", mark.encode(), 1)


def wall(
    request: HttpRequest, kind: str, language: str, *, status: int = 200, session: Any = None
) -> HttpResponse:
    """Return the page of a wall in the account's language."""
    told: dict[str, Any] = {
        "kind": kind,
        "words": words.of(language),
        "language": language,
        "base": BASE,
    }
    told["member"] = session.member if session else None
    return with_status(render(request, "sandbox/linkedin_wall.html", told), status)


def answer(kind: str, request: HttpRequest) -> HttpResponse:
    """Return what Voyager says in the place of an answer: one of traps.ANSWERS."""
    if kind == "login":
        return HttpResponseRedirect(place("login", request))
    if kind == "no_root":
        return JsonResponse({"data": {"messengerSomethingElse": {"elements": []}}})
    if kind == "html":
        return HttpResponse("<!doctype html><title>LinkedIn</title><p>LinkedIn</p>")
    return with_status(JsonResponse({"data": {"status": int(kind)}, "included": []}), int(kind))


def with_status(response: HttpResponse, status: int) -> HttpResponse:
    """Give a response any status; Django's own constructor refuses 999."""
    response.status_code = status
    if status == DENIED:
        response.reason_phrase = "Request denied"
    return response
