"""Earlier versions of this repository, laid out in folders of their own."""

import subprocess
import sys
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from flowia.embedded import BASE_DIR
from tests.stack import clean_environment

MIGRATIONS = "/migrations/"
FARTHEST = 300
TRIES = 12


def git(*arguments: str) -> bytes:
    """Return what git answers in this repository; raises CalledProcessError."""
    command = ["git", "-c", "safe.directory=*", "-C", str(BASE_DIR), *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout


def lay_out(revision: str, folder: Path) -> Path:
    """Write the files of a revision into `folder` and return it."""
    packed = git("archive", "--format=tar", revision)
    folder.mkdir(parents=True)
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def before_the_last_migrations(folder: Path) -> tuple[str, Path] | None:
    """Return the newest version with other migrations that is whole in itself, laid out.

    Its commit and its folder; None where the history does not go back so far (a shallow clone).
    """
    for number, revision in enumerate(_with_other_migrations()):
        if number == TRIES:
            break
        tree = lay_out(revision, folder / revision[:12])
        if is_whole(tree, folder / f"{revision[:12]}-var"):
            return revision, tree
    return None


def is_whole(tree: Path, var: Path) -> bool:
    """Return whether the models and the migrations of a version say the same.

    A landing of several commits has some in the middle where they do not.
    """
    asked = subprocess.run(
        [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        cwd=tree,
        env=clean_environment({"FLOWIA_VAR": str(var)}),
        capture_output=True,
        check=False,
    )
    return asked.returncode == 0


def _with_other_migrations() -> Iterator[str]:
    last: set[str] | None = None
    newer = ""
    present = {name.relative_to(BASE_DIR).as_posix() for name in BASE_DIR.glob("*/**/0*.py")}
    present = {name for name in present if MIGRATIONS in name and not name.startswith(".")}
    told = git("log", "--first-parent", f"--max-count={FARTHEST}", "--format=%H %ct")
    for line in told.decode().splitlines():
        revision, moment = line.split()
        # What was committed in one moment landed together: nobody ever ran what is in between.
        inside, newer = moment == newer, moment
        if inside:
            continue
        listed = git("ls-tree", "-r", "--name-only", revision).decode().splitlines()
        named = {name for name in listed if MIGRATIONS in name and name.endswith(".py")}
        named = {name for name in named if name.rpartition("/")[2].startswith("0")}
        if named not in (present, last):
            yield revision
        last = named
