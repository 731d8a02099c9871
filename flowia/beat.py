"""Celery's beat, but for what it does when it is told to stop.

Its own handler writes the schedule at once, in the middle of whatever beat does: where that is a
question to the database, the connection waits for itself, for ever.
"""

from typing import Any

from celery.apps import beat

from flowia import stopping


class Beat(beat.Beat):
    """What `celery beat` starts."""

    def install_sync_handler(self, service: Any) -> None:
        """Have beat end after its round instead of within it."""
        stopping.end_after_the_round(service)
