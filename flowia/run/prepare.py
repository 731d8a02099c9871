"""What must be done before the processes start, and whether it was done already.

Run as a program (`python -m flowia.run.prepare database|demo|static|shop`) it does one part in a
process of its own, so that a signal ends it at any moment. The shop (what the demo sells at the
sandbox's Stripe) is opened once the processes run.
"""

import hashlib
import json
import os
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import django
from django.core.management import call_command

from flowia.embedded import BASE_DIR
from flowia.run.plan import Plan

STAMP = "run/prepared.json"


def needed(plan: Plan) -> list[str]:
    """Return the parts that this run must do: some of `database`, `demo`, `static`."""
    now, done = fingerprints(plan), _stamp(plan)
    stale = [part for part, value in now.items() if not value or done.get(part) != value]
    return ["database", *stale] if "demo" in stale and "database" not in stale else stale


def note(plan: Plan) -> None:
    """Remember that everything was prepared for what stands in the folders now."""
    path = plan.var / STAMP
    path.write_text(json.dumps(_stamp(plan) | fingerprints(plan)), encoding="utf-8")


def fingerprints(plan: Plan) -> dict[str, str]:
    """Return per part what its result depends on; an empty text means "always do it"."""
    installed = (BASE_DIR / "requirements.txt").read_bytes()
    migrations = installed + _digest(migration_files())
    applied = _applied(plan.sqlite)
    found = {
        "database": hashlib.sha256(migrations + applied).hexdigest() if applied else "",
        "static": hashlib.sha256(installed + _digest(_static_files())).hexdigest(),
    }
    if not (plan.var / "static" / "staticfiles.json").is_file():
        found["static"] = ""
    if not plan.serve:
        demo = found["database"].encode() + _digest(BASE_DIR.glob("sandbox/**/*.py"))
        found["demo"] = hashlib.sha256(demo).hexdigest() if applied else ""
    return found


def _applied(database: Path | None) -> bytes:
    """Return the migrations that a SQLite file says it has, or nothing if it cannot be asked."""
    if database is None or not database.is_file():
        return b""
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY id")
            return repr(rows.fetchall()).encode()
    except sqlite3.Error:
        return b""


def migration_files() -> list[Path]:
    """Return the migrations of all apps, those of apps inside others too."""
    return [
        path
        for pattern in ("*/migrations/*.py", "*/*/migrations/*.py")
        for path in BASE_DIR.glob(pattern)
    ]


def _static_files() -> Iterable[Path]:
    for folder in (BASE_DIR / "static", *BASE_DIR.glob("*/static")):
        if ".venv" not in folder.parts and folder.parent.name != "var":
            yield from folder.rglob("*")


def _digest(paths: Iterable[Path]) -> bytes:
    found = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            status = path.stat()
            found.update(
                f"{path.relative_to(BASE_DIR)} {status.st_size} {status.st_mtime_ns}\n".encode()
            )
    return found.digest()


def _stamp(plan: Plan) -> dict[str, str]:
    try:
        found = json.loads((plan.var / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def main(parts: list[str]) -> None:
    """Do the named parts, in this order."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowia.settings")
    django.setup()
    for part in parts:
        if part == "database":
            call_command("migrate", interactive=False, verbosity=0)
        if part == "demo":
            call_command("sandbox_seed")
        if part == "shop":
            # The sandbox knows the webhook's address and secret by itself.
            call_command("stripe_setup", without_webhook=True)
        if part == "static":
            # ReDoc needs what our content policy refuses, and is the largest of all files.
            call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["redoc"])


if __name__ == "__main__":
    main(sys.argv[1:])
