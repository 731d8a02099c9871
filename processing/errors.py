"""What can go wrong in the mind, in words that the pipeline understands."""


class EchoTooEarlyError(Exception):
    """An echo that may be of a message which is on the wire right now: ask again in a moment."""


class ErasedMeanwhileError(Exception):
    """The person was erased while their message was taken in: look at the call once more."""


class AnswerUnavailable(Exception):  # noqa: N818 - the architecture's own word for it
    """The model gave no usable answer.

    `reason` is a ledger code; `retryable` with `retry_after` seconds when asking again later
    may help.
    """

    def __init__(
        self, reason: str, *, retryable: bool = False, retry_after: float | None = None
    ) -> None:
        self.reason = reason
        self.retryable = retryable
        self.retry_after = retry_after
        super().__init__(reason)
