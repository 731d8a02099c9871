"""What a turn that failed leads to: wait, renew the token, hold the account or the network."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from social import meter
from social.accounts import mark_needs_login
from social.errors import ProviderError
from social.holds import hold_account, hold_provider
from social.models import Poll, SocialAccount
from social.polling import READABLE
from social.sessions import has_session
from social.streams import Stream

BACKOFF_SECONDS = 60
REFRESH_SECONDS = 60
"""How long a token gets to be renewed."""
MOST_REFRESHES = 3
"""A token that is refused so often although it was renewed is one to be granted anew."""


def stumble(poll: Poll, stream: Stream, error: ProviderError, *, now: datetime) -> dict[str, Any]:
    """Note what the error says of account and network; returns what becomes of the Poll's row.

    `next_at` None: nothing is read until the account is connected again.
    """
    account = poll.social_account
    until: datetime | None = now + timedelta(seconds=_seconds(poll, stream, error))
    attempts = poll.attempts
    if error.needs_refresh and poll.error_code != error.code[:60]:
        # Turns that failed otherwise say nothing of the token.
        attempts = 1
    if error.needs_login or (error.needs_refresh and attempts > MOST_REFRESHES):
        mark_needs_login(account, error.code)
        until = None
    elif error.needs_refresh:
        _renew(account, now)
    elif error.lacks:
        account.lacks = {**account.lacks, error.lacks: error.code}
        account.save(update_fields=["lacks"])
    elif error.code == meter.SPENT:
        until = meter.spent(account.provider, now=now) or until
    elif error.holds == "account" and until is not None:
        hold_account(account, until, error.code, now=now)
    if error.holds == "provider" and until is not None:
        hold_provider(account.provider, until, error.code, now=now)
        _postpone(account.provider, until)
    return {"next_at": until, "error_code": error.code[:60], "attempts": attempts}


def _seconds(poll: Poll, stream: Stream, error: ProviderError) -> float:
    if error.needs_refresh:
        return REFRESH_SECONDS
    if not error.retryable:
        return stream.longest
    backoff = BACKOFF_SECONDS * 2 ** min(poll.attempts - 1, 10)
    pause = error.retry_after or min(backoff, max(stream.longest, BACKOFF_SECONDS))
    # A browser that broke off is a visit all the same: the next one comes as if it had read.
    return max(pause, stream.shortest) if has_session(poll.social_account) else pause


def _renew(account: SocialAccount, now: datetime) -> None:
    later = Q(refresh_next_at__isnull=True) | Q(refresh_next_at__gt=now)
    living = SocialAccount.objects.filter(pk=account.pk, status__in=READABLE)
    # While attempts are counted, the row is another worker's, or rests (`social.tokens`).
    living.filter(later, refresh_attempts=0).update(refresh_next_at=now)


def _postpone(provider: str, until: datetime) -> None:
    """Let nobody ask the network before `until`, but for turns that are being read."""
    rows = Poll.objects.filter(social_account__provider=provider, attempts=0)
    rows.filter(next_at__lt=until).update(next_at=until)
