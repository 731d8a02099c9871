"""LinkedIn's JSON addresses for tests and people, below `/linkedin/sandbox`."""

from collections import Counter
from typing import Any

from django.http import HttpRequest

from sandbox.controls import json_address
from sandbox.linkedin import cast, exporting, options, sessions, talk, telling
from sandbox.linkedin.models import Attempt, Message, Opening, Person, Session, Thread, Visit
from sandbox.world.phone import CannotSayError

Body = dict[str, Any]
CLOSED = ("", "upsell", "notice", "bare")


@json_address("POST")
def say(_request: HttpRequest, body: Body) -> Body:
    """Let a contact write: see `talk.say`."""
    return telling.message(talk.say(body))


@json_address("POST")
def human(_request: HttpRequest, body: Body) -> Body:
    """Let the member write by hand: `thread`, `text`."""
    return telling.message(talk.human(body))


@json_address("GET")
def members(_request: HttpRequest, _body: Body) -> Body:
    """Return whose inbox can be visited; the first is meant where no `member` is named."""
    return {"members": [telling.person(row) for row in Person.objects.exclude(language="")]}


@json_address("GET", "POST")
def contacts(request: HttpRequest, body: Body) -> Body:
    """Return everybody else; POST makes one: `name`, `headline`, `kind` of participant."""
    if request.method == "POST":
        name, kind = str(body.get("name") or ""), str(body.get("kind") or "member")
        if not name or kind not in Person.Kind.values:
            raise CannotSayError(f"a name is needed; kind is one of {Person.Kind.values}")
        return telling.person(
            cast.person(name, headline=str(body.get("headline") or ""), kind=kind)
        )
    return {"contacts": [telling.person(row) for row in Person.objects.filter(language="")]}


@json_address("GET", "POST")
def threads(request: HttpRequest, body: Body) -> Body:
    """Return the threads of `?member=`, newest first; POST begins one, or changes `thread`.

    A new one: `member`, `contacts` (ids), `title`, `sponsored`, `closed`, `categories`; of a
    known one `closed`, `categories`, `title` and `unread` can change.
    """
    if request.method == "POST":
        return telling.thread(_changed(body) if body.get("thread") else _begun(body))
    rows = Thread.objects.filter(member=talk.member(request.GET.get("member")))
    return {"threads": [telling.thread(row) for row in rows.prefetch_related("others")]}


@json_address("GET")
def messages(request: HttpRequest, _body: Body) -> Body:
    """Return what was said in `?thread=`, oldest first."""
    row = talk.thread(request.GET.get("thread"))
    rows = Message.objects.filter(thread=row).select_related("sender", "thread__member")
    return {"messages": [telling.message(one) for one in rows]}


@json_address("GET")
def export(request: HttpRequest, _body: Body) -> Body:
    """Return a session's cookies in three formats: of `?session=`, else `?member=`'s newest.

    `?fresh=1` signs the member in with one more browser.
    """
    member = talk.member(request.GET.get("member"))
    asked = request.GET.get("session") or ""
    if asked:
        session = _session(asked)
    else:
        fresh = request.GET.get("fresh") == "1"
        session = sessions.open_for(member) if fresh else sessions.newest(member)
    return {**sessions.as_json(session), **exporting.formats(session)}


@json_address("GET", "POST")
def manage_sessions(request: HttpRequest, body: Body) -> Body:
    """Return every session; POST sets `state` (*living*, *revoked*) of `session` or `member`'s."""
    if request.method == "POST":
        state = str(body.get("state") or "")
        if state not in {"living", "revoked"}:
            raise CannotSayError("state is living or revoked")
        if body.get("session"):
            found = Session.objects.filter(pk=_session(body["session"]).pk)
        else:
            found = Session.objects.filter(member=talk.member(body.get("member")))
        found.update(revoked=state == "revoked")
    rows = Session.objects.select_related("member")
    return {"sessions": [sessions.as_json(row) for row in rows]}


@json_address("GET", "POST", "DELETE")
def manage_options(request: HttpRequest, body: Body) -> Body:
    """Read or change options and traps; DELETE brings every usual value back."""
    if request.method == "DELETE":
        options.forget()
    if request.method == "POST":
        options.change(body)
    return options.read()


@json_address("GET", "DELETE")
def sent(request: HttpRequest, _body: Body) -> Body:
    """Return every createMessage, and every message that the member's side left in a thread."""
    if request.method == "DELETE":
        Attempt.objects.all().delete()
    attempts, rows = Attempt.objects.all(), Message.objects.exclude(by=Message.By.CONTACT)
    rows = rows.filter(by=Message.By.PAGE).select_related("sender", "thread__member")
    if asked := request.GET.get("thread"):
        attempts, rows = attempts.filter(thread_id=asked), rows.filter(thread__thread_id=asked)
    return {
        "attempts": [telling.attempt(row) for row in attempts],
        "messages": [telling.message(row) for row in rows.order_by("pk")],
    }


@json_address("GET", "DELETE")
def opened(request: HttpRequest, _body: Body) -> Body:
    """Return which threads were opened, and so marked read, by which session."""
    if request.method == "DELETE":
        Opening.objects.all().delete()
    return {"opened": [telling.opening(row) for row in Opening.objects.all()]}


@json_address("GET", "DELETE")
def requests(request: HttpRequest, _body: Body) -> Body:
    """Return every request after `?since_id=` but the sandbox's own, and counts of them."""
    if request.method == "DELETE":
        Visit.objects.all().delete()
    since = request.GET.get("since_id") or "0"
    rows = Visit.objects.filter(pk__gt=int(since) if since.isdigit() else 0)
    counts = Counter(f"{row.method} {row.path.partition('?')[0]} {row.status}" for row in rows)
    return {"requests": [telling.visit(row) for row in rows], "counts": counts}


@json_address("POST")
def reset(_request: HttpRequest, _body: Body) -> Body:
    """Bring everything of LinkedIn back to how it was at first, with a new build."""
    cast.reset()
    return {"members": [telling.person(row) for row in Person.objects.exclude(language="")]}


def _session(asked: Any) -> Session:
    found = Session.objects.select_related("member").filter(pk=asked if str(asked).isdigit() else 0)
    if not found.exists():
        raise CannotSayError("no session has this number")
    return found.get()


def _begun(body: Body) -> Thread:
    wanted = body.get("contacts")
    wanted = wanted if isinstance(wanted, list) else []
    others = list(Person.objects.filter(profile_id__in=[str(one) for one in wanted]))
    if not others or len(others) != len(wanted):
        raise CannotSayError("contacts is a list of ids of people")
    told = {"title": str(body.get("title") or ""), "sponsored": body.get("sponsored") is True}
    owner, categories = talk.member(body.get("member")), body.get("categories")
    return talk.begin(owner, others, **told, closed=_closed(body), categories=categories)


def _changed(body: Body) -> Thread:
    row = talk.thread(body["thread"])
    if "closed" in body:
        row.closed = _closed(body)
    if isinstance(body.get("categories"), list):
        row.categories = [str(one) for one in body["categories"]]
    if isinstance(body.get("title"), str):
        row.title = body["title"]
    if type(body.get("unread")) is int:
        row.unread = body["unread"]
    row.save()
    return row


def _closed(body: Body) -> str:
    closed = str(body.get("closed") or "")
    if closed not in CLOSED:
        raise CannotSayError("closed is upsell, notice, bare or empty")
    return closed
