"""`manage.py restore FILE`: put a copy made by `manage.py backup` back; hold what may have left.

The copy is made ready beside the database and takes its place in one step, so that whoever ends it
finds the one or the other, whole. PostgreSQL has tools of its own: docs/backups.md.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from flowia.alone import give_to_owner, nothing_runs
from flowia.management.commands.after_restore import Asked, asked, hold
from flowia.management.commands.backup import check, refuse_others

MAGIC = b"SQLite format 3\0"
"""How each database begins (https://www.sqlite.org/fileformat.html)."""
JOURNALS = ("-wal", "-shm", "-journal")
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
"""What SQLite says of damage; of a header's unknown format, SQLITE_ERROR."""


class Command(BaseCommand):
    """Replace the SQLite database by a copy that was brought up to date and held before."""

    help = "Puts a copy of the SQLite database back; everything has to be stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")
        parser.add_argument("--until", default="", help="see after_restore")
        parser.add_argument("--erased", type=Path, help="see after_restore")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            refuse_others()
            here = Path(connection.settings_dict["NAME"]).resolve()
            connection.close()
            with nothing_runs():
                kept, told = put_back(options["file"], here, asked(options))
            if kept:
                self.stdout.write(_("What was there is kept: %s") % kept)
            self.stdout.write(told)


def put_back(source: Path, here: Path, what: Asked) -> tuple[Path | None, str]:
    """Replace the database `here` by the copy `source`; return what was kept, and what was held.

    Raises CommandError; then the database is what it was.
    """
    draft = here.with_name(f".{here.name}.restoring")
    try:
        check(source)
        settle_what_is_there(here)
        discard(draft)
        write(source, draft, like=here if here.exists() else here.parent)
        with at_work_on(draft):
            call_command("migrate", interactive=False, verbosity=0)
            told = hold(what)
        settle(draft)
        check(draft)
        settle_what_is_there(here)
        return switch(draft, here, f"{timezone.now():%Y%m%dT%H%M%SZ}"), told
    except (OSError, sqlite3.Error, Error) as error:
        raise CommandError(_("Nothing was changed: %s") % error) from error
    finally:
        discard(draft)


def write(source: Path, draft: Path, *, like: Path) -> None:
    """Write a copy of a database into a new file, for the owner of `like` alone."""
    made = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        give_to_owner(made, like=like)
    finally:
        os.close(made)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(draft)) as new:
        old.backup(new)


@contextmanager
def at_work_on(file: Path) -> Iterator[None]:
    """Let the product's connection lead to another file meanwhile."""
    named = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = str(file)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = named


def settle_what_is_there(here: Path) -> None:
    """Settle the database that is to be replaced; raises CommandError that names the way out."""
    try:
        settle(here)
    except (OSError, sqlite3.Error) as error:
        told = {"error": error, "file": here}
        raise CommandError(
            _(
                "Nothing was changed: %(error)s. If %(file)s is lost, move it and its -wal file"
                " away, and try again."
            )
            % told
        ) from error


def settle(file: Path) -> None:
    """Bring what stands in a database's journal into the file itself.

    Raises CommandError while anybody has it open. What is no database any more, or has a header
    that SQLite refuses, is left as it is.
    """
    if not is_database(file):
        return
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True)) as alone:
            alone.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.Error as error:
        code = error.sqlite_errorcode & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise CommandError(_("%s is in use: stop every process first.") % file) from error
        if code not in DAMAGED and not (code == sqlite3.SQLITE_READONLY and writable(file)):
            raise


def writable(file: Path) -> bool:
    """Tell whether it is the file itself that says that it may only be read."""
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)


def is_database(file: Path) -> bool:
    """Tell whether a file is there and begins as a database does."""
    if not file.exists():
        return False
    with file.open("rb") as opened:
        return opened.read(len(MAGIC)) == MAGIC


def switch(draft: Path, here: Path, mark: str) -> Path | None:
    """Give a settled database the name of the one that is there, and that one another.

    Returns the other name, None where nothing was. At each moment the name has a whole database,
    where there was one.
    """
    kept = here.with_name(f"{here.name}.{mark}")
    there = here.exists()
    if there:
        name_twice(here, kept)
    moved: list[tuple[Path, Path]] = []
    try:
        # Left behind, the journal of a damaged or lost database would be taken for the copy's.
        for end in JOURNALS:
            part, other = (file.with_name(f"{file.name}{end}") for file in (here, kept))
            if part.exists():
                part.rename(other)
                moved.append((part, other))
        draft.replace(here)
    except OSError:
        for part, other in moved:
            other.rename(part)
        if there and here.exists():
            kept.unlink()
        elif there:
            kept.rename(here)
        raise
    keep_names(here.parent)
    return kept if there else None


def name_twice(here: Path, kept: Path) -> None:
    """Give a file a second name; its only one, where the file system knows no second names."""
    try:
        os.link(here, kept)
    except FileExistsError:
        raise
    except OSError:
        here.rename(kept)


def keep_names(folder: Path) -> None:
    """Wait until the disk has the names of a folder's files, where its file system lets us."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def discard(draft: Path) -> None:
    """Remove a draft, and what belongs to it."""
    for end in ("", *JOURNALS):
        draft.with_name(f"{draft.name}{end}").unlink(missing_ok=True)
