"""The sandbox's own JSON addresses: speak, provoke faults, read what the stand-ins received.

They take `application/json` only, so that no other site's form can reach them from a browser.
"""

import functools
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from sandbox.world import comments, courier, faults, meta, options, phone
from sandbox.world.models import Call, Comment, Fault, Letter, PhoneMessage

MOST_CALLS = 5000
Body = dict[str, Any]
ACCEPTED_BELOW = 300


class BadBodyError(ValueError):
    """The body is not a JSON object."""


REFUSED = (
    phone.CannotSayError,
    faults.UnknownFaultError,
    options.UnknownOptionError,
    BadBodyError,
)


def health(_request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process lives."""
    return JsonResponse({"status": "ok"})


def json_address(
    *methods: str,
) -> Callable[[Callable[..., Any]], Callable[..., HttpResponse]]:
    """Turn a function (request, body) -> JSON into a view that takes those methods."""

    def decorate(answer_to: Callable[..., Any]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @functools.wraps(answer_to)
        def view(request: HttpRequest) -> HttpResponse:
            if request.method not in methods:
                return JsonResponse({"error": f"use {' or '.join(methods)}"}, status=405)
            try:
                return JsonResponse(answer_to(request, _body(request)), safe=False)
            except REFUSED as error:
                return JsonResponse({"error": str(error)}, status=400)

        return view

    return decorate


def _body(request: HttpRequest) -> Body:
    if request.method == "GET" or not request.body:
        return {}
    if request.content_type != "application/json":
        raise BadBodyError("send application/json")
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise BadBodyError("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadBodyError("the body is not a JSON object")
    return body


@json_address("POST")
def say(_request: HttpRequest, body: Body) -> Body:
    """Let a person write: `account`, `contact`, `name`, `text`, `hours_ago`, `retry`.

    With `kind` *comment*, they comment: `post`, `parent`, `anonymous`, `media`. With
    *comment_edited*, *_remove*, *_hide* or *_unhide*, the comment `comment` changes.
    """
    kind = str(body.get("kind") or "message")
    if kind.startswith("comment_"):
        changed = comments.change(
            str(body.get("comment") or ""),
            kind.removeprefix("comment_"),
            text=str(body.get("text") or ""),
        )
        return _commented(changed)
    known: Body = {
        "account": str(body.get("account", "messenger")),
        "contact": str(body.get("contact") or ""),
        "name": str(body.get("name") or ""),
        "text": str(body.get("text") or ""),
        "hours_ago": number(body.get("hours_ago", 0)),
        "retry": body.get("retry") is not False,
    }
    if kind == "comment":
        where: Body = {name: str(body.get(name) or "") for name in ("post", "parent")}
        more: Body = {"anonymous": body.get("anonymous") is True, "media": body.get("media")}
        return _commented(comments.write(**known, **where, **more))
    if kind != "message":
        raise BadBodyError("kind is message, comment or comment_<verb>")
    said = phone.say(**known)
    contact = said.message.contact
    return {
        "contact": contact,
        "mid": said.message.mid,
        "status": said.status,
        "announced": said.status != courier.HELD,
        "thread": [phone.as_json(message) for message in phone.thread(contact)],
    }


def _commented(written: comments.Written) -> Body:
    row = written.comment
    thread = comments.thread(row.contact, row.account_id)
    return {
        **comments.as_json(row),
        "status": written.status,
        "announced": written.status != courier.HELD,
        "thread": [comments.as_json(one) for one in thread],
    }


@json_address("POST")
def human(_request: HttpRequest, body: Body) -> Body:
    """Let the owner answer natively: `account`, `contact`, `text`, or publicly a `comment`."""
    if body.get("comment"):
        above = comments.find(str(body["comment"]))
        account = meta.account_of(above.account_id)
        text = str(body.get("text") or "")
        said = comments.answer(account, above, text, post=above.post, author=Comment.Author.OWNER)
        return {**comments.as_json(said), "status": said.status}
    contact = str(body.get("contact") or "")
    last = PhoneMessage.objects.filter(contact=contact).last()
    named = body.get("account") or (last.account_id if last else "messenger")
    sent = phone.answer_by_hand(
        account=str(named), contact=contact, text=str(body.get("text") or "")
    )
    return {"contact": contact, "mid": sent.mid, "status": sent.status}


@json_address("POST")
def echo(_request: HttpRequest, body: Body) -> Body:
    """Post the echo of the message `mid` now, or of the comment with that id, once more too."""
    own = Comment.objects.filter(comment_id=str(body.get("mid", "")), contact="").first()
    if own:
        comments.tell(own, "add")
        return {"mid": own.comment_id}
    message = PhoneMessage.objects.filter(mid=str(body.get("mid", ""))).first()
    if message is None or message.author != PhoneMessage.Author.PRODUCT:
        raise phone.CannotSayError("no message of the product has this mid")
    phone.post_echo(message)
    return {"mid": message.mid}


@json_address("GET", "POST")
def manage_options(request: HttpRequest, body: Body) -> Body:
    """Read or change how the outside world behaves: `echo` and the names in `options.USUAL`."""
    if request.method == "POST":
        for name, value in body.items():
            if name == "echo":
                faults.hold_echoes(held=value is False)
            else:
                options.put(name, value)
    return {"echo": not faults.echoes_held(), **options.every()}


@json_address("GET", "POST", "DELETE")
def manage_faults(request: HttpRequest, body: Body) -> Body:
    """List, add or remove faults; DELETE takes them all away, or the one of `?id=`."""
    if request.method == "DELETE":
        chosen = Fault.objects.filter(pk=_whole(request, "id")) if request.GET.get("id") else None
        (Fault.objects.all() if chosen is None else chosen).delete()
    if request.method == "POST":
        faults.add(body)
    return {"faults": [faults.as_json(fault) for fault in Fault.objects.all()]}


@json_address("GET", "DELETE")
def calls(request: HttpRequest, _body: Body) -> Body:
    """Return the log after `since_id`, of one `service` if named; DELETE empties it."""
    if request.method == "DELETE":
        Call.objects.all().delete()
        return {"calls": []}
    rows = Call.objects.filter(pk__gt=_whole(request, "since_id"))
    for name in ("service", "operation", "recipient"):
        if request.GET.get(name):
            rows = rows.filter(**{name: request.GET[name]})
    return {"calls": [_call(row) for row in rows[:MOST_CALLS]]}


@json_address("GET")
def counts(_request: HttpRequest, _body: Body) -> Body:
    """Return totals per service, operation and outcome."""
    totals: dict[str, dict[str, Counter[str]]] = {}
    for service, operation, status in Call.objects.values_list("service", "operation", "status"):
        outcome = "accepted" if status < ACCEPTED_BELOW else "refused"
        totals.setdefault(service, {}).setdefault(operation, Counter())[outcome] += 1
    sends = Call.objects.filter(service="graph", operation="send", status=200).exclude(text="")
    people = sends.values("recipient").distinct().count()
    return {"totals": totals, "accepted_sends": sends.count(), "people_answered": people}


@json_address("GET", "DELETE")
def mail(request: HttpRequest, _body: Body) -> Body:
    """Return the letters that arrived, newest first, those `?to=` if given; DELETE empties."""
    if request.method == "DELETE":
        Letter.objects.all().delete()
    rows = Letter.objects.all()
    if request.GET.get("to"):
        rows = rows.filter(receiver=request.GET["to"])
    return {"letters": [_letter(row) for row in rows[:MOST_CALLS]]}


def _letter(row: Letter) -> Body:
    names = ("receiver", "sender", "message_id", "subject", "text", "html")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}, "at": row.at.isoformat()}


def _call(row: Call) -> Body:
    names = ("service", "operation", "method", "path", "status", "fault", "body")
    more = ("recipient", "text", "external_id")
    fields = {name: getattr(row, name) for name in names + more}
    return {"id": row.pk, **fields, "at": row.at.isoformat()}


def _whole(request: HttpRequest, name: str) -> int:
    value = request.GET.get(name) or "0"
    if not value.isdigit():
        raise BadBodyError(f"{name} is a number")
    return int(value)


def number(value: Any) -> float:
    """Return `value` as a number; raises BadBodyError."""
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise BadBodyError(f"{value!r} is no number") from error
