"""Every other event that Meta sends: named ones and ready ones, and the calls that tell them."""

from dataclasses import replace
from typing import Any

from sandbox.world import courier, hooks, meta, phone
from sandbox.world.event_kinds import KINDS, Event
from sandbox.world.meta import Account, Row

PLACES = ("messaging", "standby", "changes")


def made(asked: Row) -> list[Event]:
    """Return the events that `asked` describes: a `kind`, or ready items; raises CannotSayError."""
    account = phone.account_named(str(asked.get("account", "messenger")))
    if isinstance(asked.get("entry"), list):
        return [Event(account, "", {}, entry=dict(entry)) for entry in asked["entry"]]
    contact = str(asked.get("contact") or "") or meta.new_contact(account)
    ready = [
        Event(account, "", _completed(account, contact, item, place), place)
        for place in PLACES
        for item in asked.get(place) or []
    ]
    if ready:
        return ready
    kind = str(asked.get("kind") or "")
    if kind not in KINDS:
        raise phone.CannotSayError(f"kind is one of {', '.join(sorted(KINDS))}")
    event = KINDS[kind](account, contact, asked)
    if asked.get("timestamp") and "timestamp" in event.item:
        return [replace(event, item={**event.item, "timestamp": asked["timestamp"]})]
    return [event]


def tell(told: list[Event], *, secret: str = "", times: int = 1) -> list[int]:
    """Post the events, those of one object and secret in one call; return each call's status."""
    calls: dict[tuple[str, str], list[Event]] = {}
    for one in told:
        signed = secret or hooks.secret_of(one.account)
        calls.setdefault((one.account.object, signed), []).append(one)
    statuses = []
    for (kind, signed), together in calls.items():
        hook = hooks.Hook(meta.document(kind, *(one.as_entry for one in together)), signed)
        statuses += [courier.post(hook) for _time in range(times)]
        for one in together:
            _note(one, statuses[-1])
    return statuses


def wanted(one: Event) -> bool:
    """Tell whether the product is subscribed to it; what is untold is noted as held back."""
    heard = not one.field or hooks.wanted(one.account, one.field)
    if not heard:
        _note(one, courier.HELD)
    return heard


def _note(one: Event, status: int) -> None:
    if one.message:
        phone.note(one.message, status)


def _completed(account: Account, contact: str, item: Any, place: str) -> Row:
    if not isinstance(item, dict):
        raise phone.CannotSayError("an item is an object")
    return item if place == "changes" else {**meta.heard(account, contact), **item}
