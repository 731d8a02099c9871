"""Make a typed Python client from our own OpenAPI document: `python -m tests.client [FOLDER]`.

It goes to `var/client`, where docs/examples/client/program.py finds it.
"""

import os
import subprocess
import sys
from pathlib import Path

import django

from flowia.embedded import BASE_DIR

EXAMPLE = BASE_DIR / "docs/examples/client"
PACKAGE = "flowia_client"
GENERATOR = ["-m", "openapi_python_client", "generate"]


def main(words: list[str]) -> int:
    """Write the document and the client; returns the generator's exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    folder = Path(words[0]) if words else BASE_DIR / "var" / "client"
    done = generate(folder)
    sys.stdout.write(done.stdout + done.stderr)
    if not done.returncode:
        program = (EXAMPLE / "program.py").relative_to(BASE_DIR)
        sys.stdout.write(f"PYTHONPATH={folder} {Path(sys.executable)} {program} leads\n")
    return done.returncode


def generate(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Make the client in `folder`; a warning of the generator is an error."""
    from flowia.document import written  # noqa: PLC0415 - after the settings are named

    folder.mkdir(parents=True, exist_ok=True)
    document = written("en", "json")
    source = folder / "schema.json"
    source.write_bytes(document if isinstance(document, bytes) else document.encode())
    options = {
        "--path": source,
        "--config": EXAMPLE / "generator.yml",
        "--meta": "none",
        "--output-path": folder / PACKAGE,
    }
    told = [str(word) for pair in options.items() for word in pair]
    return subprocess.run(
        [sys.executable, *GENERATOR, *told, "--overwrite", "--fail-on-warning"],
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
