"""How often the model may be asked: so many calls a minute, for a workspace and in all."""

from django.conf import settings

from flowia.lib import ratelimit
from processing.errors import AnswerUnavailable

WINDOW_SECONDS = 60
ALL = "ai"
WITHOUT_REDIS_SECONDS = 5.0
"""When to look again while the counters cannot be asked."""


def take_turn(workspace_id: int) -> None:
    """Count one call against the workspace's minute and everybody's.

    Raises AnswerUnavailable with `its_turn` when one of the two is used up, or when Redis cannot
    say: nothing is counted then, and nothing may be sent.
    """
    own = f"{ALL}:{workspace_id}"
    _take(own)
    try:
        _take(ALL)
    except AnswerUnavailable:
        ratelimit.give_back(own)
        raise


def _take(key: str) -> None:
    limit = settings.AI_REQUESTS_PER_MINUTE
    verdict = ratelimit.take(key, limit=limit, seconds=WINDOW_SECONDS)
    if verdict is None or not verdict.passed:
        wait = float(verdict.retry_after) if verdict else WITHOUT_REDIS_SECONDS
        raise AnswerUnavailable("model_queue", retryable=True, retry_after=wait, its_turn=True)
