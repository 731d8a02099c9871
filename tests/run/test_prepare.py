"""What makes a run prepare its database again."""

from pathlib import Path

from django.apps import apps

from flowia.embedded import BASE_DIR
from flowia.run.prepare import migration_files


def test_a_new_migration_of_any_app_of_ours_is_seen() -> None:
    ours = {Path(app.path) for app in apps.get_app_configs()}
    ours = {path for path in ours if BASE_DIR in path.parents and ".venv" not in path.parts}
    with_migrations = {path for path in ours if (path / "migrations").is_dir()}

    assert BASE_DIR / "processing" / "privacy" in with_migrations
    assert with_migrations <= {path.parent.parent for path in migration_files()}
