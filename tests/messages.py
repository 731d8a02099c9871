"""Are the texts for people translated: `python -m tests.messages check|write`.

`write` gathers the texts of the source into the catalogues and compiles them. `check` does the
same in a copy and says what is missing: a text without French, a doubtful one, a stale `.mo`, and
in the product's own French a word or a space that the rest of it writes otherwise.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from flowia.embedded import BASE_DIR
from tests import french

GATHER = ["makemessages", "-l", "fr", "--no-location", "--no-wrap", "--no-obsolete"]
PRODUCT = Path("locale/fr/LC_MESSAGES/django.po")
"""The sandbox's catalogue holds what customers type, who type as they like."""
IGNORED = [word for name in (".venv", "var", "tests", "benchmarks") for word in ("-i", name)]


def gather(root: Path) -> None:
    """Bring the catalogues below `root` up to date with the source, without compiling them."""
    command = [sys.executable, "-m", "django", *GATHER, *IGNORED]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)


def catalogues(root: Path) -> list[Path]:
    """Return the French catalogues of the product and of the sandbox."""
    return sorted(
        path for path in root.glob("**/locale/fr/LC_MESSAGES/*.po") if ".venv" not in path.parts
    )


def write() -> None:
    """Gather and compile in place."""
    gather(BASE_DIR)
    path = BASE_DIR / PRODUCT
    path.write_text(french.spaced_catalogue(path.read_text()))
    for path in catalogues(BASE_DIR):
        compiled = path.with_suffix(".mo")
        subprocess.run(["msgfmt", "--check", "-o", compiled, path], check=True)


def problems() -> list[str]:
    """Return one line per text that is not ready for its readers."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "source"
        _copy_source(copy)
        gather(copy)
        for path in catalogues(copy):
            name = path.relative_to(copy)
            gathered = _read(path)
            found += [f"{name}: {line}" for line in _unready(gathered)]
            found += [f"{name}: {line}" for line in _stale(gathered, BASE_DIR / name)]
            if name == PRODUCT:
                found += [f"{name}: {line}" for line in _doubtful(gathered)]
    return found


def _copy_source(copy: Path) -> None:
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
        ],
        cwd=BASE_DIR,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (BASE_DIR / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(BASE_DIR / name, copy / name)


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _unready(catalogue: Catalog) -> list[str]:
    return [
        f"not translated: {message.id!r}"
        for message in catalogue
        if message.id and (message.fuzzy or not all(_texts(message)))
    ]


def _doubtful(catalogue: Catalog) -> list[str]:
    return [
        f"{doubt}: {text!r}"
        for message in catalogue
        if message.id
        for text in _texts(message)
        for doubt in french.doubts(text)
    ]


def _texts(message: Message) -> list[str]:
    string = message.string
    return list(string) if isinstance(string, tuple | list) else [string or ""]


def _stale(gathered: Catalog, path: Path) -> list[str]:
    compiled = path.with_suffix(".mo")
    if not compiled.is_file():
        return [f"{compiled.name} is missing: run `make messages`"]
    with compiled.open("rb") as file:
        have = read_mo(file)
    stale = [
        message.id
        for message in gathered
        if message.id and _text(have, message) != _text(gathered, message)
    ]
    return [f"{compiled.name} is stale, run `make messages`: {one!r}" for one in stale]


def _text(catalogue: Catalog, message: Message) -> object:
    found = catalogue.get(message.id, message.context)
    if found is None and message.context:
        # babel leaves the contexts of a compiled catalogue as bytes.
        context: Any = message.context.encode()
        found = catalogue.get(message.id, context)
    text = found.string if found else None
    return text if isinstance(text, str) else tuple(text or ())


def main(arguments: list[str]) -> int:
    """Run `write`, or `check` with exit status 1 when something is missing."""
    if not shutil.which("xgettext"):
        sys.stderr.write("gettext is missing (Debian, Ubuntu: apt install gettext)\n")
        return 1
    if arguments == ["write"]:
        write()
        return 0
    lines = problems()
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
