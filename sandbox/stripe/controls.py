"""The Stripe stand-in's own JSON addresses: press buttons, move the clock, provoke, look.

They take `application/json` only, so that no other site's form can reach them from a browser.
"""

import time
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from sandbox.controls import BadBodyError, json_address, number
from sandbox.standins.front import RefusedError
from sandbox.stripe import acting, advancing, clock, delivering, forging, options
from sandbox.stripe.models import Delivery, Event, Key, Option, Thing
from sandbox.stripe.showing import shown

Body = dict[str, Any]
LONGEST_WAIT, USUAL_WAIT = 30, 10
MOST_ROWS = 5000


@json_address("GET", "POST")
def move_clock(request: HttpRequest, body: Body) -> Body:
    """Read the clock, or move it ahead: `days`, `seconds` or `to`; `wait` for the deliveries."""
    if request.method == "GET":
        return _time()
    happened = advancing.advance(_target(body))
    if body.get("wait"):
        wait_for_deliveries(USUAL_WAIT if body["wait"] is True else number(body["wait"]))
    return {**_time(), "happened": happened}


def _time() -> Body:
    at = clock.now()
    shown_at = datetime.fromtimestamp(at).astimezone().isoformat()
    return {"now": at, "iso": shown_at, "offset": clock.offset()}


def _target(body: Body) -> int:
    at = clock.now()
    if body.get("to") == "period_end":
        return acting.next_period_end(str(body.get("customer") or ""))
    if "to" in body:
        to = int(number(body["to"]))
    else:
        to = at + int(number(body.get("days", 0)) * clock.DAY + number(body.get("seconds", 0)))
    if to < at:
        raise BadBodyError("the clock does not go back; POST /stripe/reset puts it back")
    return to


def wait_for_deliveries(seconds: float) -> bool:
    """Wait until every delivery was tried at least once; whether they were in time."""
    ends = time.monotonic() + min(seconds, LONGEST_WAIT)
    rows = Delivery.objects.filter(state=Delivery.State.WAITING, attempts=0)
    while rows.exists():
        if time.monotonic() > ends:
            return False
        time.sleep(0.01)
    return True


@json_address("GET", "POST", "DELETE")
def change_options(request: HttpRequest, body: Body) -> Body:
    """Read or change how Stripe behaves; DELETE puts every option back."""
    if request.method == "DELETE":
        options.reset()
    options.change(body)
    return options.every()


@json_address("POST")
def pay(_request: HttpRequest, body: Body) -> Body:
    """Press a page's button: `session` or `invoice`, and the `outcome`."""
    return _done(acting.pay, body)


@json_address("POST")
def portal(_request: HttpRequest, body: Body) -> Body:
    """Do what the portal's page does: `customer`, `action` and what it needs."""
    return _done(acting.portal, body)


@json_address("POST")
def customer(_request: HttpRequest, body: Body) -> Body:
    """Do what the dashboard does: `customer` and `action` (delete, next_payment)."""
    return _done(acting.dashboard, body)


def _done(act: Any, body: Body) -> Body:
    try:
        with advancing.acting():
            done: Body = act(body)
    except RefusedError as refused:
        raise BadBodyError(refused.answer.body["error"]["message"]) from refused
    return done


@json_address("POST")
def event(_request: HttpRequest, body: Body) -> Body:
    """Post an event again, or one of one's own making: see `forging.post`."""
    return forging.post(body)


@json_address("GET")
def events(request: HttpRequest, _body: Body) -> Body:
    """Return every event as it would be posted, oldest first, those `?since=` an id if given."""
    rows = Event.objects.order_by("pk")
    since = Event.objects.filter(uid=request.GET.get("since", "")).first()
    if since:
        rows = rows.filter(pk__gt=since.pk)
    return {"events": [delivering.body_of(row) for row in rows[:MOST_ROWS]]}


@json_address("GET", "POST")
def release(request: HttpRequest, body: Body) -> Body:
    """List the held deliveries, or post them now: see `forging.release`."""
    if request.method == "POST":
        return forging.release(body)
    rows = Delivery.objects.filter(state=Delivery.State.HELD).select_related("event")
    return {"held": [{"event": row.event.uid, "type": row.event.type} for row in rows]}


@json_address("GET")
def deliveries(request: HttpRequest, _body: Body) -> Body:
    """Return the log of deliveries, oldest first; `?wait=` seconds for those under way."""
    if request.GET.get("wait"):
        wait_for_deliveries(number(request.GET["wait"]))
    rows = Delivery.objects.select_related("event").order_by("-pk")[:MOST_ROWS]
    return {
        "deliveries": [
            {
                "event": row.event.uid,
                "type": row.event.type,
                "endpoint": row.endpoint,
                "state": row.state,
                "attempts": row.attempts,
                "status": row.status,
            }
            for row in reversed(rows)
        ]
    }


@json_address("GET")
def state(request: HttpRequest, _body: Body) -> Body:
    """Return every object by kind, of `?customer=` if given, with what Stripe hides."""
    rows = Thing.objects.order_by("pk")
    if request.GET.get("customer"):
        rows = rows.filter(customer=request.GET["customer"])
    found: dict[str, list[Body]] = {}
    for row in rows[:MOST_ROWS]:
        hidden = {name: one for name, one in row.hidden.items() if name != "secret"}
        found.setdefault(row.kind, []).append({**shown(row), "due": row.due, "hidden": hidden})
    return {"objects": found, "clock": _time(), "options": options.every()}


@json_address("POST")
def reset(_request: HttpRequest, _body: Body) -> Body:
    """Forget everything: objects, events, keys, options; the clock is the real one again."""
    with transaction.atomic():
        for table in (Delivery, Event, Thing, Key, Option):
            table.objects.all().delete()
    return _time()
