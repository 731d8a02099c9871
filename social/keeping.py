"""Tokens in an account's row: sealed, with when they end and when they are renewed."""

from datetime import datetime

from flowia.lib.crypto import CannotDecryptError
from social.logins import Login, Tokens
from social.models import SocialAccount

TOKEN_FIELDS = (
    "sealed_credentials",
    "token_issued_at",
    "token_expires_at",
    "refresh_expires_at",
    "refresh_next_at",
    "refresh_attempts",
)
"""What `keep_tokens` changes."""


def keep_tokens(
    account: SocialAccount, tokens: Tokens, login: Login, *, same_login: bool, now: datetime
) -> None:
    """Put `tokens` into the row; the caller saves `TOKEN_FIELDS`.

    With `same_login`, a refresh token that the network did not give again stays: an empty one
    never takes its place (Google gives one at the first consent only).
    """
    kept = secrets_of(account).get("refresh_token", "") if same_login else ""
    account.seal(
        {
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token or kept,
        }
    )
    if tokens.refresh_token or not kept or tokens.refresh_expires_at is not None:
        account.refresh_expires_at = tokens.refresh_expires_at
    account.token_issued_at, account.token_expires_at = now, tokens.expires_at
    account.refresh_next_at, account.refresh_attempts = next_refresh(account, login, now), 0


def drop_tokens(account: SocialAccount) -> None:
    """Take everything out of the row that opens the account; the caller saves `TOKEN_FIELDS`."""
    account.sealed_credentials, account.refresh_attempts = "", 0
    account.token_issued_at = account.token_expires_at = None
    account.refresh_expires_at = account.refresh_next_at = None


def next_refresh(account: SocialAccount, login: Login, now: datetime) -> datetime | None:
    """Return when the token is renewed: ahead of its end, and never before half of its life.

    None where it has no end that the network tells, or cannot be renewed.
    """
    ends = account.token_expires_at
    if login.refresh is None or ends is None:
        return None
    ahead, half = ends - login.refresh_ahead, now + (ends - now) / 2
    return max(ahead, half, now + login.refresh_not_before)


def secrets_of(account: SocialAccount) -> dict[str, str]:
    """Return what is sealed in the row; nothing where it cannot be read any more."""
    try:
        return account.credentials
    except CannotDecryptError:
        return {}
