"""`python -m sandbox environment | migrate`: what the run command asks of the sandbox."""

import os
import sys
from pathlib import Path

from sandbox import demo

USAGE = "usage: python -m sandbox environment | migrate\n"


def main(arguments: list[str]) -> int:
    """Run one of the two commands; the exit code is 0, or 2 for anything else."""
    if arguments == ["environment"]:
        sys.stdout.write(environment_lines())
        return 0
    if arguments == ["migrate"]:
        migrate()
        return 0
    sys.stderr.write(USAGE)
    return 2


def environment_lines() -> str:
    """Return the NAME=value lines of `var/demo.env`, for the ports in PORT and SANDBOX_PORT."""
    values = demo.environment(
        port=os.environ.get("PORT") or "8000",
        sandbox_port=os.environ.get("SANDBOX_PORT") or "8001",
        openai_key=os.environ.get("OPENAI_API_KEY") or _key_in_file(),
    )
    return "".join(f"{name}={value}\n" for name, value in values.items())


def migrate() -> None:
    """Bring the sandbox's own database up to date."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"
    # Django is loaded here only: `environment` must answer before anything is installed.
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(["sandbox", "migrate", "--verbosity", "0"])


def _key_in_file() -> str:
    path = Path(__file__).resolve().parent.parent / ".env"
    if not path.is_file():
        return ""
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "OPENAI_API_KEY":
            return value.strip().strip("'\"")
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
