"""Webhooks on request: again, twice, in another order, badly signed, or never true."""

import random
from typing import Any

from sandbox.stripe import clock, delivering, events
from sandbox.stripe.delivering import OLD_SECONDS, Endpoint
from sandbox.stripe.ids import new_id
from sandbox.stripe.models import Delivery, Event, Thing
from sandbox.stripe.showing import Json, shown
from sandbox.world.phone import CannotSayError

SIGNATURES = ("right", "wrong", "old", "missing", "garbage")
CHANGES = ("api_version", "livemode", "created", "id", "type", "account")


def post(body: Json) -> Json:
    """Post an event now, and return what the endpoints answered.

    `id` posts a known one again; else `type` with `object` (an object, or the id of one) and
    `previous_attributes` make one, which is kept unless `keep` is false. `times`, `signature`
    (right, wrong, old, missing, garbage), `endpoint`; `change` overwrites fields of the body
    (api_version, livemode, created …), `raw` is posted in its place. `post: false` only returns
    the body and the headers.
    """
    signature = str(body.get("signature") or "right")
    if signature not in SIGNATURES:
        raise CannotSayError(f"signature is one of {', '.join(SIGNATURES)}")
    event = _known(str(body["id"])) if body.get("id") else _made(body)
    answers: list[int] = []
    sent: list[Json] = []
    for where in _endpoints(str(body.get("endpoint") or "")):
        raw = _raw(event, where, body)
        at, header = _signed(raw, where, signature)
        sent.append({"url": where.url, "body": raw.decode(), "signature": header})
        if body.get("post") is False:
            continue
        times = max(1, int(body.get("times", 1)))
        answers += [_posted(event, where, raw, at, header) for _time in range(times)]
    return {"event": event.uid, "statuses": answers, "sent": sent}


def _known(uid: str) -> Event:
    event = Event.objects.filter(uid=uid).first()
    if event is None:
        raise CannotSayError("no event has this id")
    return event


def _made(body: Json) -> Event:
    """Make an event that Stripe's own doing did not bring about; it is not sent out by itself."""
    told: Any = body.get("object")
    if isinstance(told, str):
        thing = Thing.objects.filter(uid=told).first()
        if thing is None:
            raise CannotSayError("no object has this id")
        told = shown(thing)
    if not isinstance(told, dict) or not body.get("type"):
        raise CannotSayError("an event has a type and an object (an id, or the object itself)")
    data: Json = {"object": told}
    if "previous_attributes" in body:
        data["previous_attributes"] = body["previous_attributes"]
    event = Event(
        uid=new_id("evt"),
        type=str(body["type"]),
        created=clock.now(),
        about=str(told.get("id", "")),
        data=data,
        request=events.NOBODY,
    )
    if body.get("keep") is not False:
        event.save()
    return event


def _endpoints(uid: str) -> list[Endpoint]:
    if not uid:
        return delivering.endpoints()
    found = delivering.endpoint(uid)
    if found is None:
        raise CannotSayError("no endpoint has this id")
    return [found]


def _raw(event: Event, where: Endpoint, body: Json) -> bytes:
    if "raw" in body:
        return str(body["raw"]).encode()
    changes = dict(body.get("change") or {})
    if not changes.keys() <= set(CHANGES):
        raise CannotSayError(f"change is an object of {', '.join(CHANGES)}")
    version = str(changes.pop("api_version", where.api_version))
    return delivering.body_for(event, version, **changes)


def _signed(raw: bytes, where: Endpoint, signature: str) -> tuple[int, str]:
    at = delivering.real_now() - (OLD_SECONDS if signature == "old" else 0)
    if signature == "missing":
        return at, ""
    if signature == "garbage":
        return at, "nonsense"
    secret = "whsec_of_somebody_else" if signature == "wrong" else where.secret
    return at, delivering.signature(raw, secret, at)


def _posted(event: Event, where: Endpoint, raw: bytes, at: int, header: str) -> int:
    status = delivering.post(where, raw, at, header)
    if event.pk:
        good = delivering.taken(status)
        state = Delivery.State.DELIVERED if good else Delivery.State.FAILED
        Delivery.objects.create(
            event=event, endpoint=where.uid, state=state, attempts=1, status=status
        )
    return status


def release(body: Json) -> Json:
    """Post what is held back, one after the other, and return the statuses.

    `order`: kept (as it happened), reverse, shuffle, or a list of event ids, which alone are
    posted. `drop` and `repeat` are shares between 0 and 1 of those lost and those posted twice;
    `seed` makes the chances the same each time.
    """
    chance = random.Random(body.get("seed"))  # noqa: S311 - for tests, not for secrets
    rows = list(Delivery.objects.filter(state=Delivery.State.HELD).select_related("event"))
    order: Any = body.get("order", "kept")
    if isinstance(order, list):
        places = {uid: place for place, uid in enumerate(order)}
        rows = sorted(
            (row for row in rows if row.event.uid in places), key=lambda row: places[row.event.uid]
        )
    elif order == "shuffle":
        chance.shuffle(rows)
    elif order == "reverse":
        rows.reverse()
    elif order != "kept":
        raise CannotSayError("order is kept, reverse, shuffle or a list of ids")
    done = []
    for row in rows:
        if chance.random() < float(body.get("drop", 0)):
            Delivery.objects.filter(pk=row.pk).update(state=Delivery.State.FAILED)
            continue
        times = 2 if chance.random() < float(body.get("repeat", 0)) else 1
        for _time in range(times):
            status = delivering.attempt(row.pk, again=False)
            done.append({"event": row.event.uid, "type": row.event.type, "status": status})
    return {"posted": done}
