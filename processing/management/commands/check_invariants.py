"""`manage.py check_invariants [--hours N] [--rested S]`: does everything hold that must?

Exit code 1 when not. It reads, and writes nothing; beat has it done every hour.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from flowia.lib import clock
from processing.invariants import BACK, INVARIANTS, PATIENCE, note

HOURS = round(BACK.total_seconds() / 3600)


class Command(BaseCommand):
    """Ask every invariant of the rows of the last hours."""

    help = "Tells which of the product's invariants do not hold; exit code 1 when one does not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--hours", type=int, default=HOURS, help="rows of so many hours (48 unless told)"
        )
        parser.add_argument(
            "--rested",
            type=int,
            default=int(PATIENCE.total_seconds()),
            help="rows younger than so many seconds may be on their way (600 unless told)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            self._check(timedelta(hours=options["hours"]), timedelta(seconds=options["rested"]))

    def _check(self, back: timedelta, patience: timedelta) -> None:
        found = note(now=clock.now(), back=back, patience=patience)
        for one in found:
            self.stdout.write(f"{one.code} {one.says} ✗ {one.number}: {', '.join(one.examples)}")
        if found:
            raise CommandError(_("%d of the invariants do not hold.") % len(found))
        self.stdout.write(_("All invariants hold: %d") % (len(INVARIANTS) + 1))
