"""Objects kept, changed and found; each change is told by an event."""

from typing import Any

from sandbox.stripe import clock, dues, events
from sandbox.stripe.errors import no_such
from sandbox.stripe.ids import new_id
from sandbox.stripe.models import Thing
from sandbox.stripe.showing import Json, difference, shown

PREFIXES = {
    "billing_portal.configuration": "bpc",
    "billing_portal.session": "bps",
    "checkout.session": "cs_test",
    "customer": "cus",
    "invoice": "in",
    "payment_intent": "pi",
    "payment_method": "pm",
    "price": "price",
    "product": "prod",
    "subscription": "sub",
    "webhook_endpoint": "we",
}
EVENTS = {"subscription": "customer.subscription"}
SILENT = frozenset({"checkout.session", "payment_intent", "payment_method", "webhook_endpoint"})
"""Kinds whose making and changing nobody is told of; what happens to them is told by name."""


def keep(kind: str, data: Json, *, uid: str = "", hidden: Json | None = None) -> Thing:
    """Keep a new object and tell of it; `data` is its fields but those every object has."""
    uid = uid or new_id(PREFIXES[kind])
    base: Json = {"id": uid, "object": kind, "created": clock.now(), "livemode": False}
    thing = Thing(uid=uid, kind=kind, created=base["created"], hidden=hidden or {})
    thing.data = {**base, **data}
    _fit(thing)
    thing.save(force_insert=True)
    if kind not in SILENT:
        events.emit(f"{EVENTS.get(kind, kind)}.created", thing)
    return thing


def change(thing: Thing, *, hidden: Json | None = None, tell: str = "updated", **new: Any) -> bool:
    """Change fields, and tell it if anything visible did; whether it did.

    `hidden` is merged into what is not shown; `tell` ends the event's name, empty tells nothing.
    """
    before = shown(thing)
    thing.data = {**thing.data, **new}
    thing.hidden = {**thing.hidden, **(hidden or {})}
    _fit(thing)
    thing.save()
    previous = difference(before, shown(thing))
    if previous and tell and thing.kind not in SILENT:
        events.emit(f"{EVENTS.get(thing.kind, thing.kind)}.{tell}", thing, previous)
    return bool(previous)


def _fit(thing: Thing) -> None:
    data = thing.data
    thing.customer = str(data.get("customer") or "")
    thing.subscription = str(data.get("subscription") or _parent(data))
    thing.status = str(data.get("status") or "")
    thing.due = dues.due_of(thing.kind, data, thing.hidden)


def _parent(data: Json) -> str:
    details = (data.get("parent") or {}).get("subscription_details") or {}
    return str(details.get("subscription") or "")


def find(kind: str, uid: str, param: str = "id") -> Thing:
    """Return the object, a deleted one too when its own address is asked; refuses an unknown id."""
    found = Thing.objects.filter(kind=kind, uid=uid).first()
    if found is None or (found.deleted and param != "id"):
        raise no_such(kind.rpartition(".")[2], uid, param)
    return found


def alive(kind: str, uid: str) -> Thing:
    """Return the object that the address names; refuses one that is gone as well."""
    found = find(kind, uid)
    if found.deleted:
        raise no_such(kind.rpartition(".")[2], uid)
    return found


def again(thing: Thing) -> Thing:
    """Return the object as it is now."""
    return Thing.objects.get(pk=thing.pk)
