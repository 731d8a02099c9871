"""What is due now, found in the tables: the broker only wakes."""

from typing import Any


def backlog(client: Any) -> dict[str, Any]:
    return {}


def seconds_since_tick(client: Any) -> float | None:
    return None
