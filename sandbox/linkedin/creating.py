"""createMessage: the page's own call on a click, every one of which is remembered."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from sandbox.linkedin import front, gates, ids, options, sessions, shapes, talk, traps, voyager
from sandbox.linkedin.models import Attempt, Message, Session, Thread

WELL, MOVED, BAD, OUTSIDE, FORBIDDEN, NOT_ALLOWED, FAILED = 200, 302, 400, 401, 403, 405, 500
UNANSWERED = frozenset({"hang", "cut", "hang_before", "cut_before"})


@dataclass(frozen=True)
class Call:
    """One createMessage of a living session: what it asks for, and its record."""

    request: HttpRequest
    session: Session
    thread: Thread
    attempt: Attempt


@csrf_exempt
def create(request: HttpRequest) -> HttpResponse:
    """Take a message: `message.body.text`, `message.conversationUrn`, `message.originToken`."""
    session = sessions.of(request)
    if request.GET.get("action") != "createMessage" or request.method != "POST":
        return front.record(request, session, front.refusal(NOT_ALLOWED))
    told = voyager.body(request).get("message")
    attempt = _attempt(told if isinstance(told, dict) else {}, session)
    if session is None:
        return _refused(request, attempt, OUTSIDE)
    if options.value("csrf", session.member) and not sessions.csrf_fits(request):
        return _refused(request, attempt, FORBIDDEN, "csrf")
    rows = Thread.objects.select_related("member").filter(member=session.member)
    thread = rows.filter(thread_id=attempt.thread_id).first()
    if thread is None or not attempt.text:
        return _refused(request, attempt, BAD)
    return _answered(Call(request, session, thread, attempt))


def _attempt(told: dict[str, Any], session: Session | None) -> Attempt:
    said = told.get("body")
    urn = str(told.get("conversationUrn") or "")
    owner = session.member.profile_id if session else ""
    return Attempt(
        session=session,
        thread_id=ids.thread_of(urn, owner) if owner else urn.rpartition(",")[2][:-1][:80],
        text=str(said.get("text") or "") if isinstance(said, dict) else "",
        origin_token=str(told.get("originToken") or "")[:80],
    )


def _answered(call: Call) -> HttpResponse:
    if call.thread.closed:
        return _refused(call.request, call.attempt, FORBIDDEN, "closed")
    kind = _before(call) or str(options.take("send", call.session.member))
    if kind and kind not in traps.KEEPS:
        return _lost(call, kind)
    return _kept(call, kind)


def _before(call: Call) -> str:
    """Return what befell the same call before: a browser repeats what was not answered."""
    token = call.attempt.origin_token
    known = Attempt.objects.filter(origin_token=token, trap__in=UNANSWERED).last()
    return known.trap if token and known else ""


def _refused(request: HttpRequest, attempt: Attempt, status: int, trap: str = "") -> HttpResponse:
    attempt.status, attempt.trap = status, trap
    attempt.save()
    return front.record(request, attempt.session, front.refusal(status), trap)


def _lost(call: Call, kind: str) -> HttpResponse:
    """Keep nothing, and answer with an error, a wall, or not at all."""
    if kind.isdigit():
        return _refused(call.request, call.attempt, int(kind), kind)
    call.attempt.status, call.attempt.trap = 0 if kind in UNANSWERED else MOVED, kind
    call.attempt.save()
    if kind in UNANSWERED:
        return front.unanswered(call.request, call.session, kind)
    wall = gates.play(kind, call.request, call.session)
    return front.record(call.request, call.session, wall, kind)


def _kept(call: Call, kind: str) -> HttpResponse:
    """Keep the message, once for each originToken, and answer as `kind` says."""
    token = call.attempt.origin_token
    known = Message.objects.filter(thread=call.thread, origin_token=token)
    row = known.select_related("sender", "thread").first() if token else None
    if row is None:
        row = _write(call, token)
        call.attempt.kept = 1
        if kind == "twice":
            _write(call, "")
            call.attempt.kept = 2
    call.attempt.trap = kind
    call.attempt.status = FAILED if kind == "500_kept" else 0 if kind in UNANSWERED else WELL
    call.attempt.save()
    if kind in UNANSWERED:
        return front.unanswered(call.request, call.session, kind)
    if kind == "late":
        front.hold(call.request, options.value("hang_ms", call.session.member) / 1000)
    answer = front.said(call.request, _value(row, call.session, kind))
    if kind == "500_kept":
        answer = front.refusal(FAILED)
    return front.record(call.request, call.session, answer, kind)


def _write(call: Call, token: str) -> Message:
    who, text = call.session.member, call.attempt.text
    return talk.write(call.thread, who, text, by=Message.By.PAGE, origin_token=token)


def _value(row: Message, session: Session, kind: str) -> dict[str, Any]:
    told = shapes.message(row, session.member)
    names = ("entityUrn", "backendUrn", "deliveredAt", "originToken", "body")
    value = {name: told[name] for name in names if kind != "no_urn" or name == "body"}
    return {"value": {**value, "conversationUrn": told["conversation"]["entityUrn"]}}
