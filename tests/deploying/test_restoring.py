"""A copy that is put back takes the database's place at once, whole and held, or not at all."""

import errno
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from flowia.embedded import BASE_DIR
from flowia.management.commands.restore import switch
from flowia.run import lock
from tests import migrated
from tests.deploying.test_alone import needs_root
from tests.deploying.test_backup import words
from tests.stack import clean_environment, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
HELD = "SELECT count(*) FROM accounts_auditentry WHERE action = 'operator.backup_restored'"


def copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=WAL")


class Place:
    """A folder with a database that says `now`, and a copy beside it that says `before`."""

    def __init__(self, folder: Path, tables: Path) -> None:
        self.var, self.copy = folder / "var", folder / "copy.sqlite3"
        self.database = self.var / "flowia.sqlite3"
        self.environment = clean_environment({"FLOWIA_VAR": str(self.var)})
        (self.var / "run").mkdir(parents=True)
        copy(tables, self.database)
        self._say("CREATE TABLE told (word TEXT)", "INSERT INTO told VALUES ('before')")
        copy(self.database, self.copy)
        self._say("UPDATE told SET word = 'now'")

    def _say(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.database, isolation_level=None)) as writing:
            for one in statements:
                writing.execute(one)

    def begin(self, *options: str, **popen: Any) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "manage.py", "restore", str(self.copy), *options],
            cwd=BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **popen,
        )

    def restore(self, *options: str, **popen: Any) -> tuple[int, str]:
        """Return how `manage.py restore` ended, and what it said."""
        running = self.begin(*options, **popen)
        said, _nothing = running.communicate(timeout=120)
        return running.returncode, said

    @property
    def held(self) -> bool:
        with closing(sqlite3.connect(self.database)) as asked:
            return bool(asked.execute(HELD).fetchone()[0])

    @property
    def names(self) -> set[str]:
        return {path.name for path in self.var.iterdir() if "sqlite3" in path.name}

    @property
    def as_it_was(self) -> bool:
        return self.database.exists() and words(self.database) == ["now"] and not self.held


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database that was migrated, and has no rows."""
    var = tmp_path_factory.mktemp("tables")
    if not migrated.copy_to(var / "flowia.sqlite3"):
        migrated.migrate({"FLOWIA_VAR": str(var)})
    return var / "flowia.sqlite3"


@pytest.fixture
def place(tmp_path: Path, tables: Path) -> Place:
    return Place(tmp_path, tables)


def test_what_was_put_back_is_held_and_what_was_there_is_kept(place: Place) -> None:
    code, said = place.restore()

    assert code == 0, said
    assert (words(place.database), place.held) == (["before"], True)
    assert place.database.stat().st_mode & 0o777 == 0o600
    (kept,) = place.names - {"flowia.sqlite3"}
    assert kept in said
    assert words(place.var / kept) == ["now"]


@needs_root
def test_root_puts_it_back_for_whom_the_product_runs_as(place: Place) -> None:
    os.chown(place.database, 12_345, 12_345)

    code, said = place.restore()

    assert code == 0, said
    assert (place.database.stat().st_uid, place.database.stat().st_gid) == (12_345, 12_345)


@pytest.mark.parametrize("links", [True, False])
def test_a_switch_that_fails_leaves_every_name_as_it_was(
    place: Place, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    def refuse(*_names: object, **_more: object) -> None:
        raise OSError(errno.EPERM, "not here")

    draft, journal = place.var / "draft", place.var / "flowia.sqlite3-wal"
    copy(place.copy, draft)
    journal.write_bytes(b"of a damaged database")
    before = place.database.read_bytes()
    if not links:
        monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(Path, "replace", refuse)

    with pytest.raises(OSError, match="not here"):
        switch(draft, place.database, "mark")

    assert place.names == {"flowia.sqlite3", "flowia.sqlite3-wal"}
    assert journal.read_bytes() == b"of a damaged database"
    assert place.database.read_bytes() == before


@pytest.mark.parametrize(("place_of", "wrong"), [(18, b"\x09"), (44, b"\0\0\0\x09"), (100, b"\0")])
def test_a_header_that_is_damaged_is_no_reason_to_refuse(
    place: Place, place_of: int, wrong: bytes
) -> None:
    damaged = bytearray(place.database.read_bytes())
    damaged[place_of : place_of + len(wrong)] = wrong
    place.database.write_bytes(damaged)

    code, said = place.restore()

    assert code == 0, said
    assert (words(place.database), place.held) == (["before"], True)
    (kept,) = place.names - {"flowia.sqlite3"}
    assert (place.var / kept).read_bytes() == damaged


def test_a_folder_that_cannot_be_waited_for_is_no_failure(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_opened: int) -> None:
        raise OSError(errno.EINVAL, "not here")

    draft = place.var / "draft"
    copy(place.copy, draft)
    monkeypatch.setattr(os, "fsync", refuse)

    kept = switch(draft, place.database, "mark")

    assert kept is not None
    assert (words(place.database), words(kept)) == (["before"], ["now"])


def test_a_journal_that_cannot_be_brought_in_stops_it(place: Place) -> None:
    with closing(sqlite3.connect(place.database, isolation_level=None)) as writing:
        writing.execute("PRAGMA journal_mode=DELETE")
        (place.var / "flowia.sqlite3-wal").mkdir()
        header = bytearray(place.database.read_bytes())
    # A file that says that it has a journal beside it (bytes 18 and 19), which cannot be opened.
    header[18:20] = b"\x02\x02"
    place.database.write_bytes(header)

    code, said = place.restore()

    assert code == 1, said
    assert str(place.database) in said
    assert place.names == {"flowia.sqlite3", "flowia.sqlite3-wal"}


def test_a_disk_that_is_full_leaves_the_database_as_it_was(place: Place) -> None:
    room = place.copy.stat().st_size // 2

    code, said = place.restore(
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    )

    assert code == 1, said
    assert place.as_it_was, place.names
    assert place.names == {"flowia.sqlite3"}


def test_tables_that_cannot_be_brought_up_to_date_leave_the_database_as_it_was(
    place: Place,
) -> None:
    with closing(sqlite3.connect(place.copy, isolation_level=None)) as breaking:
        breaking.execute("DELETE FROM django_migrations WHERE app = 'accounts'")

    code, said = place.restore()

    assert code == 1, said
    assert place.as_it_was, place.names
    assert place.names == {"flowia.sqlite3"}


def test_options_that_cannot_be_read_change_nothing(place: Place, tmp_path: Path) -> None:
    for wrong in (["--until", "yesterday"], ["--erased", str(tmp_path / "no.log")]):
        assert place.restore(*wrong)[0] == 1
        assert place.as_it_was, place.names
    assert place.names == {"flowia.sqlite3"}


def tables_of(names: set[str], place: Place) -> bool:
    """Tell whether a file that was not there before has tables already."""
    return any((place.var / name).stat().st_size for name in names - {"flowia.sqlite3"})


@pytest.mark.parametrize("moment", [lambda names, _place: len(names) > 1, tables_of])
def test_whoever_kills_it_finds_the_old_database_or_a_held_one(
    place: Place, moment: Callable[[set[str], Place], bool]
) -> None:
    running = place.begin()
    wait_until(lambda: moment(place.names, place) or running.poll() is not None, 120)
    running.send_signal(signal.SIGKILL)
    running.communicate()

    assert running.returncode == -signal.SIGKILL
    assert place.as_it_was or place.held
    assert place.restore()[0] == 0
    assert (words(place.database), place.held) == (["before"], True)
    assert not [name for name in place.names if "restoring" in name]


@pytest.fixture
def web_alone(place: Place) -> Iterator[None]:
    """Let one process of a run live that neither beat nor a worker tells of."""
    held = lock.take(place.var)
    assert held is not None
    with held:
        yield


@pytest.mark.usefixtures("web_alone")
def test_a_run_of_which_only_one_process_lives_is_in_the_way(place: Place) -> None:
    code, said = place.restore()

    assert code == 1, said
    assert place.as_it_was


def test_whoever_has_the_database_open_is_in_the_way(place: Place) -> None:
    with closing(sqlite3.connect(place.database)) as reading:
        reading.execute("SELECT word FROM told").fetchone()
        code, said = place.restore()

    assert code == 1, said
    assert place.as_it_was


def test_nothing_starts_in_this_folder_meanwhile(place: Place) -> None:
    running = place.begin()
    wait_until(lambda: len(place.names) > 1 or running.poll() is not None, 120)
    running.send_signal(signal.SIGSTOP)
    try:
        taken = lock.take(place.var)
        assert taken is None
    finally:
        os.kill(running.pid, signal.SIGCONT)
        running.communicate(timeout=120)
    assert place.held
