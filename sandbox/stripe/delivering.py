"""Webhooks: which endpoint hears of what, the signature, the tries and their log.

Stripe, "Webhooks": delivered at least once and in no order; in a sandbox three tries, then never.
A redirect is a failure. The signature's time is the real clock's.
"""

import hashlib
import hmac
import json
import random
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import requests
from django.db import transaction

from sandbox import settings
from sandbox.stripe import options
from sandbox.stripe.models import Delivery, Event, Thing
from sandbox.world import courier

DEFAULT = "default"
PATH = "/billing/webhook"
API_VERSION = "2026-10-28.endive"
OLD_SECONDS = 301
Json = dict[str, Any]


@dataclass(frozen=True)
class Endpoint:
    """Where events are posted; `events` are the types it hears of, "*" all of them."""

    uid: str
    url: str
    secret: str
    api_version: str
    events: tuple[str, ...]

    def hears(self, type_: str) -> bool:
        """Tell whether it was made for events of this type."""
        return "*" in self.events or type_ in self.events


def default_endpoint() -> Endpoint:
    """Return the one of the environment, as if it had been typed into Stripe's own pages."""
    url, secret = settings.PUBLIC_URL + PATH, settings.STRIPE_WEBHOOK_SECRET
    return Endpoint(DEFAULT, url, secret, API_VERSION, ("*",))


def endpoints() -> list[Endpoint]:
    """Return those that hear: the ones the API made, else the default one."""
    made = list(Thing.objects.filter(kind="webhook_endpoint", deleted=False).order_by("id"))
    if not made:
        return [default_endpoint()]
    return [_endpoint(one) for one in made if one.data["status"] == "enabled"]


def endpoint(uid: str) -> Endpoint | None:
    """Return the endpoint of a delivery; None when it was deleted since."""
    if uid == DEFAULT:
        return default_endpoint()
    made = Thing.objects.filter(kind="webhook_endpoint", uid=uid, deleted=False).first()
    return _endpoint(made) if made else None


def _endpoint(row: Thing) -> Endpoint:
    data = row.data
    version = data["api_version"] or API_VERSION
    events = tuple(data["enabled_events"])
    return Endpoint(row.uid, data["url"], row.hidden["secret"], version, events)


def send(event: Event) -> None:
    """Put the event on its way to everyone that hears of it, once the transaction is through."""
    told = options.every()
    for one in endpoints():
        if one.hears(event.type):
            for _time in range(2 if told["twice"] else 1):
                _put(event, one.uid, told)


def _put(event: Event, uid: str, told: Json) -> None:
    states = {"hold": Delivery.State.HELD, "off": Delivery.State.FAILED}
    state = states.get(told["webhooks"], Delivery.State.WAITING)
    row = Delivery.objects.create(event=event, endpoint=uid, state=state)
    if told["lose_every"] and row.pk % told["lose_every"] == 0:
        Delivery.objects.filter(pk=row.pk).update(state=Delivery.State.FAILED)
    elif state == Delivery.State.WAITING:
        wait = random.uniform(0, told["shuffle_seconds"]) if told["shuffle"] else 0.0  # noqa: S311
        transaction.on_commit(partial(courier.later, wait, partial(_attempt, row.pk)))


def _attempt(delivery_id: int) -> None:
    attempt(delivery_id)


def attempt(delivery_id: int, *, again: bool = True) -> int | None:
    """Post a delivery once; it is tried `again` later when it was not taken. Its status, if any."""
    row = Delivery.objects.select_related("event").filter(pk=delivery_id).first()
    where = endpoint(row.endpoint) if row else None
    if row is None or where is None:
        Delivery.objects.filter(pk=delivery_id).update(state=Delivery.State.FAILED)
        return None
    status = post(where, body_for(row.event, where.api_version), real_now())
    row.attempts, row.status = row.attempts + 1, status
    told = options.every()
    left = again and row.attempts < told["deliveries"]
    row.state = Delivery.State.WAITING if left else Delivery.State.FAILED
    if taken(status):
        row.state = Delivery.State.DELIVERED
    Delivery.objects.filter(pk=row.pk).update(attempts=row.attempts, status=status, state=row.state)
    if row.state == Delivery.State.WAITING:
        wait = told["retry_seconds"] * 3 ** (row.attempts - 1)
        courier.later(wait, partial(_attempt, row.pk))
    return status


def taken(status: int | None) -> bool:
    """Tell whether the answer means that the event arrived."""
    return status is not None and 200 <= status < 300  # noqa: PLR2004 - the class of 2xx


def body_of(event: Event, *, api_version: str = API_VERSION, **changes: Any) -> Json:
    """Return the event as the API and the webhooks tell it."""
    waiting = (Delivery.State.WAITING, Delivery.State.HELD)
    rows = Delivery.objects.filter(event_id=event.pk, state__in=waiting)
    return {
        "id": event.uid,
        "object": "event",
        "api_version": api_version,
        "created": event.created,
        "data": event.data,
        "livemode": False,
        "pending_webhooks": rows.count(),
        "request": event.request,
        "type": event.type,
        **changes,
    }


def body_for(event: Event, api_version: str, **changes: Any) -> bytes:
    """Return the bytes that are posted and signed."""
    return json.dumps(body_of(event, api_version=api_version, **changes), indent=2).encode()


def real_now() -> int:
    """Return the real time, which signatures carry."""
    return int(time.time())


def signature(body: bytes, secret: str, at: int) -> str:
    """Return the Stripe-Signature header of a body signed at the moment `at`."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={signed.hexdigest()}"


def post(where: Endpoint, body: bytes, at: int, header: str | None = None) -> int:
    """Post a body to an endpoint; the answer's status, 0 when none came.

    `header` takes the signature's place; an empty one leaves it out.
    """
    signed = signature(body, where.secret, at) if header is None else header
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (stand-in)",
        **({"Stripe-Signature": signed} if signed else {}),
    }
    try:
        answer = requests.post(
            where.url,
            data=body,
            headers=headers,
            timeout=courier.TIMEOUT_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException:
        return courier.UNREACHABLE
    return answer.status_code
