"""When something that runs by itself was last done, kept in Redis to be watched."""

import json
import time

from redis.exceptions import RedisError

from flowia.lib.redis import redis_client

KEY = "flowia:notes"
INVARIANTS, BACKUP = "invariants", "backup"


def keep(name: str, **numbers: float) -> bool:
    """Note that `name` was done now, with what came of it; False when Redis does not answer."""
    try:
        redis_client().hset(KEY, name, json.dumps({"at": time.time(), **numbers}))
    except (RedisError, OSError):
        return False
    return True


def all_of_them() -> dict[str, dict[str, float]]:
    """Return what was noted by name, with its `age` in seconds; empty without Redis."""
    try:
        rows: dict[str, str] = redis_client().hgetall(KEY)  # type: ignore[assignment] # it waits
    except (RedisError, OSError):
        return {}
    found = {}
    for name, told in rows.items():
        note = json.loads(told)
        age = max(0.0, time.time() - note.pop("at"))
        found[name] = {**note, "age": round(age, 1)}
    return found
