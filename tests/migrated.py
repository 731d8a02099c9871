"""Databases that are migrated once for a whole run of the tests, and copied from then on.

`python -m tests.check` makes them and names them to the tests in these variables. Where they are
not set, everybody migrates a database of their own.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

from flowia.embedded import BASE_DIR
from tests.stack import clean_environment

FILE, TEMPLATE, DUMP = "MIGRATED_FILE", "MIGRATED_TEMPLATE", "MIGRATED_DUMP"


def make_file(folder: Path) -> dict[str, str]:
    """Migrate a SQLite file in `folder` and return the variable that names it."""
    migrate({"FLOWIA_VAR": str(folder)})
    return {FILE: str(folder / "flowia.sqlite3")}


def make_template(folder: Path, url: str) -> dict[str, str]:
    """Migrate the PostgreSQL database at `url`; return the variables that name it and its dump.

    For other servers it is dumped into `folder`, where a `pg_dump` can: now, since nobody may read
    a database while another is made like it.
    """
    migrate({"FLOWIA_VAR": str(folder), "DATABASE_URL": url})
    found = {TEMPLATE: urlsplit(url).path.removeprefix("/")}
    dump = folder / "dump.sql"
    if which("pg_dump") and which("psql"):
        command = ["pg_dump", "--no-owner", "-f", str(dump), url]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            found[DUMP] = str(dump)
    return found


def migrate(environment: Mapping[str, str]) -> None:
    """Migrate the database of a product with this environment."""
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=BASE_DIR,
        env=clean_environment(environment),
        check=True,
    )


def copy_to(path: Path) -> bool:
    """Put the migrated SQLite file at `path`; tell whether there is one."""
    made = os.environ.get(FILE)
    if not made:
        return False
    with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
    return True


def template() -> str | None:
    """Return the name of the migrated database on the PostgreSQL server of this run."""
    return os.environ.get(TEMPLATE)


def pour_into(url: str) -> None:
    """Fill an empty PostgreSQL database, on any server, with the migrated tables if there are."""
    if made := os.environ.get(DUMP):
        subprocess.run(
            ["psql", "-qX", "-v", "ON_ERROR_STOP=1", url, "-f", made],
            check=True,
            capture_output=True,
        )
