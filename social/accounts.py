"""What is done with a connected account: reading its credentials, marking it broken."""

from flowia.lib.crypto import CannotDecryptError
from social.contracts import Credentials
from social.errors import ProviderError
from social.models import SocialAccount


def credentials_of(account: SocialAccount) -> Credentials:
    """Return what the provider needs to write as `account`.

    Raises ProviderError(needs_login) when the secret is missing or cannot be decrypted.
    """
    try:
        token = account.credentials.get("page_token", "")
    except CannotDecryptError as error:
        raise ProviderError("cannot_decrypt", needs_login=True) from error
    if not token:
        raise ProviderError("no_token", needs_login=True)
    return Credentials(account_external_id=account.external_id, kind=account.kind, token=token)


def mark_needs_login(account: SocialAccount, code: str) -> None:
    """Note that the account must be connected again; what arrives is stored all the same."""
    account.status, account.status_reason = SocialAccount.Status.NEEDS_LOGIN, code[:100]
    account.save(update_fields=["status", "status_reason"])
