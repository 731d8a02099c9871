"""Every migration after the named ones leaves the version before it at work."""

from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Q

from flowia.lib.indexing import AddIndexQuietly, DropOwnIndex, GiveUpSoon
from tests.processes.test_quiet_migrations import BEFORE
from tests.upgrade.linting import findings

DEPLOYED = {**BEFORE, "privacy": 1}
"""The version that is at work while the newer migrations run. After a release: its numbers."""
APP = "shop"
INDEX = models.Index(fields=["name"], name="by_name")
LONG_CHECK = models.CheckConstraint(condition=Q(price__gt=0), name="dear")


def newer(name: tuple[str, str]) -> bool:
    app, number = name[0], int(name[1][:4])
    return app in DEPLOYED and number > DEPLOYED[app]


def at_work(loader: MigrationLoader) -> ProjectState:
    old = [name for name in loader.graph.nodes if name[0] not in DEPLOYED or not newer(name)]
    return loader.project_state(old)


def test_every_new_migration_leaves_the_version_before_it_at_work() -> None:
    loader = MigrationLoader(None)
    before, found = at_work(loader), {}
    new = [name for name in loader.graph.nodes if newer(name)]
    for name in new:
        migration = loader.disk_migrations[name]
        state = loader.project_state(name, at_end=False)
        if wrong := findings(name[0], migration, state, before):
            found[name] = wrong
    assert new
    assert found == {}


def test_no_app_of_ours_is_overlooked() -> None:
    loader = MigrationLoader(None)
    ours = {
        app
        for (app, _name), migration in loader.disk_migrations.items()
        if not migration.__module__.startswith(("django.", "django_", "sandbox."))
    }
    assert ours <= set(DEPLOYED)


def table() -> ProjectState:
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=20)),
        ("note", models.TextField(null=True)),
        ("price", models.IntegerField()),
    ]
    found = ProjectState()
    found.add_model(ModelState(APP, "lamp", fields))
    found.add_model(ModelState(APP, "shade", [("id", models.BigAutoField(primary_key=True))]))
    return found


def rules(*steps: Operation, atomic: bool = True, before: ProjectState | None = None) -> set[str]:
    migration = type("Migration", (), {"operations": list(steps), "atomic": atomic})
    return {one.rule for one in findings(APP, migration, table(), before or table())}


def to_shade(**more: Any) -> Any:
    return models.ForeignKey("shop.shade", on_delete=models.CASCADE, null=True, **more)


def nothing(_apps: Any, _editor: Any) -> None:
    """Do nothing."""


@pytest.mark.parametrize(
    ("rule", "step"),
    [
        ("column_to_fill", migrations.AddField("lamp", "size", models.IntegerField(default=1))),
        ("column_to_fill", migrations.AlterField("lamp", "note", models.TextField())),
        ("loud_index", migrations.AddField("lamp", "shade", to_shade())),
        (
            "loud_index",
            migrations.AddField("lamp", "code", models.IntegerField(null=True, unique=True)),
        ),
        ("loud_index", migrations.AlterField("lamp", "price", models.IntegerField(db_index=True))),
        ("loud_index", migrations.AddIndex("lamp", INDEX)),
        ("loud_constraint", migrations.AddConstraint("lamp", LONG_CHECK)),
        ("renamed_column", migrations.RenameField("lamp", "name", "title")),
        (
            "renamed_column",
            migrations.AlterField("lamp", "price", models.IntegerField(db_column="cost")),
        ),
        ("renamed_table", migrations.RenameModel("Lamp", "Light")),
        ("renamed_table", migrations.AlterModelTable("lamp", "lights")),
        ("dropped_while_read", migrations.RemoveField("lamp", "note")),
        ("dropped_while_read", migrations.DeleteModel("Shade")),
        ("rewritten_table", migrations.AlterField("lamp", "price", models.BigIntegerField())),
        (
            "rewritten_table",
            migrations.AlterField("lamp", "name", models.CharField(max_length=9)),
        ),
        ("unread_statement", migrations.RunSQL("UPDATE lamp SET price = 1")),
        ("in_one_transaction", migrations.RunPython(nothing)),
        ("in_one_transaction", AddIndexQuietly("lamp", INDEX)),
        ("in_one_transaction", DropOwnIndex("lamp", "note", models.TextField())),
    ],
)
def test_what_needs_downtime_is_found(rule: str, step: Operation) -> None:
    assert rules(GiveUpSoon(), step) == {rule}


def test_what_waits_for_locks_says_for_how_long() -> None:
    step = migrations.AddField("lamp", "size", models.IntegerField(null=True))
    assert rules(step) == {"waits_for_locks"}
    assert rules(GiveUpSoon(60), step) == {"waits_too_long"}
    assert rules(GiveUpSoon(), step, atomic=False) == {"patience_without_transaction"}


@pytest.mark.parametrize(
    "step",
    [
        migrations.AddField("lamp", "size", models.IntegerField(db_default=1)),
        migrations.AddField("lamp", "size", models.IntegerField(null=True)),
        migrations.AddField("lamp", "shade", to_shade(db_index=False)),
        migrations.AlterField("lamp", "name", models.CharField(max_length=90)),
        migrations.AlterField("lamp", "price", models.IntegerField(choices=[(1, "one")])),
        migrations.CreateModel("Bulb", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RemoveConstraint("lamp", "dear"),
        AddConstraintNotValid("lamp", LONG_CHECK),
    ],
)
def test_what_needs_none_is_let_pass(step: Operation) -> None:
    state = table()
    state.add_constraint(APP, "lamp", LONG_CHECK)
    migration = type("Migration", (), {"operations": [GiveUpSoon(), step], "atomic": True})
    assert findings(APP, migration, state, table()) == []


def test_a_new_table_gets_what_it_likes() -> None:
    bulb = migrations.CreateModel("Bulb", [("id", models.BigAutoField(primary_key=True))])
    code = migrations.AddField("bulb", "code", models.IntegerField(unique=True))
    lamp = migrations.AddField("bulb", "shade", to_shade())
    index = migrations.AddIndex("bulb", models.Index(fields=["code"], name="by_code"))
    assert rules(GiveUpSoon(), bulb, code, lamp, index) == set()


def test_quiet_steps_and_rows_by_batches_have_a_migration_without_a_transaction() -> None:
    assert rules(AddIndexQuietly("lamp", INDEX), atomic=False) == set()
    assert rules(ValidateConstraint("lamp", "dear"), atomic=False) == set()
    assert rules(DropOwnIndex("lamp", "note", models.TextField()), atomic=False) == set()
    assert rules(migrations.RunPython(nothing), atomic=False) == set()


@pytest.mark.parametrize(
    "statement", ["ALTER TABLE shop_lamp DROP COLUMN note", "DROP TABLE shop_shade"]
)
def test_what_the_version_at_work_knows_no_more_may_go(statement: str) -> None:
    gone, before = migrations.RunSQL(statement), table()
    assert rules(GiveUpSoon(), gone) == {"dropped_while_read"}
    before.remove_field(APP, "lamp", "note")
    before.remove_model(APP, "shade")
    assert rules(GiveUpSoon(), gone, before=before) == set()


def test_models_may_forget_a_column_that_stays_in_its_table() -> None:
    forgotten = migrations.RemoveField("lamp", "note")
    assert rules(migrations.SeparateDatabaseAndState(state_operations=[forgotten])) == set()
