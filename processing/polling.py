"""poll: a stream of an account is read; what it brought is received like a webhook call."""

from flowia.lib import clock
from processing.wakes import Wake
from social.turns import turn


def poll(poll_id: int) -> list[Wake]:
    """Take one turn of a stream; returns the stored pages that are to be received."""
    return [Wake("receive", event_id) for event_id in turn(poll_id, now=clock.now())]
