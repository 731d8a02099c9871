"""`manage.py rotate_encryption`: every stored secret under the first key of ENCRYPTION_KEY.

It may be stopped and started again at any moment, while everything else runs. Exit code 1 when a
secret cannot be read.
"""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _
from tqdm import tqdm

from accounts import audit
from flowia.lib.crypto import current_head, key_id_of
from flowia.lib.rotation import UNKNOWN, Tally, rotate, rows_by_key, waiting

SECONDS_BETWEEN_LINES = 5


class Command(BaseCommand):
    """Encrypt again what an older key holds, and say which keys are still needed."""

    help = "Encrypts all stored credentials again with the first key of ENCRYPTION_KEY."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, but write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        # A command run by Django speaks the settings' language only when it is switched on.
        with translation.override(settings.LANGUAGE_CODE):
            self._rotate(write=not options["dry_run"])

    def _rotate(self, *, write: bool) -> None:
        tally, total = Tally(), waiting()
        if write and total:
            # Before the work, which may be stopped and taken up again.
            key = key_id_of(current_head())
            audit.record("encryption.rotated", by=audit.SYSTEM, data={"key": key, "rows": total})
        for _step in self._watched(rotate(tally, write=write), total=total):
            pass
        self._say(tally, write=write)
        self._say_keys()
        if tally.unreadable:
            raise CommandError(_("What is named above needs a missing key, or a new connection."))

    def _watched(self, steps: Iterable[None], *, total: int) -> Iterator[None]:
        """Show how far it is: a bar for people, now and then a line for a log."""
        if sys.stderr.isatty():
            yield from tqdm(steps, total=total, unit="", file=sys.stderr)
            return
        told = time.monotonic()
        for number, step in enumerate(steps, start=1):
            yield step
            if time.monotonic() - told >= SECONDS_BETWEEN_LINES:
                told = time.monotonic()
                self.stderr.write(f"{number} / {total}")

    def _say(self, tally: Tally, *, write: bool) -> None:
        words = _("Encrypted again: %d") if write else _("Would be encrypted again: %d")
        self.stdout.write(words % tally.reencrypted)
        self.stdout.write(_("Left as they are: %d") % tally.skipped)
        self.stdout.write(_("Unreadable: %d") % len(tally.unreadable))
        for name in tally.unreadable:
            self.stdout.write(f"  {name}")

    def _say_keys(self) -> None:
        """Say what an operator needs to know before a key is removed."""
        first = key_id_of(current_head())
        needed = rows_by_key()
        words = _("Secrets under the first key (%(key)s): %(count)d")
        self.stdout.write(words % {"key": first, "count": needed.pop(first, 0)})
        for key_id, count in sorted(needed.items()):
            name = _("no known key") if key_id == UNKNOWN else key_id
            words = _("Secrets that still need %(key)s: %(count)d")
            self.stdout.write(words % {"key": name, "count": count})
        if not needed:
            self.stdout.write(_("No other key is needed by any secret."))
