"""`manage.py restore FILE`: put a copy made by `manage.py backup` back; hold what may have left.

What was there before is kept beside it. PostgreSQL has tools of its own: docs/backups.md.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from processing.management.commands.after_restore import refuse_while_it_runs
from processing.management.commands.backup import check, refuse_others


class Command(BaseCommand):
    """Replace the SQLite database by a copy, bring its tables up to date, run `after_restore`."""

    help = "Puts a copy of the SQLite database back; everything has to be stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")
        parser.add_argument("--until", default="", help="see after_restore")
        parser.add_argument("--erased", type=Path, help="see after_restore")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            refuse_others()
            refuse_while_it_runs()
            check(options["file"])
            here = Path(connection.settings_dict["NAME"])
            connection.close()
            kept = put_aside(here, f"{timezone.now():%Y%m%dT%H%M%SZ}")
            if kept:
                self.stdout.write(_("What was there is kept: %s") % kept)
            put_back(options["file"], here)
            call_command("migrate", interactive=False, verbosity=0)
            call_command("after_restore", until=options["until"], erased=options["erased"])


def put_aside(here: Path, mark: str) -> Path | None:
    """Give the database that is there, whole or not, another name; return it, None for none."""
    if not here.exists():
        return None
    kept = here.with_name(f"{here.name}.{mark}")
    # Its journal belongs to it: left behind, it would be taken for the copy's.
    for end in ("-wal", "-shm", ""):
        part = here.with_name(f"{here.name}{end}")
        if part.exists():
            part.rename(kept.with_name(f"{kept.name}{end}"))
    return kept


def put_back(source: Path, here: Path) -> None:
    """Write the copy to where the database was; raises CommandError."""
    try:
        os.close(os.open(here, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(here)) as new:
            old.backup(new)
    except (OSError, sqlite3.Error) as error:
        raise CommandError(str(error)) from error
