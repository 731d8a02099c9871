"""One read-only visit: whose session it is, and whether it works."""

from social.contracts import Credentials
from social.providers.linkedin.acting import perform
from social.providers.linkedin.errors import check, error_of
from social.sessioning import Owner


def visit(credentials: Credentials) -> Owner:
    """Return the member whose session it is; raises ProviderError."""
    outcome = perform(credentials, "visit", {})
    check(outcome)
    owner = outcome.owner
    if owner is None or not owner.get("id"):
        raise error_of("unknown")
    return Owner(external_id=str(owner["id"]), name=str(owner.get("name") or ""))
