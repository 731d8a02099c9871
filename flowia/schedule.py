"""Beat's scheduler: the database's, with our defaults added and operators' changes kept."""

from typing import Any

import structlog
from django.db import close_old_connections
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

log = structlog.get_logger("flowia.beat")
IN_BEAT = {"processing.tasks.dispatch"}
"""Run by beat itself: what wakes the workers must not wait in a queue for a free one."""


class KeepingScheduler(DatabaseScheduler):  # type: ignore[misc] # the library has no types
    """Add the entries of `CELERY_BEAT_SCHEDULE` that are missing; leave the others alone.

    The library's own scheduler writes the settings over the rows at every start, which would
    take back what an operator changed in the admin.
    """

    def update_from_dict(self, mapping: dict[str, Any]) -> None:
        """Create the rows whose names are new."""
        known = set(PeriodicTask.objects.values_list("name", flat=True))
        super().update_from_dict({name: e for name, e in mapping.items() if name not in known})

    def apply_async(
        self, entry: Any, producer: Any = None, advance: bool = True, **rest: Any
    ) -> Any:
        """Run the dispatcher here and publish everything else; a failure is logged, not fatal."""
        if entry.task not in IN_BEAT:
            return super().apply_async(entry, producer=producer, advance=advance, **rest)
        if advance:
            self.reserve(entry)
        close_old_connections()
        try:
            self.app.tasks[entry.task]()
        except Exception:
            log.exception("dispatch failed")
        return None
