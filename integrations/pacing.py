"""Whose turn it is to call a tool: each tool's own limits, kept by all processes together.

A window is a little longer than the tool's, because one call may take longer on its way than the
next: what leaves us in order and apart may arrive together.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence

from flowia.lib import ratelimit
from integrations.contracts import ConnectorError, Rate

LEEWAY_SECONDS = 0.25
PATIENCE_SECONDS = 3.0
"""Longer than this nobody sleeps here: the work goes back to its table and another takes over."""
SHORTEST_NAP_SECONDS = 0.002
LOCAL_SHARE = 4
"""Without Redis every process takes this part of a limit: it cannot know of the others."""

_lock = threading.Lock()
_calls: dict[str, deque[float]] = {}


def wait_turn(rates: Sequence[Rate]) -> None:
    """Return when a call that counts for all of `rates` may be made.

    Raises ConnectorError `paced`, with the seconds after which to come again.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while wait := _ask(rates):
        if time.monotonic() + wait > until:
            raise ConnectorError("paced", retryable=True, throttled=True, retry_after=wait)
        time.sleep(wait)


def forget() -> None:
    """Forget the calls that were counted here while Redis was away."""
    with _lock:
        _calls.clear()


def _ask(rates: Sequence[Rate]) -> float:
    """Take the turn and return 0, or take nothing and return the seconds until it may be free.

    The narrowest limit is asked last: it is never taken in vain, so its window tells the truth.
    """
    taken: list[Rate] = []
    for rate in sorted(rates, key=lambda rate: rate.seconds / rate.limit):
        window = rate.seconds + LEEWAY_SECONDS
        verdict = ratelimit.take(_key(rate), limit=rate.limit, seconds=window)
        if verdict is not None and verdict.passed:
            taken.append(rate)
            continue
        for other in taken:
            ratelimit.give_back(_key(other))
        if verdict is None:
            return _ask_here(rates, time.monotonic())
        return max(verdict.frees_in, SHORTEST_NAP_SECONDS)
    return 0.0


def _ask_here(rates: Sequence[Rate], now: float) -> float:
    with _lock:
        waits = [_wait_here(rate, now) for rate in rates]
        if not any(waits):
            for rate in rates:
                _calls[rate.key].append(now)
        return max(waits, default=0.0)


def _wait_here(rate: Rate, now: float) -> float:
    window, calls = rate.seconds + LEEWAY_SECONDS, _calls.setdefault(rate.key, deque())
    while calls and now - calls[0] >= window:
        calls.popleft()
    full = len(calls) >= max(1, rate.limit // LOCAL_SHARE)
    return calls[0] + window - now if full else 0.0


def _key(rate: Rate) -> str:
    return f"tool:{rate.key}"
