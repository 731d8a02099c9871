"""What CI runs: `python -m tests.check` for everything, `python -m tests.check tests` for tests.

`python -m tests.check long` runs in full what both run in a short form (CONTRIBUTING.md). Prints
one line per check, and the whole output of those that fail.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from flowia.embedded import BASE_DIR
from tests import migrated, postgres
from tests.stack import clean_environment

LONGEST_FILE = 400
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run()"
CHECKS: dict[str, list[str]] = {
    "mypy": ["-m", "mypy", "."],
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "lint-imports": ["-c", LINT_IMPORTS],
    "migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
    "sandbox migrations": [
        *("-m", "django", "makemigrations", "--settings", "sandbox.settings"),
        *("--check", "--dry-run"),
    ],
    "system checks": ["manage.py", "check", "--fail-level", "WARNING"],
    "API schema": [
        "manage.py",
        "spectacular",
        "--validate",
        "--fail-on-warn",
        "--file",
        os.devnull,
    ],
    "messages": ["-m", "tests.messages", "check"],
}
WORKERS = 3
"""They keep two cores busy all the time; a fourth would only let running stacks wait longer."""
STORMS = "tests/faults/test_storm.py"
"""They take all that a machine has for minutes, which running stacks would miss, and wait for
others: so they come beside the quick tests on PostgreSQL, where nobody waits for an answer."""


def main(arguments: list[str]) -> int:
    """Run the checks, then the tests; the exit status is 0 when all of them pass."""
    passed = True
    if arguments != ["tests"]:
        passed = static_checks()
    options = ["--long"] if arguments == ["long"] else []
    return 0 if tests(*options) and passed else 1


def static_checks() -> bool:
    """Run everything that reads the source, two at a time."""
    long_files = too_long()
    report("length of files", not long_files, 0, "\n".join(long_files))
    with ThreadPoolExecutor(2) as pool, tempfile.TemporaryDirectory() as var:
        run = partial(static_check, var=var)
        return all([*pool.map(run, CHECKS), not long_files])


def static_check(name: str, *, var: str) -> bool:
    """Run one check by its name, with `var` as the folder for what it writes, and report it."""
    if name == "messages" and not shutil.which("xgettext") and not os.environ.get("CI"):
        report(name, passed=True, seconds=0, output="")
        say("     (skipped: gettext is not installed)")
        return True
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, *CHECKS[name]],
        cwd=BASE_DIR,
        env=clean_environment({"FLOWIA_VAR": var, "PYTHONPATH": str(BASE_DIR)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    output = done.stdout.decode(errors="replace")
    report(name, done.returncode == 0, time.monotonic() - started, output)
    return done.returncode == 0


def too_long() -> list[str]:
    """Return the Python files of more than 400 lines."""
    listed = subprocess.run(
        [
            "git",
            "-c",
            "safe.directory=*",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "*.py",
        ],
        cwd=BASE_DIR,
        capture_output=True,
        check=True,
    )
    paths = [BASE_DIR / name for name in listed.stdout.decode().split("\0") if name]
    return [f"{path}: over {LONGEST_FILE} lines" for path in paths if lines_of(path) > LONGEST_FILE]


def lines_of(path: Path) -> int:
    """Return how many lines a file has; a deleted one has none."""
    return len(path.read_bytes().splitlines()) if path.is_file() else 0


def tests(*options: str) -> bool:
    """Run all tests on SQLite; then those that use a database on PostgreSQL, and storms beside.

    Each run is given the `options`.
    """
    with postgres.server() as server, migrated_databases(server) as copied:
        url = {"TEST_DATABASE_URL": server.url, **copied} if server else copied
        passed = pytest("SQLite", url, "--ignore", STORMS, *options)
        if server is None:
            say("PostgreSQL was not found: only SQLite was tested.")
            return passed and not os.environ.get("CI")
        with ThreadPoolExecutor(1) as pool, tempfile.TemporaryFile() as output:
            weather = (STORMS, *options)
            storms = pool.submit(pytest, "storms", url, *weather, workers=0, output=output)
            second = {**url, "DATABASE_URL": server.url}
            again = pytest("PostgreSQL", second, "--only-database", *options)
            weathered = storms.result()
            output.seek(0)
            say(output.read().decode(errors="replace"))
    return passed and again and weathered


@contextmanager
def migrated_databases(server: postgres.Server | None) -> Iterator[dict[str, str]]:
    """Migrate a database of each kind, and give the variables by which tests find and copy them."""
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        making = [pool.submit(migrated.make_file, folders[0])]
        if server:
            url = stack.enter_context(server.database())
            making.append(pool.submit(migrated.make_template, folders[1], url))
        yield {name: value for made in making for name, value in made.result().items()}


def pytest(
    what: str,
    environment: dict[str, str],
    *options: str,
    workers: int = WORKERS,
    output: IO[bytes] | None = None,
) -> bool:
    """Run pytest with its output shown as it comes, or written to a file."""
    say(f"---- tests: {what}")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", str(workers), "-q", *options],
        cwd=BASE_DIR,
        env=clean_environment({**environment, "DJANGO_SETTINGS_MODULE": "tests.settings"}),
        stdout=output,
        stderr=output,
        check=False,
    )
    return done.returncode == 0


def report(name: str, passed: bool, seconds: float, output: str) -> None:
    """Print the line of one check, and its output if it failed."""
    say(
        f"{'ok  ' if passed else 'FAIL'} {name} ({seconds:.0f} s)"
        + ("" if passed else f"\n{output}")
    )


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
