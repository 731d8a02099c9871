"""How often something may be done: a sliding window, counted in Redis by one atomic script.

In any window of `seconds`, at most `limit` calls of a key pass, over all processes. Redis's clock
decides. When Redis is away nothing is counted, and the caller decides what that means.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

import structlog
from redis.exceptions import RedisError

from flowia.lib.redis import redis_client

log = structlog.get_logger("flowia.ratelimit")
PAUSE_SECONDS = 5.0
_rest_until = 0.0

# The window is a sorted set of the calls that passed, scored by their microsecond. Refused calls
# are not added: a caller who keeps trying gets in again as soon as the window has room.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[2]) * 1000000
local limit = tonumber(ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local count = redis.call('ZCARD', KEYS[1])
local passed = 0
if count < limit then
  local moment = string.format('%.0f', now)
  redis.call('ZADD', KEYS[1], moment, moment .. ':' .. count)
  redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[2]) * 1000)
  count = count + 1
  passed = 1
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local frees = window
if first[2] then frees = tonumber(first[2]) + window - now end
return {passed, count, frees, time[1]}
"""


# The line is the moment at which its last place is due; it is forgotten when that has come.
LINE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
local mine = math.min(math.max(last, now) + tonumber(ARGV[1]), now + tonumber(ARGV[2]))
redis.call('SET', KEYS[1], string.format('%.0f', mine), 'PX',
           string.format('%.0f', math.max(1, (mine - now) / 1000)))
return string.format('%.0f', mine - now)
"""


@dataclass(frozen=True)
class Verdict:
    """Whether one more call passed.

    `remaining` calls may follow at once. `retry_after` is the whole number of seconds until the
    window has room again, `frees_in` the exact one, `reset_at` the same moment as Unix time.
    """

    passed: bool
    limit: int
    remaining: int
    retry_after: int
    reset_at: int
    frees_in: float = 0.0


def take(key: str, *, limit: int, seconds: float) -> Verdict | None:
    """Count one call of `key` and return the verdict; None when Redis cannot be asked.

    After a failure Redis is left alone for a few seconds, so that a hung one costs one short
    time-out and not one per request.
    """
    global _rest_until  # noqa: PLW0603 - the pause belongs to the process, like its connection
    if time.monotonic() < _rest_until:
        return None
    try:
        answer = redis_client().eval(SCRIPT, 1, _name(key), str(limit), str(seconds))
    except (RedisError, OSError) as error:
        _rest_until = time.monotonic() + PAUSE_SECONDS
        log.warning("redis away, nothing is limited", error=type(error).__name__)
        return None
    passed, count, microseconds, now = (int(value) for value in cast("list[Any]", answer))
    wait = max(1, -(-microseconds // 1_000_000))
    left = max(0, limit - count)
    return Verdict(bool(passed), limit, left, wait, now + wait, microseconds / 1_000_000)


def place(key: str, *, each: float, most: float) -> float:
    """Take the next place in the line of `key`; return in how many seconds it is due.

    Places are `each` seconds apart; none is further away than `most`. When Redis is away nobody
    can be placed, and the next one is due after `each`.
    """
    if time.monotonic() < _rest_until:
        return each
    asked = (str(int(each * 1_000_000)), str(int(most * 1_000_000)))
    with suppress(RedisError, OSError):
        return int(str(redis_client().eval(LINE, 1, _name(key), *asked))) / 1_000_000
    return each


def counted(key: str, *, seconds: int) -> int:
    """Return how many calls of `key` passed in the last `seconds`; 0 when Redis is away."""
    if time.monotonic() < _rest_until:
        return 0
    with suppress(RedisError, OSError):
        client = redis_client()
        now, microseconds = client.time()
        since = (now - seconds) * 1_000_000 + microseconds
        return int(client.zcount(_name(key), since, "+inf"))
    return 0


def give_back(key: str) -> None:
    """Take the newest call of `key` out of its window: it turned out to be somebody else's."""
    with suppress(RedisError, OSError):
        redis_client().zpopmax(_name(key))


def forget_failure() -> None:
    """Ask Redis again at once, without waiting for the pause after a failure to end."""
    global _rest_until  # noqa: PLW0603 - see `take`
    _rest_until = 0.0


def _name(key: str) -> str:
    return f"flowia:limit:{key}"
