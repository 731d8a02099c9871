"""How a network's refusal is told to the rest of the house."""

OVERTAKEN = "newer_message"
"""The code of a refusal because somebody wrote in the thread after the words were decided on."""


class ProviderError(Exception):
    """The network did not do what it was asked, or nobody knows whether it did.

    - `code`: the network's own code, or ours in words; stable, for machines and the ledger.
    - `retryable`: it certainly did not take it and may later; wait `retry_after` seconds if given.
    - `outcome_unknown`: it may have taken it; never send again without proof.
    - `needs_login`: the account's credentials are dead.
    - `needs_refresh`: the access token is refused; a refresh may help, once.
    - `holds`: what waits with a retryable one: "message", "account" or "provider".
    - `lacks`: the ability ("direct", "comments"…) that the account turned out not to have.
    """

    def __init__(
        self,
        code: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        outcome_unknown: bool = False,
        needs_login: bool = False,
        needs_refresh: bool = False,
        holds: str = "message",
        lacks: str = "",
    ) -> None:
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
        self.outcome_unknown = outcome_unknown
        self.needs_login = needs_login
        self.needs_refresh = needs_refresh
        self.holds = holds
        self.lacks = lacks
        super().__init__(code)
