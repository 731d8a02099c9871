"""A database that does not answer, is not migrated, or holds what no key opens."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings
from redis import Redis

from flowia.doctoring import database
from flowia.lib import notes
from flowia.lib.crypto import make_key
from tests.doctor.found import found, told
from tests.factories import make_account, make_workspace

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        ('password authentication failed for user "x"', "database.login",
         "The database refuses the user or the password of DATABASE_URL."),
        ('database "x" does not exist', "database.name",
         "The database or the user of DATABASE_URL does not exist."),
        ("failed to resolve host 'nowhere'", "database.host",
         "The host of DATABASE_URL is not known."),
        ("connection refused", "database.refused",
         "At the address of DATABASE_URL nobody answers."),
        ("sorry, too many clients already", "database.many",
         "The database takes no more connections."),
        ("connection timeout expired", "database.silent",
         "The database does not answer in time."),
        ("hush-hush", "database.away", "The database does not answer."),
    ],
)  # fmt: skip
def test_a_database_that_does_not_answer_is_told_by_its_cause_alone(
    error: str, code: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise OperationalError(error)

    monkeypatch.setattr(connection, "cursor", away)
    (one,) = found(database.look_at_database).values()
    assert (one.level, one.code, one.says) == ("bad", code, sentence)


def test_a_database_of_no_known_kind_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Any:
        raise ImproperlyConfigured

    monkeypatch.setattr(connection, "cursor", unknown)
    assert list(found(database.look_at_database)) == ["database.url"]


def test_migrations_that_are_not_applied_are_told_and_nothing_is_read_then() -> None:
    MigrationRecorder(connection).record_unapplied("accounts", "0010_page_indexes")
    says = told(database.look_at_database)
    assert says["database.migrations"] == (
        "bad: 1 migration is not applied (accounts.0010_page_indexes)."
    )
    assert "people.operator" not in says


def test_a_database_of_a_newer_version_is_told() -> None:
    MigrationRecorder(connection).record_applied("accounts", "9999_of_tomorrow")
    assert told(database.look_at_database)["database.newer"].startswith("bad: ")


def test_a_house_without_an_operator_is_told() -> None:
    assert told(database.look_at_database)["people.operator"].startswith("look: ")
    get_user_model().objects.create_superuser("a@b.test", "x")
    assert "people.operator" not in told(database.look_at_database)


def test_secrets_whose_key_is_gone_or_older_are_told(settings: Settings) -> None:
    first, second = make_key(), make_key()
    settings.ENCRYPTION_KEYS = [first]
    account = make_account(make_workspace())
    account.seal({"token": "t"})
    account.save()
    assert told(database.look_at_keys) == {
        "keys": "good: All 1 stored secrets are under the key in use."
    }
    settings.ENCRYPTION_KEYS = [second, first]
    assert told(database.look_at_keys) == {"keys.old": "look: 1 secret still needs an older key."}
    settings.ENCRYPTION_KEYS = [second]
    (one,) = found(database.look_at_keys).values()
    assert one.code == "keys.lost"
    assert one.says.startswith("1 secret cannot be read: it needs the key ")
    assert first not in one.says


def test_a_key_that_nothing_needs_any_more_is_told(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [make_key(), make_key()]
    assert told(database.look_at_keys)["keys.spare"].startswith("look: An older key")


def test_timers_that_do_not_run_are_told(live_redis: Redis, settings: Settings) -> None:
    settings.PRODUCTION = True
    says = told(database.look_at_database)
    assert says["invariants.late"].startswith("look: ")
    assert says["backup.late"].startswith("look: ")
    notes.keep(notes.INVARIANTS, broken=2)
    notes.keep(notes.BACKUP)
    says = told(database.look_at_database)
    assert says["invariants.broken"].startswith("bad: ")
    assert not {"invariants.late", "backup.late"} & says.keys()


def test_the_invariants_are_checked_when_they_are_asked_for(live_redis: Redis) -> None:
    assert told(database.look_at_invariants) == {"invariants": "good: All invariants hold."}
    assert notes.all_of_them()["invariants"]["broken"] == 0


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_an_index_that_was_begun_and_not_ended_is_told() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX half_done ON accounts_workspace (name)")
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'half_done'::regclass"
        )
    assert told(database.look_at_database)["database.indexes"] == (
        "bad: Indexes that were begun and never ended: half_done."
    )


@pytest.mark.skipif("connection.vendor != 'postgresql'")
@pytest.mark.parametrize(
    ("row", "code", "sentence"),
    [
        (("UTF8", "on", 60.0), "database.clock", "bad: The database's clock"),
        (("UTF8", "on", 5.0), "database.clock", "look: The database's clock"),
        (("SQL_ASCII", "on", 0.0), "database.encoding", "bad: The database's encoding is"),
        (("UTF8", "off", 0.0), "database.autovacuum", "bad: Autovacuum is off"),
    ],
)
def test_a_server_that_is_badly_set_up_is_told(
    row: tuple[Any, ...], code: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = database._row

    def answered(sql: str) -> tuple[Any, ...]:
        found = real(sql)
        return (*row[:2], found[2] + type(found[2])(row[2])) if "encoding" in sql else found

    monkeypatch.setattr(database, "_row", answered)
    assert told(database.look_at_database)[code].startswith(sentence)


@pytest.mark.skipif("connection.vendor != 'postgresql'")
@pytest.mark.parametrize(
    "whose", ["ROLE CURRENT_USER CONNECTION LIMIT", "DATABASE {} WITH CONNECTION LIMIT"]
)
def test_the_least_of_what_server_role_and_database_allow_is_told(whose: str) -> None:
    assert told(database.look_at_database)["database.connections"].startswith("good: ")
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER {whose.format(name)} 44")
    says = told(database.look_at_database)["database.connections"]
    assert says == "bad: We may have 44 connections; an upgrade needs 45."
