"""Beat's scheduler: the database's, with our defaults added and operators' changes kept."""

import os
import platform
import sys
import time
from datetime import timedelta
from typing import Any

import structlog
from django.db import close_old_connections
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler
from redis.exceptions import RedisError

from flowia.lib.redis import redis_client
from flowia.lib.refusals import refuse_wrong_settings
from flowia.watching import memory
from flowia.watching.tasks import ROUNDS
from processing import restored
from processing.dispatch import seconds_since_tick

log = structlog.get_logger("flowia.beat")
PUT_BACK_SECONDS = 1.0
IN_BEAT = {"processing.tasks.dispatch"}
"""Run by beat itself: what wakes the workers must not wait in a queue for a free one."""
BEHIND = timedelta(minutes=10)
"""Beat notes its rounds in the tables every three minutes, and in Redis every second: tables that
are further behind were put back from a backup."""
OLDER = (
    "The tables are {minutes} minutes older than Redis: a backup was put back. Beat does not start"
    " before `manage.py after_restore` was run, lest messages be sent twice (docs/backups.md)."
)


class KeepingScheduler(DatabaseScheduler):  # type: ignore[misc] # the library has no types
    """Add the entries of `CELERY_BEAT_SCHEDULE` that are missing; leave the others alone.

    The library's own scheduler writes the settings over the rows at every start, which would
    take back what an operator changed in the admin.
    """

    ahead: float | None = None
    """How many seconds the wall clock was before the one that only counts, at the last tick."""

    def tick(self, *args: Any, **named: Any) -> Any:
        """Do what is due; what a clock that was ahead left behind is due again first.

        The library takes a last run in the future for one that was, and keeps silent until then.
        """
        before, self.ahead = self.ahead, time.time() - time.monotonic()
        if before is None or self.ahead < before - PUT_BACK_SECONDS:
            self._forget_the_future()
        return super().tick(*args, **named)

    def _forget_the_future(self) -> None:
        now = timezone.now()
        for entry in self.schedule.values():
            if entry.last_run_at > now:
                log.warning("clock was ahead", entry=entry.name)
                entry.last_run_at = entry.model.last_run_at = now
        self._heap = None

    def setup_schedule(self) -> None:
        """Set up, unless the tables were put back and nobody held what may have left since.

        Nor with settings that are refused.
        """
        refuse_wrong_settings()
        refuse_older_tables()
        super().setup_schedule()

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
        began, outcome = time.perf_counter(), "ok"
        try:
            self.app.tasks[entry.task]()
        except Exception:
            outcome = "failed"
            log.exception("dispatch failed")
        ROUNDS.took(time.perf_counter() - began, outcome)
        memory.say(f"beat@{platform.node()}:{os.getpid()}")
        return None


def refuse_older_tables() -> None:
    """End the process when Redis tells of rounds that the tables know nothing of."""
    try:
        age = seconds_since_tick(redis_client())
    except RedisError:
        age = None
    behind = restored.behind(age)
    if behind > BEHIND:
        minutes = round(behind.total_seconds() / 60)
        log.error("tables older than redis", minutes=minutes)
        sys.exit(OLDER.format(minutes=minutes))
    restored.note_round()
