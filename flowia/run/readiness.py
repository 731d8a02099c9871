"""Is it up: asks the web process, and knows which log explains a part that is not."""

import http.client
import json

from flowia.run.plan import Plan

LOGS = {
    "database": "web.log",
    "redis": "valkey.log",
    "queues": "worker-incoming.log",
    "beat": "beat.log",
    "web": "web.log",
    "sandbox": "sandbox.log",
}


def failing(plan: Plan) -> list[str]:
    """Return the parts that are not ready; an empty list says that everything is."""
    status, body = _ask(plan.port, "/health/ready", plan.host)
    if status != http.client.OK:
        return _named(body) or ["web"]
    if not plan.serve and not _ask(plan.sandbox_port, "/", f"127.0.0.1:{plan.sandbox_port}")[0]:
        return ["sandbox"]
    return []


def browser(plan: Plan) -> bool | None:
    """Return whether the workers found a browser for members' own sessions; None: not told yet."""
    _status, body = _ask(plan.port, "/health/ready", plan.host)
    try:
        found = json.loads(body)["parts"]["sessions"]["browser"]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, bool) else None


def _ask(port: int, path: str, host: str) -> tuple[int, bytes]:
    """Return status and body; the status is 0 when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", path, headers={"Host": host})
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def _named(body: bytes) -> list[str]:
    try:
        return [str(name) for name in json.loads(body)["failing"]]
    except (ValueError, KeyError, TypeError):
        return []
