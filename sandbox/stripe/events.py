"""Events: what happened to which object, kept for thirty days and put on its way."""

from contextvars import ContextVar

from sandbox.stripe import clock, delivering
from sandbox.stripe.ids import new_id
from sandbox.stripe.models import Event, Thing
from sandbox.stripe.showing import Json, shown

KEPT_DAYS = 30
NOBODY: Json = {"id": None, "idempotency_key": None}
caller: ContextVar[Json] = ContextVar("caller", default=NOBODY)
"""The call of the API that is being answered: what it changes is told with its id."""


def emit(type_: str, thing: Thing, previous: Json | None = None) -> Event:
    """Keep that `type_` happened to the object as it is now, and send it out after the commit."""
    data: Json = {"object": whole(thing)}
    if previous is not None:
        data["previous_attributes"] = previous
    return keep(type_, data, about=thing.uid, request=caller.get())


def whole(thing: Thing) -> Json:
    """Return the object for an event: a deleted one is told with all it was."""
    was = thing.deleted
    thing.deleted = False
    try:
        return shown(thing)
    finally:
        thing.deleted = was


def keep(
    type_: str, data: Json, *, about: str = "", request: Json = NOBODY, uid: str = ""
) -> Event:
    """Keep an event and send it out."""
    event = Event.objects.create(
        uid=uid or new_id("evt"),
        type=type_,
        created=clock.now(),
        about=about,
        data=data,
        request=request,
    )
    delivering.send(event)
    return event
