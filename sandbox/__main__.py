"""`python -m sandbox environment | banner | migrate`: what the run command asks of the sandbox."""

import os
import sys
from pathlib import Path

from sandbox import demo

USAGE = "usage: python -m sandbox environment | banner | migrate\n"


def main(arguments: list[str]) -> int:
    """Run one of the three commands; the exit code is 0, or 2 for anything else."""
    if arguments == ["environment"]:
        sys.stdout.write(environment_lines())
        return 0
    if arguments == ["banner"]:
        sys.stdout.write(banner_lines())
        return 0
    if arguments == ["migrate"]:
        migrate()
        return 0
    sys.stderr.write(USAGE)
    return 2


def environment_lines() -> str:
    """Return the NAME=value lines of `var/demo.env`, for the ports in the environment."""
    values = demo.environment(
        port=os.environ.get("PORT") or "8000",
        sandbox_port=os.environ.get("SANDBOX_PORT") or "8001",
        mail_port=os.environ.get("SANDBOX_MAIL_PORT") or "",
        openai_key=os.environ.get("OPENAI_API_KEY") or _key_in_file(),
    )
    return "".join(f"{name}={value}\n" for name, value in values.items())


def banner_lines() -> str:
    """Return what the run command tells a visitor: the phone's address, logins, what to try."""
    address = f"http://127.0.0.1:{os.environ.get('SANDBOX_PORT') or '8001'}/"
    text = demo.BANNER_EN if _speaks_english() else demo.BANNER_FR
    return text.format(
        address=address,
        members=f"{demo.OWNER_EMAIL}, {demo.MEMBER_EMAIL}",
        members_password=demo.MEMBERS_PASSWORD,
        operator=demo.OPERATOR_EMAIL,
        operator_password=demo.OPERATOR_PASSWORD,
    )


def _speaks_english() -> bool:
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    spoken = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return spoken.lower().startswith("en")


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
