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
    parts = _ask(plan.port, "/health/ready", plan.host)
    if parts or plan.serve:
        return ["web"] if parts is None else parts
    answer = _ask(plan.sandbox_port, "/", f"127.0.0.1:{plan.sandbox_port}")
    return ["web"] if parts is None else ["sandbox"] if answer is None else []


def _ask(port: int, path: str, host: str) -> list[str] | None:
    """Return the failing parts that an address names, or None when it does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", path, headers={"Host": host})
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    if response.status < http.client.BAD_REQUEST:
        return []
    try:
        return [str(name) for name in json.loads(body)["failing"]]
    except (ValueError, KeyError, TypeError):
        return None
