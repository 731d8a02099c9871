"""How a network's refusal is told to the rest of the house."""


class ProviderError(Exception):
    """The network did not take a message.

    - `code`: the network's own code, or ours in words; stable, for machines and the ledger.
    - `retryable`: it certainly did not take it and may later; wait `retry_after` seconds if given.
    - `outcome_unknown`: it may have taken it; never send again without proof.
    - `needs_login`: the account's credentials are dead.
    """

    def __init__(
        self,
        code: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        outcome_unknown: bool = False,
        needs_login: bool = False,
    ) -> None:
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
        self.outcome_unknown = outcome_unknown
        self.needs_login = needs_login
        super().__init__(code)
