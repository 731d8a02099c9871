"""Is this container's process alive: a program for a platform that asks every half minute.

`python -P flowia/alive.py [web|worker|beat]`. Without a word it looks at what the container runs,
its first process. It imports nothing of the product, which would cost a second of work each time:
web is asked over HTTP; workers and beat say in Redis that they live. Exit code 1, and one line, if
not.
"""

import http.client
import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

PATIENCE = 4.0
WORKERS, TICK = "flowia:workers", "flowia:tick"
"""Where workers (`flowia/watching/workers.py`) and beat (`processing/dispatch.py`) say it."""
SILENT_SECONDS = {"worker": 60.0, "beat": 60.0}
"""Of what was not heard for so long nobody knows whether it lives."""


def main(words: list[str], told: Mapping[str, str]) -> str:
    """Return what is wrong, in a few words; "" where the process lives."""
    command = _first_process()
    role = words[0] if words else role_of(command)
    try:
        if role == "web":
            return _web(told)
        return _silent(role, name_of(command, socket.gethostname()), told)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is the answer
        return f"{role}: {type(error).__name__}"


def role_of(command: list[str]) -> str:
    """Return `web`, `worker` or `beat` for a command of the Procfile."""
    return next((word for word in ("worker", "beat") if word in command), "web")


def name_of(command: list[str], host: str) -> str:
    """Return the name by which Celery knows the worker of this command; "" for none."""
    if "-n" not in command:
        return ""
    return command[command.index("-n") + 1].replace("%h", host)


def _first_process() -> list[str]:
    return Path("/proc/1/cmdline").read_bytes().decode(errors="replace").split("\0")


def _web(told: Mapping[str, str]) -> str:
    """Ask the web process, by the name under which it is known."""
    host = urlsplit(told.get("PUBLIC_URL", "").strip()).netloc or "localhost"
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(told.get("PORT") or 8000), timeout=PATIENCE
    )
    connection.request("GET", "/health", headers={"Host": host})
    status = connection.getresponse().status
    return "" if status == http.client.OK else f"web: {status}"


def _silent(role: str, name: str, told: Mapping[str, str]) -> str:
    """Look when the process was last heard; a Redis that is away is no fault of its own."""
    from redis import Redis  # noqa: PLC0415 - the web process is asked without it
    from redis.exceptions import ConnectionError as AwayError  # noqa: PLC0415
    from redis.exceptions import TimeoutError as LateError  # noqa: PLC0415

    client = Redis.from_url(told["REDIS_URL"], socket_timeout=PATIENCE, decode_responses=True)
    try:
        found = client.get(TICK) if role == "beat" else client.hget(WORKERS, name)
    except (AwayError, LateError):
        return ""
    if found is None:
        return f"{name or role} was never heard"
    said = float(str(found)) if role == "beat" else float(json.loads(str(found))["at"])
    age = time.time() - said
    return "" if age < SILENT_SECONDS[role] else f"{name or role} was last heard {age:.0f} s ago"


if __name__ == "__main__":
    wrong = main(sys.argv[1:], os.environ)
    if wrong:
        sys.exit(wrong)
