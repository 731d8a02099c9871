"""Indexes of large tables: made while the product goes on writing, and of more than a column.

https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from django.db.migrations.operations import AddIndex, AlterField
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Index, Model

PAUSE_SECONDS = 0.5
CREATE_QUIETLY = "CREATE INDEX CONCURRENTLY %(name)s ON %(table)s%(using)s (%(columns)s)%(extra)s"
STATE = """
SELECT state.indisvalid FROM pg_index state JOIN pg_class named ON named.oid = state.indexrelid
WHERE named.relname = %s AND pg_table_is_visible(named.oid)
"""


class AddIndexQuietly(AddIndexConcurrently):
    """Add an index without a lock that writers wait for; its migration says `atomic = False`.

    Such a migration may stop half way. Asked again it leaves what is there, and makes anew what
    PostgreSQL began and did not end. Elsewhere it is Django's AddIndex.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make the index unless it is there."""
        vendor = schema_editor.connection.vendor
        if vendor != "postgresql":
            if not _is_there(app_label, schema_editor, to_state, self):
                AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)
            return
        self._ensure_not_in_transaction(schema_editor)
        with schema_editor.connection.cursor() as cursor, _alone(cursor, self.index.name):
            cursor.execute(STATE, [self.index.name])
            found = cursor.fetchone()
            if found is not None and found[0]:
                return
            if found is not None:
                name = schema_editor.quote_name(self.index.name)
                schema_editor.execute(f"DROP INDEX CONCURRENTLY {name}", params=None)
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Take the index away, without such a lock either."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        else:
            AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)


@contextmanager
def _alone(cursor: CursorWrapper, name: str) -> Iterator[None]:
    """Let one process make the index: to others, one under way looks like one that broke off.

    It is asked again and again for the lock: whoever waits inside a statement would be waited for
    by the making of the index, too.
    """
    while True:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
        if cursor.fetchone() == (True,):
            break
        time.sleep(PAUSE_SECONDS)
    try:
        yield
    finally:
        cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


class DropOwnIndex(AlterField):
    """Take away the index of a foreign key's own, where another one begins with its column.

    Without a lock that anybody waits for; the migration says `atomic = False`. Django's AlterField
    would make the foreign key anew as well, and read the whole table for that.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop it, if it is there."""
        del from_state
        model = to_state.apps.get_model(app_label, self.model_name)
        quietly = "CONCURRENTLY " if schema_editor.connection.vendor == "postgresql" else ""
        for name in self._found(model, schema_editor):
            quoted = schema_editor.quote_name(name)
            schema_editor.execute(f"DROP INDEX {quietly}IF EXISTS {quoted}", params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make it again, if it is not there."""
        del from_state
        model = to_state.apps.get_model(app_label, self.model_name)
        if self._found(model, schema_editor):
            return
        quietly = schema_editor.connection.vendor == "postgresql"
        told: Any = {"sql": CREATE_QUIETLY} if quietly else {}
        field = model._meta.get_field(self.name)  # noqa: SLF001 - documented
        editor: Any = schema_editor
        schema_editor.execute(editor._create_index_sql(model, fields=[field], **told))  # noqa: SLF001

    def _found(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> list[str]:
        """Return the name of the column's own index, as Django calls it, if it is there."""
        connection, known = schema_editor.connection, model._meta  # noqa: SLF001 - documented
        column = known.get_field(self.name).column  # type: ignore[union-attr] # one of its own
        editor: Any = schema_editor
        name = editor._create_index_name(known.db_table, [column])  # noqa: SLF001 - its only way
        with connection.cursor() as cursor:
            there = connection.introspection.get_constraints(cursor, known.db_table)
        return [name] if name in there else []


class GiveUpSoon(Operation):
    """Let the migration fail, undone, where a table stays locked for more than some seconds.

    Whoever waits for a lock on a table lets everybody behind it wait too.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, seconds: int = 2) -> None:
        """Take how many seconds each statement of this migration may wait for a lock."""
        self.seconds = seconds

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing of the models."""

    def database_forwards(
        self,
        app_label: str,  # noqa: ARG002 - Django's signature
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002 - as above
        to_state: ProjectState,  # noqa: ARG002 - as above
    ) -> None:
        """Say so to PostgreSQL, for this transaction."""
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"SET LOCAL lock_timeout = '{self.seconds}s'", params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Say it on the way back too."""
        self.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Return what `migrate --plan` shows."""
        return f"Wait for locks {self.seconds} seconds at most"


class Beginnings(Index):
    """An index of one expression by which rows are found that begin with some characters.

    PostgreSQL takes it for LIKE whatever the database's collation, SQLite for a range.
    """

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        """Return the statement, with the operators that compare character by character."""
        statement: Any = super().create_sql(model, schema_editor, using=using, **kwargs)
        if schema_editor.connection.vendor == "postgresql":
            statement.parts["columns"] = f"{statement.parts['columns']} text_pattern_ops"
        return statement


def _is_there(
    app_label: str, schema_editor: BaseDatabaseSchemaEditor, state: ProjectState, step: AddIndex
) -> bool:
    table = state.apps.get_model(app_label, step.model_name)._meta.db_table  # noqa: SLF001 - documented
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        return step.index.name in connection.introspection.get_constraints(cursor, table)
