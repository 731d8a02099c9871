"""The clock moved ahead: everything that falls due in between happens, one after the other."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction

from sandbox.stripe import checking_out, clock, collecting, lifecycle
from sandbox.stripe.models import Thing

STEPS: dict[str, Callable[[Thing], None]] = {
    "subscription": lifecycle.fall_due,
    "invoice": collecting.fall_due,
    "checkout.session": checking_out.expire,
}
_turn = threading.RLock()


@contextmanager
def acting() -> Iterator[None]:
    """Let what fell due happen first; then all that is done inside happens, or nothing."""
    with clock.standing_at(catch_up()), transaction.atomic():
        yield


def catch_up() -> int:
    """Let happen what fell due while nobody looked; returns the moment that it is.

    While somebody else does so nobody waits: a call in the middle of a year sees its middle.
    """
    at = clock.now()
    if Thing.objects.filter(due__lte=at).exists() and _turn.acquire(blocking=False):
        try:
            _until(at)
        finally:
            _turn.release()
    return at


def advance(to: int) -> int:
    """Move the clock ahead to `to`; returns how many things happened on the way.

    The clock stands at each moment while its things happen, also for whoever asks meanwhile.
    """
    with _turn:
        happened = _until(to, moves=True)
        clock.move_to(to)
    return happened


def _until(to: int, *, moves: bool = False) -> int:
    happened = 0
    while True:
        thing = Thing.objects.filter(due__lte=to).order_by("due", "pk").first()
        if thing is None or thing.due is None:
            return happened
        moment = thing.due
        if moves:
            clock.move_to(max(moment, clock.now()))
        with clock.standing_at(moment), transaction.atomic():
            _step(thing.pk, moment)
        happened += 1


def _step(pk: int, moment: int) -> None:
    thing = Thing.objects.filter(pk=pk, due=moment).first()
    if thing is None:
        return
    STEPS[thing.kind](thing)
    # Whatever it was, it is not due at this moment any more; a loop would never end.
    Thing.objects.filter(pk=pk, due=moment).update(due=None)
