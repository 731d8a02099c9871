"""`manage.py backup FILE`: a copy of the embedded SQLite database, while everything runs.

PostgreSQL has better tools of its own: docs/backups.md.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _


class Command(BaseCommand):
    """Copy the database of one moment, look whether the copy is whole, and give it its name."""

    help = "Writes a copy of the SQLite database into a new file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file that does not exist yet")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            refuse_others()
            size = copy(Path(connection.settings_dict["NAME"]), options["file"])
            self.stdout.write(_("Written: %(file)s, %(size)d bytes") % {**options, "size": size})


def refuse_others() -> None:
    """Raise CommandError for a database that has tools of its own."""
    if connection.vendor != "sqlite":
        raise CommandError(_("For PostgreSQL use pg_dump and pg_restore: docs/backups.md."))


def copy(source: Path, target: Path) -> int:
    """Copy a database that may be in use; return the copy's size. It is for its owner alone.

    Raises CommandError when the target exists, or the copy is not whole.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    if target.exists():
        raise CommandError(_("%s exists already.") % target)
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(draft)) as new:
            # In one step: between two, a write of somebody else has SQLite begin anew
            # (https://www.sqlite.org/backup.html). With a journal of writes it holds nobody up.
            old.backup(new)
            # One file, whatever the journal of the original.
            new.execute("PRAGMA journal_mode=DELETE")
        check(draft)
        draft.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise CommandError(str(error)) from error
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def check(file: Path) -> None:
    """Raise CommandError unless the file is a whole database of this product."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as found:
            told = found.execute("PRAGMA quick_check").fetchone()[0]
            found.execute("SELECT 1 FROM django_migrations LIMIT 1").fetchone()
    except sqlite3.Error as error:
        raise CommandError(f"{file}: {error}") from error
    if told != "ok":
        raise CommandError(f"{file}: {told}")
