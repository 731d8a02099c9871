"""What an empty environment runs on: the `var` folder, its secrets and its private services.

Only the standard library is used, since `settings.py` and the run command read it first.
"""

import base64
import os
import secrets
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

# What this process was started with, before settings.py completes it from the files below.
GIVEN = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
SECRETS = ("SECRET_KEY", "JWT_SIGNING_KEY", "ENCRYPTION_KEY")
# Blank says something here: a model's server that does not know the parameter.
BLANKS = ("OPENAI_REASONING_EFFORT",)


class NotWritableError(RuntimeError):
    """The folder for the embedded data cannot be written."""


def var_dir() -> Path:
    """Return the folder of everything the embedded default writes (`FLOWIA_VAR`, or `var/`)."""
    return Path(os.environ.get("FLOWIA_VAR") or BASE_DIR / "var").resolve()


def env_files() -> list[Path]:
    """Return the files that complete the environment, the strongest first.

    `.env` is written by people. `var/services.env` holds the address of the private Redis,
    `var/demo.env` points the providers at the sandbox; the run command writes both.
    """
    var = var_dir()
    named = [BASE_DIR / ".env", var / "demo.env", var / "services.env", var / "secrets.env"]
    return [path for path in named if path.is_file()]


def drop_blanks() -> None:
    """Forget every name that was left blank: blank is not given, but where it means something."""
    for name in [name for name, value in os.environ.items() if not value and name not in BLANKS]:
        del os.environ[name]


def ensure_secrets() -> None:
    """Write `var/secrets.env` with fresh random keys, once, readable by its owner alone.

    Raises NotWritableError with a sentence for people when the folder cannot be written.
    """
    path = var_dir() / "secrets.env"
    if path.exists():
        return
    lines = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "JWT_SIGNING_KEY": secrets.token_urlsafe(50),
        "ENCRYPTION_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    try:
        write_private(path, "".join(f"{name}={value}\n" for name, value in lines.items()))
    except OSError as error:
        message = f"{path.parent} cannot be written ({error.strerror}): set FLOWIA_VAR to a folder"
        raise NotWritableError(message) from error


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path` in one step, with mode 0600; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
