"""What becomes of work whose model did not answer, and what an answer cost in figures."""

from datetime import datetime, timedelta
from typing import Any

from processing.ai.contracts import Spent
from processing.decision import Decision, Kind
from processing.errors import AnswerUnavailable

MODEL_ATTEMPTS = 3
MODEL_RETRY_SECONDS = 2.0
MODEL_RETRY_LIMIT = 60.0


def without_answer(
    decision: Decision, error: AnswerUnavailable, *, attempts: int, now: datetime
) -> Decision:
    """Return what follows a model that gave nothing: wait for its turn, ask again, or a human.

    `decision` is what the gates had said; `attempts` counts this one.
    """
    paid = spent_in_figures(error.spent) if error.spent else {}
    data = {"code": error.reason, "attempt": attempts, **paid}
    failed = {"gate": "answer", "passed": False, "reason": error.reason, "data": {}}
    gates = (*decision.gates, failed)
    if error.its_turn:
        until = now + timedelta(seconds=error.retry_after or MODEL_RETRY_SECONDS)
        return Decision(Kind.WAIT, error.reason, until, gates, data)
    if error.retryable and attempts < MODEL_ATTEMPTS:
        pause = error.retry_after or MODEL_RETRY_SECONDS * 2 ** (attempts - 1)
        until = now + timedelta(seconds=min(pause, MODEL_RETRY_LIMIT))
        return Decision(Kind.WAIT, "model_retry", until, gates, data)
    return Decision(Kind.HANDOFF, error.reason, None, gates, data)


def spent_in_figures(spent: Spent) -> dict[str, Any]:
    """Return what a call cost as the ledger keeps it; `cost` in millionths of a US dollar."""
    return {
        "prompt": spent.prompt_version,
        "model": spent.model,
        "tokens_in": spent.tokens_in,
        "tokens_out": spent.tokens_out,
        "milliseconds": spent.milliseconds,
        "cost": spent.cost,
    }
