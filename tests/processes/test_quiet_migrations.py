"""Migrations of an upgrade leave the old version at work: no long lock, no column it must fill."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections, migrations, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from flowia.lib.indexing import AddIndexQuietly, Beginnings, DropOwnIndex, GiveUpSoon
from processing.models import Contact, Message
from tests.factories import make_account, make_contact, make_workspace
from tests.stack import wait_until

A_MOMENT = 1.5
BEFORE = {"accounts": 8, "billing": 3, "integrations": 4, "processing": 7, "social": 6}
"""The last migrations that were deployed before this was asked of them."""


def new_ones() -> Iterator[tuple[str, Any]]:
    found = MigrationLoader(None).disk_migrations
    for (app, name), migration in found.items():
        if app in BEFORE and int(name[:4]) > BEFORE[app]:
            yield f"{app}.{name}", migration


def made_in(migration: Any) -> set[str]:
    steps = migration.operations
    return {one.name.lower() for one in steps if type(one) is migrations.CreateModel}


def test_indexes_of_tables_that_have_rows_are_made_quietly() -> None:
    loud = []
    for name, migration in new_ones():
        made = made_in(migration)
        quiet = any(isinstance(one, AddIndexQuietly) for one in migration.operations)
        assert not (quiet and migration.atomic), name
        loud += [
            (name, one.index.name)
            for one in migration.operations
            if type(one) is migrations.AddIndex and one.model_name_lower not in made
        ]
    assert loud == []


def test_what_alters_tables_waits_for_locks_for_some_seconds_alone() -> None:
    altering = (migrations.AddField, migrations.AlterField, migrations.CreateModel)
    found = {
        name: isinstance(migration.operations[0], GiveUpSoon)
        for name, migration in new_ones()
        # An index that goes concurrently holds no lock that others wait for.
        if any(
            isinstance(one, altering) and not isinstance(one, DropOwnIndex)
            for one in migration.operations
        )
    }
    assert found
    assert all(found.values()), found


def test_a_new_column_of_an_old_table_has_a_value_that_the_database_knows() -> None:
    needs = []
    for name, migration in new_ones():
        made = made_in(migration)
        needs += [
            (name, one.model_name, one.name)
            for one in migration.operations
            if isinstance(one, migrations.AddField)
            and one.model_name_lower not in made
            and not one.field.null
            and not one.field.has_db_default()
        ]
    assert needs == []


@pytest.mark.django_db(transaction=True)
def test_an_index_that_is_there_or_was_begun_is_no_trouble() -> None:
    state = ProjectState.from_apps(apps)
    index = models.Index(fields=["created_at"], name="contact_for_a_test")
    step, after = AddIndexQuietly("contact", index), state.clone()
    step.state_forwards("processing", after)
    names = []
    for _time in range(2):
        with connection.schema_editor(atomic=False) as editor:
            step.database_forwards("processing", editor, state, after)
        with connection.cursor() as cursor:
            table = Contact._meta.db_table
            there = connection.introspection.get_constraints(cursor, table)
        names.append("contact_for_a_test" in there)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE pg_index SET indisvalid = false "
                    "WHERE indexrelid = 'contact_for_a_test'::regclass"
                )
    with connection.schema_editor(atomic=False) as editor:
        step.database_backwards("processing", editor, after, state)
    assert names == [True, True]


@pytest.mark.django_db(transaction=True)
def test_a_foreign_key_loses_its_own_index_and_keeps_its_constraint() -> None:
    state = ProjectState.from_apps(apps)
    before = state.clone()
    with_index = models.ForeignKey(
        "processing.Conversation", models.CASCADE, related_name="messages"
    )
    migrations.AlterField("message", "conversation", with_index).state_forwards(
        "processing", before
    )
    step = DropOwnIndex("message", "conversation", apps_field(Message, "conversation"))

    seen = []
    for run in (step.database_backwards, step.database_backwards):
        with connection.schema_editor(atomic=False) as editor:
            run("processing", editor, state, before)
        seen.append(kinds_on(Message, "conversation_id"))
    for _time in range(2):
        with connection.schema_editor(atomic=False) as editor:
            step.database_forwards("processing", editor, before, state)
        seen.append(kinds_on(Message, "conversation_id"))
    assert seen == [["foreign_key", "index"]] * 2 + [["foreign_key"]] * 2


def apps_field(model: type[models.Model], name: str) -> Any:
    field: Any = model._meta.get_field(name)
    return field.clone()


def kinds_on(model: type[models.Model], column: str) -> list[str]:
    """Return what stands on a column alone: its foreign key, an index."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    alone = [one for one in found.values() if one["columns"] == [column] and not one["unique"]]
    return sorted(
        kind for one in alone for kind in ("foreign_key", "index") if one[kind] and not one["check"]
    )


@pytest.mark.django_db
def test_beginnings_are_found_by_their_index() -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Contact._meta.db_table)
        assert {"contact_named", "contact_handled"} <= set(found)
        if connection.vendor == "postgresql":
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'contact_named'")
            assert "text_pattern_ops" in cursor.fetchone()[0]
    kinds = {type(one) for one in Contact._meta.indexes if one.name == "contact_named"}
    assert kinds == {Beginnings}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite makes one change at a time")
@pytest.mark.django_db(transaction=True)
def test_an_index_that_another_process_is_making_is_left_to_it() -> None:
    contact = make_contact(make_account(make_workspace()), "Anna")
    state = ProjectState.from_apps(apps)
    index = models.Index(fields=["created_at"], name="contact_for_a_test")
    step, after = AddIndexQuietly("contact", index), state.clone()
    step.state_forwards("processing", after)

    def make() -> None:
        try:
            with connection.schema_editor(atomic=False) as editor:
                step.database_forwards("processing", editor, state, after)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as runners:
        with transaction.atomic():
            # The product writes meanwhile: the making of an index waits for that.
            Contact.objects.filter(pk=contact.pk).update(name="Bob")
            making = [runners.submit(make)]
            assert wait_until(is_under_way, 30)
            making.append(runners.submit(make))
            time.sleep(A_MOMENT)  # the second one looks at what the first one makes
        for one in making:
            one.result(60)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'contact_for_a_test'::regclass"
        )
        valid = cursor.fetchone()
    with connection.schema_editor(atomic=False) as editor:
        step.database_backwards("processing", editor, after, state)
    assert valid == (True,)


def is_under_way() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_class WHERE relname = 'contact_for_a_test'")
        return cursor.fetchone() is not None
