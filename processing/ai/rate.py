"""How often the model may be asked: so many calls a minute, for a workspace and in all.

Who finds a minute used up takes a place in a line and comes back when that place is due. If all
came back with the first free call, twenty thousand messages of one workspace would be looked at
every second, and nobody else's.
"""

from django.conf import settings

from flowia.lib import ratelimit
from processing.errors import AnswerUnavailable

WINDOW_SECONDS = 60
ALL = "ai"
LONGEST_LINE_SECONDS = 900.0
"""Nobody is sent away for longer: places may fall free, and a conversation may be over by then."""
WITHOUT_REDIS_SECONDS = 5.0
"""When to look again while the counters cannot be asked."""


def take_turn(workspace_id: int) -> None:
    """Count one call against the workspace's minute and everybody's.

    Raises AnswerUnavailable with `its_turn` when one of the two is used up, or when Redis cannot
    say: nothing is counted then, and nothing may be sent.
    """
    own = f"{ALL}:{workspace_id}"
    _take(own, settings.AI_REQUESTS_PER_MINUTE)
    try:
        _take(ALL, in_all())
    except AnswerUnavailable:
        ratelimit.give_back(own)
        raise


def in_all() -> int:
    """Return how many calls a minute may hold of all workspaces together."""
    limit: int = settings.AI_REQUESTS_PER_MINUTE_IN_ALL or settings.AI_REQUESTS_PER_MINUTE
    return limit


def _take(key: str, limit: int) -> None:
    verdict = ratelimit.take(key, limit=limit, seconds=WINDOW_SECONDS)
    if verdict is None or not verdict.passed:
        wait = _wait(key, limit, verdict.retry_after) if verdict else WITHOUT_REDIS_SECONDS
        raise AnswerUnavailable("model_queue", retryable=True, retry_after=wait, its_turn=True)


def _wait(key: str, limit: int, at_least: float) -> float:
    """Return the seconds until the next place in the line of `key` is due."""
    each = WINDOW_SECONDS / max(1, limit)
    place = ratelimit.place(f"{key}:line", each=each, most=LONGEST_LINE_SECONDS)
    return max(float(at_least), place)
