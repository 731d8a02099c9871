"""The visitor's LinkedIn: write to a member, be the member, bring the session, set traps."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sandbox import settings
from sandbox.linkedin import cast, exporting, gates, options, presets, sessions, talk
from sandbox.linkedin.models import Attempt, Message, Opening, Person, Session, Thread
from sandbox.world.phone import CannotSayError

FORMATS = {
    "cookie_editor": ("Cookie-Editor", "linkedin-cookies.json"),
    "cookies_txt": ("cookies.txt", "cookies.txt"),
    "storage_state": ("storage state", "storage-state.json"),
}
MOST_SHOWN = 12


@dataclass(frozen=True)
class Shown:
    """One message on the page; `mine` for what a contact wrote, `product` for a page's call."""

    row: Message
    at: datetime
    mine: bool
    product: bool


@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Show the page; a POST does one of ACTS and comes back to it."""
    if request.method != "POST":
        return render(request, "sandbox/linkedin.html", _page(request))
    act = ACTS.get(request.POST.get("act", ""), _say)
    try:
        thread = act(request)
    except CannotSayError:
        page = _page(request, problem=_("Write something first."))
        return render(request, "sandbox/linkedin.html", page, status=400)
    if request.POST.get("act") == "enter":
        return _entered(request)
    told = {"member": _member(request).profile_id, "as": _format(request), "thread": thread}
    return HttpResponseRedirect(f"{request.path}?{urlencode(told)}#{request.POST.get('at', '')}")


@require_http_methods(["GET", "HEAD"])
def cookies(request: HttpRequest) -> HttpResponse:
    """Return the member's cookies as a file, in one of FORMATS."""
    name = FORMATS[_format(request)][1]
    response = HttpResponse(_exported(request), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _say(request: HttpRequest) -> str:
    asked = request.POST
    text = asked.get("suggestion") or asked.get("text", "")
    told = {"text": text, "member": _member(request).profile_id}
    where = {name: asked.get(name, "") for name in ("thread", "contact", "name", "kind")}
    return str(talk.say({**told, **where}).thread.thread_id)


def _human(request: HttpRequest) -> str:
    told = {"thread": request.POST.get("thread", ""), "text": request.POST.get("text", "")}
    return str(talk.human(told).thread.thread_id)


def _revoke(request: HttpRequest) -> str:
    Session.objects.filter(member=_member(request)).update(revoked=True)
    return request.POST.get("thread", "")


def _enter(request: HttpRequest) -> str:
    sessions.newest(_member(request))
    return request.POST.get("thread", "")


def _press(request: HttpRequest) -> str:
    presets.press(request.POST.get("trap", ""), _member(request))
    return request.POST.get("thread", "")


def _release(request: HttpRequest) -> str:
    presets.release(_member(request))
    options.forget()
    return request.POST.get("thread", "")


def _reset(_request: HttpRequest) -> str:
    cast.reset()
    return ""


ACTS: dict[str, Callable[[HttpRequest], str]] = {
    "human": _human,
    "revoke": _revoke,
    "sign_in": _enter,
    "enter": _enter,
    "press": _press,
    "release": _release,
    "reset": _reset,
}


def _entered(request: HttpRequest) -> HttpResponse:
    """Lead to LinkedIn's own pages, signed in as the member."""
    response = HttpResponseRedirect(f"{gates.BASE}/messaging/")
    sessions.sign_in(response, sessions.newest(_member(request)))
    return response


def _page(request: HttpRequest, *, problem: str = "") -> dict[str, object]:
    member = _member(request)
    threads = Thread.objects.filter(member=member).prefetch_related("others")
    thread = threads.filter(thread_id=_asked(request, "thread")).first() or threads.first()
    switches = presets.switches(member)
    ended = Session.objects.filter(member=member).values_list("revoked", flat=True)
    signed_in = not ended or not all(ended)
    return {
        "members": Person.objects.exclude(language=""),
        "member": member,
        "threads": threads[:MOST_SHOWN],
        "thread": thread,
        "messages": _shown(thread) if thread else [],
        "kinds": _kinds(),
        "suggestions": _suggestions(),
        "signed_in": signed_in,
        "exported": _exported(request) if signed_in else "",
        "formats": [(key, name) for key, (name, _file) in FORMATS.items()],
        "format": _format(request),
        "switches": switches,
        "trapped": any(one.pressed for one in switches),
        "attempts": Attempt.objects.filter(session__member=member).order_by("-pk")[:MOST_SHOWN],
        "openings": Opening.objects.filter(session__member=member).order_by("-pk")[:MOST_SHOWN],
        "problem": problem,
        "product_url": settings.PUBLIC_URL,
        "return_to": request.get_full_path(),
    }


def _shown(thread: Thread) -> list[Shown]:
    rows = Message.objects.filter(thread=thread).select_related("sender")
    contact, page = Message.By.CONTACT, Message.By.PAGE
    return [
        Shown(
            row,
            at=datetime.fromtimestamp(row.at_ms / 1000, UTC),
            mine=row.by == contact,
            product=row.by == page,
        )
        for row in rows
    ]


def _exported(request: HttpRequest) -> str:
    """Return the member's cookies as text, in the format that was asked for."""
    told = exporting.formats(sessions.newest(_member(request)))[_format(request)]
    return told if isinstance(told, str) else json.dumps(told, indent=2, ensure_ascii=False)


def _asked(request: HttpRequest, name: str) -> str:
    asked = request.POST if request.method == "POST" else request.GET
    return str(asked.get(name, ""))


def _member(request: HttpRequest) -> Person:
    try:
        return talk.member(_asked(request, "member"))
    except CannotSayError:
        return talk.member()


def _format(request: HttpRequest) -> str:
    asked = _asked(request, "as")
    return asked if asked in FORMATS else "cookie_editor"


def _kinds() -> list[tuple[str, str]]:
    return [
        ("lead", _("A lead")),
        ("recruiter", _("A recruiter")),
        ("sales", _("A sales pitch")),
        ("personal", _("Somebody from the family")),
    ]


def _suggestions() -> list[str]:
    return [
        _("Could you make twenty Aube lamps for our hotel?"),
        _("I am recruiting a workshop manager. Shall we talk?"),
        _("We triple the leads of brands like yours. Fifteen minutes this week?"),
    ]
