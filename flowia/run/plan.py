"""What this run is told: ports, folders, and which services it brings itself."""

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flowia.bootstrap import MAKE
from flowia.embedded import BASE_DIR, GIVEN, var_dir
from flowia.production import public_url
from flowia.run.envfiles import completed
from flowia.run.words import _

HIGHEST_PORT = 65535
LEASH = Path(__file__).with_name("leash.py")


class CannotRunError(Exception):
    """The run cannot start; the message is one sentence for people."""


@dataclass(frozen=True)
class Plan:
    """One run: `told` is the process environment completed by `.env`, nothing else."""

    serve: bool
    told: dict[str, str]
    var: Path
    port: int
    sandbox_port: int
    mail_port: int

    @property
    def own_redis(self) -> bool:
        """Whether no Redis is named, so that this run brings its own."""
        return not self.told.get("REDIS_URL")

    @property
    def sqlite(self) -> Path | None:
        """The database file, or None when another database is named."""
        return None if self.told.get("DATABASE_URL") else self.var / "flowia.sqlite3"

    @property
    def address(self) -> str:
        """Where this machine finds the web process."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        """The host name to ask the web process for: the one it is known by."""
        known = self.told.get("PUBLIC_URL", "") if self.serve else ""
        return urlsplit(public_url(known)).netloc or f"127.0.0.1:{self.port}"

    @property
    def demo_file(self) -> Path:
        """The file that points the providers at the sandbox."""
        return self.var / "demo.env"

    def environment(self) -> dict[str, str]:
        """Return what the processes of this run start with.

        They read `.env` and the files in `var` themselves; a blank name would hide those.
        """
        # Each worker would repeat Django's system checks; in the demo nobody waits for them.
        quick = {} if self.serve else {"CELERY_SKIP_CHECKS": "1"}
        return {
            **{name: value for name, value in GIVEN.items() if value and name != MAKE},
            **quick,
            "PYTHONUTF8": "1",
            "FLOWIA_VAR": str(self.var),
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox_port),
            "SANDBOX_MAIL_PORT": str(self.mail_port),
            "FLOWIA_PYTHON": shlex.quote(sys.executable),
            "FLOWIA_LEASH": shlex.quote(str(LEASH)),
            "FLOWIA_ROOT": str(BASE_DIR),
        }


def make_plan(*, serve: bool) -> Plan:
    """Read the environment and `.env`; raises CannotRunError for a port that is no port."""
    told = completed(GIVEN, BASE_DIR / ".env")
    sandbox_port = _port(told, "SANDBOX_PORT", 8001)
    return Plan(
        serve=serve,
        told=told,
        var=var_dir(),
        port=_port(told, "PORT", 8000),
        sandbox_port=sandbox_port,
        mail_port=_port(told, "SANDBOX_MAIL_PORT", sandbox_port + 1),
    )


def _port(told: dict[str, str], name: str, default: int) -> int:
    text = told.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        raise CannotRunError(
            _("%(name)s=%(value)s is not a port: give a number from 1 to 65535.")
            % {"name": name, "value": text}
        )
    return int(text)
