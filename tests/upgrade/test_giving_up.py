"""A migration that finds a table locked gives up soon, and is tried again."""

import threading
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate as djangos
from django.db import OperationalError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from psycopg.errors import DeadlockDetected, LockNotAvailable

from flowia.lib.indexing import GiveUpSoon
from flowia.management.commands import migrate
from processing.models import Contact
from tests.stack import wait_until


class Locked:
    """Django's command, in whose way a lock stands so many times."""

    def __init__(self, times: int, cause: type[Exception] = LockNotAvailable) -> None:
        self.left, self.cause, self.done = times, cause, 0

    def __call__(self, *_args: object, **_options: object) -> None:
        if self.left:
            self.left -= 1
            raise OperationalError("locked") from self.cause()
        self.done += 1


def ask(monkeypatch: pytest.MonkeyPatch, locked: Locked) -> str:
    monkeypatch.setattr(djangos.Command, "handle", locked)
    monkeypatch.setattr(migrate, "PAUSE_SECONDS", 0)
    said = StringIO()
    call_command("migrate", stderr=said)
    return said.getvalue()


def test_it_is_tried_again_until_nobody_holds_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    locked = Locked(3)
    assert ask(monkeypatch, locked).count("given up for now") == 3
    assert locked.done == 1


def test_it_ends_with_a_sentence_where_somebody_holds_it_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(CommandError, match="old transactions"):
        ask(monkeypatch, Locked(migrate.TRIES))


def test_other_troubles_are_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OperationalError):
        ask(monkeypatch, Locked(1, DeadlockDetected))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no locks of tables")
@pytest.mark.django_db(transaction=True)
def test_a_writer_behind_a_migration_that_waits_goes_on_when_it_gives_up() -> None:
    """A report reads for long, a migration wants the table, a webhook comes after it."""
    state = ProjectState.from_apps(apps)
    size = models.IntegerField(null=True)
    steps = [GiveUpSoon(1), migrations.AddField("contact", "size_for_a_test", size)]
    asked, over = threading.Event(), threading.Event()

    def read() -> None:
        with transaction.atomic():
            Contact.objects.first()
            asked.set()
            over.wait(60)
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    assert asked.wait(30)
    failed: list[BaseException] = []
    altering = threading.Thread(target=lambda: failed.append(_altered(steps, state)))
    altering.start()
    try:
        assert wait_until(_waits, 30)
        assert Contact.objects.count() == 0  # it waits for the migration, and no longer
    finally:
        altering.join(30)
        still_reading = reader.is_alive()
        over.set()
        reader.join()
    assert still_reading
    assert isinstance(failed[0].__cause__, LockNotAvailable)


def _waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'")
        return cursor.fetchone() is not None


def _altered(steps: list[migrations.operations.base.Operation], state: ProjectState) -> Exception:
    after = state.clone()
    try:
        with connection.schema_editor() as editor:
            for step in steps:
                step.state_forwards("processing", after)
                step.database_forwards("processing", editor, state, after)
    except OperationalError as error:
        return error
    finally:
        connection.close()
    return AssertionError("the table was altered")
