"""What a migration may not do while the version before it is at work (docs/upgrading.md).

What locks a table for as long as it has rows, what the version before does not understand, and
what waits in a queue of locks and lets everybody else wait behind it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from flowia.lib.indexing import DropOwnIndex, GiveUpSoon

LONGEST_WAIT = 2
OF_STATE = (
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.AlterOrderWithRespectTo,
)
"""What changes no table."""
QUIET = (AddIndexConcurrently, RemoveIndexConcurrently, ValidateConstraint, DropOwnIndex)
"""What lets everybody write meanwhile, in a migration without a transaction."""
DROP_COLUMN = re.compile(r'ALTER TABLE "?(?P<table>\w+)"? DROP COLUMN "?(?P<column>\w+)"?')
DROP_TABLE = re.compile(r'DROP TABLE "?(?P<table>\w+)"?')
LOUD: dict[type, str] = {
    migrations.RenameField: "renamed_column",
    migrations.RenameModel: "renamed_table",
    migrations.AlterModelTable: "renamed_table",
    migrations.RemoveField: "dropped_while_read",
    migrations.DeleteModel: "dropped_while_read",
    migrations.AddIndex: "loud_index",
    migrations.RemoveIndex: "loud_index",
    migrations.RenameIndex: "loud_index",
    migrations.AlterUniqueTogether: "loud_constraint",
    migrations.AlterIndexTogether: "loud_index",
    migrations.AddConstraint: "loud_constraint",
}


@dataclass(frozen=True)
class Finding:
    """One thing that needs downtime: the rule, and the operation in Django's words."""

    rule: str
    operation: str


@dataclass(frozen=True)
class Given:
    """What stands before an operation: its app, the models so far, those made just now."""

    app: str
    state: ProjectState
    made: frozenset[str]
    before: ProjectState
    """The models of the version that is at work meanwhile."""

    def old(self, model: str) -> bool:
        """Return whether the table may have rows, and others who use it."""
        return model.lower() not in self.made


def findings(app: str, migration: Any, state: ProjectState, before: ProjectState) -> list[Finding]:
    """Return what of one migration needs downtime.

    `state` is how the models are before it, `before` how the version at work knows them.
    """
    found = list(_as_a_whole(migration))
    state, made = state.clone(), set[str]()
    for step in migration.operations:
        given = Given(app, state, frozenset(made), before)
        found += [Finding(rule, step.describe()) for rule in _rules_of(step, given)]
        if isinstance(step, migrations.CreateModel):
            made.add(step.name.lower())
        step.state_forwards(app, state)
    return found


def _as_a_whole(migration: Any) -> Iterator[Finding]:
    steps = [one for one in migration.operations if not isinstance(one, OF_STATE)]
    alone = [one for one in steps if isinstance(one, (*QUIET, migrations.RunPython))]
    impatient = isinstance(steps[0], GiveUpSoon) if steps else False
    if impatient and steps[0].seconds > LONGEST_WAIT:
        yield Finding("waits_too_long", steps[0].describe())
    if impatient and not migration.atomic:
        # SET LOCAL ends with its statement where there is no transaction.
        yield Finding("patience_without_transaction", steps[0].describe())
    if alone and migration.atomic:
        yield from (Finding("in_one_transaction", one.describe()) for one in alone)
    if len(alone) < len(steps) and not impatient and any(map(_touches, steps)):
        yield Finding("waits_for_locks", steps[0].describe())


def _touches(step: Any) -> bool:
    """Return whether the operation takes a lock that others wait for."""
    if isinstance(step, migrations.SeparateDatabaseAndState):
        return any(map(_touches, step.database_operations))
    return not isinstance(step, (*QUIET, *OF_STATE, migrations.RunPython, GiveUpSoon))


def _rules_of(step: Any, given: Given) -> list[str]:
    if isinstance(step, migrations.SeparateDatabaseAndState):
        return [rule for one in step.database_operations for rule in _rules_of(one, given)]
    if isinstance(step, migrations.RunSQL):
        return _said(step, given)
    model = str(getattr(step, "model_name", None) or getattr(step, "name", ""))
    if isinstance(step, (*QUIET, AddConstraintNotValid)) or not given.old(model):
        return []
    for kind, rule in LOUD.items():
        if type(step) is kind:
            return [rule]
    judges: dict[type, Callable[[Any, Given], list[str]]] = {
        migrations.AddField: _added,
        migrations.AlterField: _altered,
    }
    judge = judges.get(type(step))
    return judge(step, given) if judge else []


def _said(step: Any, given: Given) -> list[str]:
    """Judge a statement: a column or a table may go that the version at work knows no more."""
    column, table = DROP_COLUMN.fullmatch(str(step.sql)), DROP_TABLE.fullmatch(str(step.sql))
    dropped = column or table
    if dropped is None:
        return ["unread_statement"]
    for model in given.before.apps.get_models():
        known = model._meta
        if known.db_table != dropped["table"]:
            continue
        if column is None or column["column"] in {field.column for field in known.fields}:
            return ["dropped_while_read"]
    return []


def _added(step: Any, _given: Given) -> list[str]:
    field = step.field
    if isinstance(field, models.ManyToManyField):
        return []
    found = []
    if not field.null and not field.has_db_default():
        found.append("column_to_fill")
    if field.unique or field.db_index:
        found.append("loud_index")
    if field.remote_field and field.db_constraint and field.has_db_default():
        found.append("loud_constraint")
    return found


def _altered(step: Any, given: Given) -> list[str]:
    before = given.state.models[given.app, step.model_name_lower].fields[step.name]
    after, found = step.field, []
    if before.null and not after.null:
        found.append("column_to_fill")
    if (after.unique, after.db_index) != (before.unique, before.db_index):
        found.append("loud_index")
    if after.remote_field and not before.remote_field:
        found.append("loud_constraint")
    if (before.db_column or step.name) != (after.db_column or step.name):
        found.append("renamed_column")
    if _rewritten(before, after):
        found.append("rewritten_table")
    return found


def _rewritten(before: Any, after: Any) -> bool:
    """Return whether all rows are written anew, or shorter than the version at work writes."""
    if after.remote_field or before.remote_field:
        return False
    same_kind = before.get_internal_type() == after.get_internal_type()
    if same_kind and isinstance(after, models.CharField):
        return (after.max_length or 10**9) < (before.max_length or 10**9)
    return bool(before.db_type(connection) != after.db_type(connection))
