"""What can go wrong in the mind, in words that the pipeline understands."""

from typing import Any


class EchoTooEarlyError(Exception):
    """An echo that may be of a message which is on the wire right now: ask again in a moment."""


class ErasedMeanwhileError(Exception):
    """The person was erased while their message was taken in: look at the call once more."""


class AnswerUnavailable(Exception):  # noqa: N818 - the architecture's own word for it
    """The model gave no usable answer.

    `reason` is a ledger code; `retryable` with `retry_after` seconds when asking again later
    may help. `its_turn` says that nobody was asked: the calls of this minute are used up, so
    waiting is no failure. `spent` is the `Spent` of an answer that was paid for all the same.
    """

    def __init__(
        self,
        reason: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        its_turn: bool = False,
        spent: Any = None,
    ) -> None:
        self.reason = reason
        self.retryable = retryable
        self.retry_after = retry_after
        self.its_turn = its_turn
        self.spent = spent
        super().__init__(reason)
