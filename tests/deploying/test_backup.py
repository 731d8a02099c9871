"""A copy of the SQLite database, made while it is written, and put back."""

import errno
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from django.core.management import CommandError

from flowia.management.commands import backup, restore


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    """Return a database whose last words stand in its journal alone."""
    path = tmp_path / "flowia.sqlite3"
    with closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE django_migrations (id INTEGER)")
        made.execute("CREATE TABLE told (word TEXT)")
    return path


def words(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as asked:
        return [word for (word,) in asked.execute("SELECT word FROM told ORDER BY rowid")]


def test_a_copy_holds_what_only_the_journal_holds(busy: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(busy, isolation_level=None)) as writing:
        writing.execute("INSERT INTO told VALUES ('late')")
        assert busy.with_name("flowia.sqlite3-wal").stat().st_size
        size = backup.copy(busy, copy)

    assert (words(copy), size) == (["late"], copy.stat().st_size)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob("*copy*")] == ["copy.sqlite3"]


@contextmanager
def written_to(path: Path, seconds: float) -> Iterator[Thread]:
    """Let another connection write all the time, at most for so long; it waits for nobody."""
    enough = Event()

    def write() -> None:
        limit = time.monotonic() + seconds
        with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as writing:
            while not enough.wait(0.001) and time.monotonic() < limit:
                writing.execute("INSERT INTO told VALUES ('busy')")

    writer = Thread(target=write)
    writer.start()
    try:
        yield writer
    finally:
        enough.set()
        writer.join()


def test_a_large_database_is_copied_while_somebody_writes_all_the_time(
    busy: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(busy)) as filling:
        filling.executemany("INSERT INTO told VALUES (hex(zeroblob(500000)))", [()] * 64)
        filling.commit()
    copy = tmp_path / "copy.sqlite3"

    with written_to(busy, 20) as writer:
        backup.copy(busy, copy)
        assert writer.is_alive(), "the copy waited until nobody wrote any more"

    assert copy.stat().st_size > 64_000_000
    assert words(busy)[-1] == "busy"


def test_no_copy_is_written_over(busy: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    copy.write_text("yesterday's")

    with pytest.raises(CommandError):
        backup.copy(busy, copy)
    assert copy.read_text() == "yesterday's"


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to be looked at"])
def test_what_is_no_database_of_ours_is_not_put_back(tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other"
    other.write_bytes(content)

    with pytest.raises(CommandError):
        backup.check(other)


@pytest.fixture
def crashed(busy: Path, tmp_path: Path) -> Path:
    """Return a database whose last words stand in a journal that nobody has open any more."""
    path = tmp_path / "crashed.sqlite3"
    with closing(sqlite3.connect(busy, isolation_level=None)) as writing:
        writing.execute("INSERT INTO told VALUES ('before')")
        backup.copy(busy, tmp_path / "copy.sqlite3")
        writing.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        writing.execute("INSERT INTO told VALUES ('after')")
        for end in ("", "-wal"):
            shutil.copy(f"{busy}{end}", f"{path}{end}")
    return path


def draft_of(tmp_path: Path) -> Path:
    draft = tmp_path / "draft"
    restore.write(tmp_path / "copy.sqlite3", draft, like=tmp_path)
    restore.settle(draft)
    return draft


def test_a_copy_is_put_back_without_the_words_of_the_journal_that_was_there(
    crashed: Path, tmp_path: Path
) -> None:
    restore.settle(crashed)
    kept = restore.switch(draft_of(tmp_path), crashed, "then")

    assert words(crashed) == ["before"]
    assert kept is not None
    assert words(kept) == ["before", "after"]


def test_a_damaged_database_is_kept_with_its_journal(crashed: Path, tmp_path: Path) -> None:
    journal = Path(f"{crashed}-wal").read_bytes()
    crashed.write_bytes(b"what a broken disk left of it" * 500)

    restore.settle(crashed)
    kept = restore.switch(draft_of(tmp_path), crashed, "then")

    assert words(crashed) == ["before"]
    assert kept is not None
    assert Path(f"{kept}-wal").read_bytes() == journal


def test_a_journal_whose_database_is_lost_is_not_taken_for_the_copys(
    crashed: Path, tmp_path: Path
) -> None:
    crashed.unlink()

    restore.settle(crashed)
    kept = restore.switch(draft_of(tmp_path), crashed, "then")

    assert (kept, words(crashed)) == (None, ["before"])


def test_what_was_there_is_kept_where_no_file_has_two_names(
    crashed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_names: Path) -> None:
        raise OSError(errno.EOPNOTSUPP, "no second names here")

    monkeypatch.setattr("os.link", refuse)
    restore.settle(crashed)
    kept = restore.switch(draft_of(tmp_path), crashed, "then")

    assert words(crashed) == ["before"]
    assert kept is not None
    assert words(kept) == ["before", "after"]


def test_what_was_kept_is_never_written_over(crashed: Path, tmp_path: Path) -> None:
    kept = restore.switch(draft_of(tmp_path), crashed, "then")

    with pytest.raises(FileExistsError):
        restore.switch(draft_of(tmp_path), crashed, "then")
    assert kept is not None
    assert crashed.exists()
