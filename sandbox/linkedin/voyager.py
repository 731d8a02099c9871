"""What the messaging page calls: who I am, conversations, messages, marking read, news."""

import hashlib
import json
import re
from typing import Any
from urllib.parse import unquote

from django.db.models import Max
from django.http import HttpRequest, HttpResponse

from sandbox.linkedin import ids, options, shapes, talk
from sandbox.linkedin.front import View, hold, said, voyager, wants_normal
from sandbox.linkedin.front import refusal as refused
from sandbox.linkedin.models import Message, Person, Session, Thread

NEWS_SECONDS = 4
MOST_MESSAGES = 20
BAD, UNAUTHORIZED, FORBIDDEN, GONE = 400, 401, 403, 404


def query_id(kind: str) -> str:
    """Return the queryId of *messengerConversations* or *messengerMessages* in this build."""
    mark = hashlib.sha256(f"{kind} {options.value('build')}".encode()).hexdigest()[:32]
    return f"{kind}.{mark}"


@voyager("me")
def me(request: HttpRequest, session: Session) -> HttpResponse:
    """Say who is signed in."""
    return said(request, shapes.me(session.member, normal=wants_normal(request)))


def graphql(request: HttpRequest) -> HttpResponse:
    """Answer a query by the beginning of its queryId; the rest is the build's."""
    asked = request.GET.get("queryId", "")
    kind = asked.partition(".")[0]
    return QUERIES.get(kind if asked == query_id(kind) else "", _unknown)(request)


@voyager("conversations")
def _conversations(request: HttpRequest, session: Session) -> HttpResponse:
    told = variables(request)
    member, normal = session.member, wants_normal(request)
    found = re.search(r"mailboxUrn:([^,)]+)", told)
    if found and found[1] != ids.profile_urn(member.profile_id):
        return refused(FORBIDDEN)
    size, rows = options.value("page_size", member), Thread.objects.filter(member=member)
    named = re.search(r"conversationUrns:List\((urn:li:msg_conversation:\([^)]*\))\)", told)
    if named:
        rows = rows.filter(thread_id=ids.thread_of(named[1], member.profile_id))
    start = _cursor(told)
    if options.take("empty", member):
        rows = rows.none()
    found_rows = list(rows.select_related("member").prefetch_related("others")[start:][: size + 1])
    cursor = _cursor_text(start + size) if len(found_rows) > size else None
    last = "ByIds" if named else options.take("conversations_root", member)
    root = f"messengerConversations{last or ('ByCategoryQuery' if normal else 'BySyncToken')}"
    shown = [shapes.conversation(row) for row in found_rows[:size]]
    return said(request, shapes.listed(root, shown, cursor=cursor, normal=normal))


@voyager("messages")
def _messages(request: HttpRequest, session: Session) -> HttpResponse:
    told = variables(request)
    row = _thread(told, session.member)
    if row is None:
        return refused(GONE)
    normal = wants_normal(request)
    last = options.take("messages_root", session.member)
    root = f"messengerMessages{last or ('ByConversation' if normal else 'BySyncToken')}"
    rows = Message.objects.filter(thread=row).select_related("sender", "thread")
    found = list(rows.order_by("-at_ms", "-id"))
    shown = [shapes.message(one, session.member) for one in found[:MOST_MESSAGES]]
    # Whoever reads this answer does not know of what is written from now on.
    talk.arrive(row, "opening")
    return said(request, shapes.listed(root, shown, cursor=None, normal=normal))


@voyager("unknown")
def _unknown(_request: HttpRequest, _session: Session) -> HttpResponse:
    return refused(BAD)


QUERIES: dict[str, View] = {
    "messengerConversations": _conversations,
    "messengerMessages": _messages,
}


@voyager("read")
def change_conversation(request: HttpRequest, session: Session) -> HttpResponse:
    """Mark a thread read, as a page does when it opens one; or tell that somebody types."""
    told = body(request)
    row = _named(told.get("conversationUrn"), session.member)
    if row is None:
        return refused(GONE)
    if request.GET.get("action") == "typing":
        talk.arrive(row, "typing")
    else:
        talk.open_thread(row, session, str(told.get("how") or ""))
    return said(request, {"value": {}})


@voyager("news")
def connect(request: HttpRequest, session: Session) -> HttpResponse:
    """Wait for messages after `since`, and tell them as the page's live stream would."""
    member = session.member
    mine = Message.objects.filter(thread__member=member, shown=True)
    since = int(request.GET.get("since") or newest(member))
    hold(request, NEWS_SECONDS, lambda: mine.filter(pk__gt=since).exists())
    session.refresh_from_db()
    if session.revoked:
        return refused(UNAUTHORIZED)
    rows = list(mine.filter(pk__gt=since).select_related("thread__member", "sender").order_by("pk"))
    events = [
        {"conversation": shapes.conversation(row.thread), "message": shapes.message(row, member)}
        for row in rows
    ]
    return said(request, {"since": rows[-1].pk if rows else since, "events": events})


def newest(member: Person) -> int:
    """Return the number of the member's newest message, from which news are told."""
    found = Message.objects.filter(thread__member=member).aggregate(last=Max("pk"))
    return found["last"] or 0


def variables(request: HttpRequest) -> str:
    """Return the query's variables, without their escapes."""
    return unquote(request.GET.get("variables", ""))


def body(request: HttpRequest) -> dict[str, Any]:
    """Return the call's JSON; anything else is empty."""
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _thread(told: str, member: Person) -> Thread | None:
    found = re.search(r"conversationUrn:(urn:li:msg_conversation:\([^)]*\))", told)
    return _named(found[1] if found else "", member)


def _named(urn: Any, member: Person) -> Thread | None:
    thread_id = ids.thread_of(str(urn or ""), member.profile_id)
    rows = Thread.objects.select_related("member").filter(thread_id=thread_id, member=member)
    return rows.first()


def _cursor_text(number: int) -> str:
    return f"REVTQ0VORElORyY{number}"


def _cursor(told: str) -> int:
    found = re.search(r"nextCursor:REVTQ0VORElORyY(\d+)", told)
    return int(found[1]) if found else 0
