"""LinkedIn's own pages: messaging, the feed, and the places where one is not signed in."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from sandbox.linkedin import gates, options, sessions, voyager, words
from sandbox.linkedin.front import page, record
from sandbox.linkedin.models import Session, Thread


@page
def messaging(request: HttpRequest, session: Session) -> HttpResponse:
    """Show the inbox; it opens the newest thread by itself, unless told otherwise."""
    return _shell(request, session, opens="newest")


@page
def new_message(request: HttpRequest, session: Session) -> HttpResponse:
    """Show the inbox beside an empty new message: no thread is opened."""
    return _shell(request, session, opens="new")


@page
def thread(request: HttpRequest, session: Session, thread_id: str) -> HttpResponse:
    """Show the inbox with one thread open, unless the address does not work today."""
    broken = options.take("deep_link", session.member)
    mine = Thread.objects.filter(member=session.member, thread_id=thread_id).exists()
    if broken == "404":
        language = session.member.language
        return gates.wall(request, "missing", language, status=404, session=session)
    return _shell(request, session, opens=thread_id if mine and not broken else "wrong")


@page
def feed(request: HttpRequest, session: Session) -> HttpResponse:
    """Show an empty feed, where one lands after the login."""
    shown = gates.wall(request, "feed", session.member.language, session=session)
    return _with_cookies(shown, session)


@page
def root(_request: HttpRequest, _session: Session) -> HttpResponse:
    """Lead to the feed."""
    return HttpResponseRedirect(f"{gates.BASE}/feed/")


def place(request: HttpRequest, kind: str, **_path: str) -> HttpResponse:
    """Show a wall at its own address, whoever asks; a form that is sent there leads nowhere."""
    session = sessions.of(request)
    if "challenge_global_internal_error" in request.GET.get("errorKey", ""):
        kind = "challenge_error"
    language = session.member.language if session else "en"
    return record(request, session, gates.wall(request, kind, language, session=session))


def _shell(request: HttpRequest, session: Session, *, opens: str) -> HttpResponse:
    member = session.member
    behaves = options.for_page(member)
    if behaves["blank"]:
        return gates.wall(request, "unknown", member.language, session=session)
    if opens == "newest" and not behaves["opens_newest"]:
        opens = "nothing"
    if opens == "new" and behaves["new_opens_newest"]:
        opens = "newest"
    sessions.rotate(session)
    spoken = words.of(member.language)
    told: dict[str, Any] = {
        "member": member,
        "words": spoken,
        "language": member.language,
        "base": gates.BASE,
        "page": {
            "base": gates.BASE,
            "owner": member.profile_id,
            "name": member.name,
            "opens": opens,
            "words": spoken,
            "behaves": behaves,
            "form": options.value("json_form", member),
            "queries": {
                "conversations": voyager.query_id("messengerConversations"),
                "messages": voyager.query_id("messengerMessages"),
            },
            "count": options.value("page_size", member),
            "since": voyager.newest(member),
            "closed": _closed(member.pk),
        },
    }
    return _with_cookies(render(request, "sandbox/linkedin_messaging.html", told), session)


def _closed(member: int) -> dict[str, str]:
    rows = Thread.objects.filter(member=member).exclude(closed="")
    return dict(rows.values_list("thread_id", "closed"))


def _with_cookies(response: HttpResponse, session: Session) -> HttpResponse:
    sessions.set_cookies(response, session)
    return response
