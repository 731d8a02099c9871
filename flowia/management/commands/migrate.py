"""`manage.py migrate`: Django's, asked again where a table stayed locked for too long."""

import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError

LOCK_NOT_AVAILABLE = "55P03"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""
TRIES = 40
PAUSE_SECONDS = 5.0


class Command(migrate.Command):
    """Migrate; whoever waited behind a migration that gave up comes first, then it tries again.

    Raises CommandError once the table was locked at each try (some minutes in all): nothing of
    that migration is done, and what came before it is kept.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        """Run Django's command until no lock is in its way."""
        for tried in range(1, TRIES + 1):
            try:
                super().handle(*args, **options)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                    raise
                self.stderr.write(f"A table is locked: given up for now ({tried} of {TRIES}).")
            else:
                return
            time.sleep(PAUSE_SECONDS)
        raise CommandError(
            "The migration was undone: somebody holds a table for long. Look for old transactions"
            " (docs/upgrading.md), then migrate again."
        )
