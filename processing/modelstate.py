"""What is known of the model's service: troubles that asking again cannot mend.

No credit, a dead model id, a wrong key: the first failure is noted, and until `retry_at` nobody
asks. Then one message tries again; a good answer clears the note. Operators see it in the admin,
and may pause the model there.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from django.db.models import F

from flowia.lib import clock
from flowia.lib.standing import Standing, given
from processing.errors import AnswerUnavailable
from processing.models import ModelState
from social import pauses

log = structlog.get_logger("flowia.model")
Answer = TypeVar("Answer")
PAUSED = "model_paused"
TROUBLES = {"model_out_of_credit", "model_misconfigured", "model_not_found"}
RETRY = timedelta(minutes=5)
LEASE = timedelta(seconds=30)
"""How long the one who tries has for it, before another may."""

TROUBLE = Standing(
    lambda: (
        ModelState.objects.filter(retry_at__gt=given.moment("now"))
        .order_by("-since")
        .values_list("code", flat=True)[:1]
    )
)
NOTED = Standing(lambda: ModelState.objects.order_by("-since"))


def trouble(*, now: datetime) -> str:
    """Return the reason code of what keeps the model from answering; empty when it may be asked."""
    return TROUBLE.first(now=now) or ""


def asked(ask: Callable[[], Answer]) -> Answer:
    """Return what `ask` returns, and learn from it; raises AnswerUnavailable.

    Once a trouble's time is over, one caller at a time tries; the others hear of the trouble. While
    operators pause the model nobody asks: who wants to, waits.
    """
    now = clock.now()
    if pauses.model_pause(now=now) is not None:
        seconds = pauses.PAUSE_CHECK.total_seconds()
        raise AnswerUnavailable(PAUSED, retryable=True, retry_after=seconds, its_turn=True)
    for found in NOTED():
        mine = ModelState.objects.filter(pk=found.pk, retry_at=found.retry_at, retry_at__lte=now)
        if not mine.update(retry_at=now + LEASE):
            raise AnswerUnavailable(found.code)
    try:
        answer = ask()
    except AnswerUnavailable as error:
        note(error.reason, now=clock.now())
        raise
    clear()
    return answer


def note(code: str, *, now: datetime) -> None:
    """Note a failure of the model; what may pass by itself is not kept."""
    if code not in TROUBLES:
        return
    again = {"retry_at": now + RETRY, "failures": F("failures") + 1}
    if ModelState.objects.filter(code=code).update(**again):
        return
    fresh = ModelState(code=code, since=now, retry_at=now + RETRY)
    ModelState.objects.bulk_create([fresh], ignore_conflicts=True)
    log.error("model in trouble", code=code)


def clear() -> None:
    """The model answered: whatever kept it from that is over."""
    if NOTED():
        ModelState.objects.all().delete()
        log.info("model answers again")
