"""Limits on calls in a sliding window, and the meter that tells how fast callers really were."""

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from sandbox.tools import options

REMEMBERED = 200_000
"""Calls per key; older ones are forgotten."""
MINUTE = 60.0


@dataclass(frozen=True)
class Limit:
    """At most `most` calls of `key` in `seconds`; who goes over waits `lockout` seconds more."""

    key: str
    most: float | None
    seconds: float
    lockout: float = 0


@dataclass(frozen=True)
class Over:
    """The limit that a call went over, and the seconds until the next one may succeed."""

    limit: Limit
    wait: float


_lock = threading.Lock()
_windows: dict[str, deque[float]] = {}
_locked_until: dict[str, float] = {}
_met: dict[str, deque[tuple[float, bool]]] = {}


def take(*limits: Limit) -> Over | None:
    """Count one call against every limit; return the first it goes over, and then count none."""
    now, speed = time.time(), float(options.value("speed") or 1)
    with _lock:
        over = next((one for one in (_over(each, now, speed) for each in limits) if one), None)
        for limit in limits:
            _met.setdefault(limit.key, deque(maxlen=REMEMBERED)).append((now, over is not None))
            if over is None:
                _windows[limit.key].append(now)
        return over


def forget() -> None:
    """Forget every call and every lock-out."""
    with _lock:
        for known in (_windows, _locked_until, _met):
            known.clear()


def rates(*, with_times: bool = False) -> dict[str, Any]:
    """Return for each key how many calls came, how many went over, and the most in any window.

    Refused calls count as calls. Times are milliseconds since 1970; windows are real seconds,
    whatever the option `speed` says.
    """
    with _lock:
        met = {key: list(calls) for key, calls in _met.items()}
    return {key: _rate(calls, with_times=with_times) for key, calls in sorted(met.items())}


def most_within(times: list[float], seconds: float) -> int:
    """Return the largest number of `times`, in order, that lie within less than `seconds`."""
    most, first = 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def _over(limit: Limit, now: float, speed: float) -> Over | None:
    calls = _windows.setdefault(limit.key, deque())
    seconds = limit.seconds / speed
    while calls and now - calls[0] >= seconds:
        calls.popleft()
    until = _locked_until.get(limit.key, 0)
    if now < until:
        return Over(limit, until - now)
    if limit.most is None or len(calls) + 1 <= limit.most:
        return None
    wait = limit.lockout / speed or (calls[0] + seconds - now if calls else seconds)
    if limit.lockout:
        _locked_until[limit.key] = now + wait
    return Over(limit, wait)


def _rate(calls: list[tuple[float, bool]], *, with_times: bool) -> dict[str, Any]:
    times = [at for at, _refused in calls]
    told: dict[str, Any] = {
        "calls": len(calls),
        "refused": sum(refused for _at, refused in calls),
        "most_per_second": most_within(times, 1),
        "most_per_minute": most_within(times, MINUTE),
        "first_ms": round(times[0] * 1000),
        "last_ms": round(times[-1] * 1000),
    }
    return {**told, "times_ms": [round(at * 1000) for at in times]} if with_times else told
