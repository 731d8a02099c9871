"""`manage.py digest_ledger`: the whole ledger into the figures, for the first run over an old one.

It may be stopped and started again at any moment, while everything else runs.
"""

import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _
from tqdm import tqdm

from processing import figures

BATCH = 2000
SECONDS_BETWEEN_LINES = 5


class Command(BaseCommand):
    """Count every row of the ledger that is not counted yet."""

    help = "Adds the ledger's uncounted rows to the figures by day."

    def handle(self, *args: Any, **options: Any) -> None:
        # A command run by Django speaks the settings' language only when it is switched on.
        with translation.override(settings.LANGUAGE_CODE):
            done = self._count(figures.uncounted())
            self.stdout.write(_("Rows of the ledger counted: %d") % done)

    def _count(self, total: int) -> int:
        """Show how far it is: a bar for people, now and then a line for a log."""
        done, told = 0, time.monotonic()
        with tqdm(total=total, unit="", file=sys.stderr, disable=not sys.stderr.isatty()) as bar:
            while taken := figures.digest(batches=1, batch=BATCH):
                done += taken
                bar.update(taken)
                if bar.disable and time.monotonic() - told >= SECONDS_BETWEEN_LINES:
                    told = time.monotonic()
                    self.stderr.write(f"{done} / {total}")
        return done
