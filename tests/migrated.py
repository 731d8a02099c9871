"""Databases that are migrated once for a whole run of the tests, and copied from then on.

`python -m tests.check` makes them and names them to the tests in these two variables. Where they
are not set, everybody migrates a database of their own.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit, urlunsplit

from flowia.embedded import BASE_DIR
from tests.stack import clean_environment

FILE, TEMPLATE = "MIGRATED_FILE", "MIGRATED_TEMPLATE"


def make_file(folder: Path) -> dict[str, str]:
    """Migrate a SQLite file in `folder` and return the variable that names it."""
    migrate({"FLOWIA_VAR": str(folder)})
    return {FILE: str(folder / "flowia.sqlite3")}


def make_template(folder: Path, url: str) -> dict[str, str]:
    """Migrate the PostgreSQL database at `url` and return the variable that names it."""
    migrate({"FLOWIA_VAR": str(folder), "DATABASE_URL": url})
    return {TEMPLATE: urlsplit(url).path.removeprefix("/")}


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


def dumped() -> bytes:
    """Return the dump of the migrated PostgreSQL database, for other servers; b"" without one."""
    server, name = os.environ.get("TEST_DATABASE_URL"), template()
    if not server or not name or not which("pg_dump") or not which("psql"):
        return b""
    url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    return subprocess.run(["pg_dump", "--no-owner", url], check=True, capture_output=True).stdout


def pour(dump: bytes, url: str) -> None:
    """Put what `dumped` returned into an empty PostgreSQL database."""
    subprocess.run(["psql", "-qX", url], input=dump, check=True, capture_output=True)
