"""Why an account was not connected, in words that say what to do."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from flowia.lib.errors import ConflictError, FlowError
from social.errors import ProviderError
from social.logins import Scope
from social.ways import Way
from social.words import PROBLEMS, problem_in_words


class ConsentRefusedError(FlowError):
    """The person said no at the network, or the network did; `said` is its word for it."""

    code = "consent_refused"
    status = 400
    detail = _(
        "You did not allow it there, so nothing was connected. You can begin again any time."
    )

    def __init__(self, said: str) -> None:
        """Tell apart a person's no from everything else that a network may say."""
        denied = said == "access_denied"
        super().__init__(
            None
            if denied
            else _("The network ended this attempt. Nothing was connected: try again.")
        )


class MissingScopesError(ConflictError):
    """Permissions without which nothing works were not given; `scopes` names them."""

    code = "scopes_missing"
    detail = _("Some permissions are missing without which nothing works. Nothing was connected.")

    def __init__(self, way: Way, scopes: Sequence[Scope]) -> None:
        """Name each with why it matters."""
        self.way, self.scopes = way, list(scopes)
        super().__init__(errors={scope.name: [str(scope.why)] for scope in scopes})


class NothingToConnectError(ConflictError):
    """What was granted opens no account that can be connected; `problem` says why."""

    code = "nothing_to_connect"
    detail = _(
        "There is no account behind this sign-in that could be connected."
        " Did you leave all of them unticked, or sign in as somebody else?"
    )

    def __init__(self, *, problem: str = "") -> None:
        """Tell the one account's problem where there is one."""
        super().__init__(problem_in_words(problem) if problem in PROBLEMS else None)


class TakenElsewhereError(ConflictError):
    """Another workspace has the account: one account has one workspace."""

    code = "account_taken"
    detail = _(
        "This account is connected in another workspace. Disconnect it there first:"
        " one account can only be answered from one place."
    )


class ExpiredChoiceError(FlowError):
    """The list to choose from is too old, was used, or cannot be read."""

    code = "choice_expired"
    status = 409
    detail = _("This list has expired or was used already. Connect again to see it anew.")


class NothingChosenError(FlowError):
    """None of the accounts was chosen, or one that is not in the list."""

    code = "nothing_chosen"
    status = 400
    detail = _("Choose at least one account of the list.")


class NetworkRefusedError(FlowError):
    """The network does not take what it sent us itself, or not from us."""

    code = "network_refused"
    status = 422
    detail = _("The network did not accept this attempt. Nothing was connected: begin again.")


class NetworkAwayError(FlowError):
    """The network does not answer, or not now."""

    code = "network_away"
    status = 503
    detail = _("The network cannot be reached right now. Nothing was connected: try again later.")


def network_error(_way: Way, error: ProviderError) -> FlowError:
    """Return what people are told of `error`; its own code is in the problem document."""
    if error.code in PROBLEMS:
        return NothingToConnectError(problem=error.code)
    if error.retryable or error.outcome_unknown:
        pause = error.retry_after
        return NetworkAwayError(retry_after=None if pause is None else round(pause))
    refused = NetworkRefusedError()
    refused.errors = {"network": [error.code]}
    return refused
