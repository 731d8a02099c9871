"""Webhooks of an account: asked for, and noted as the network's second look showed them."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings

from flowia.lib import clock
from social.accounts import credentials_of
from social.errors import ProviderError
from social.models import SocialAccount
from social.ways import way_behind

log = structlog.get_logger("flowia.connecting")
AGAIN_AFTER = timedelta(minutes=15)
LOST = "lost_fields"
"""The fact that names webhook fields which are gone at the network, comma-separated."""


def subscribe(account: SocialAccount) -> SocialAccount:
    """Ask for the account's webhooks and note what is subscribed; returns the row as it is now.

    Should the network not do it now, the account stays connected and the next check asks again.
    """
    behind = way_behind(account)
    ask = behind.login.subscribe if behind else None
    fields: tuple[str, ...] | None = None
    error = ""
    if ask is not None:
        try:
            fields = ask(credentials_of(account))
        except ProviderError as refused:
            error = refused.code
            log.warning("not subscribed", account=account.pk, code=refused.code)
    note_fields(account, fields, error=error, asked=ask is not None, now=clock.now())
    account.refresh_from_db()
    return account


def check_every() -> timedelta:
    """Return how long after a look at an account the next one comes."""
    return timedelta(seconds=settings.ACCOUNT_CHECK_SECONDS)


def note_fields(
    account: SocialAccount,
    fields: tuple[str, ...] | None,
    *,
    error: str,
    asked: bool,
    now: datetime,
) -> None:
    """Write what a subscription came to, unless the account was connected anew meanwhile."""
    changes: dict[str, object] = {
        "check_error": error[:60],
        "check_next_at": now + (min(AGAIN_AFTER, check_every()) if error else check_every()),
    }
    if asked and not error:
        changes |= {"webhook_fields": sorted(fields or ()), "checked_at": now}
    rows = SocialAccount.objects.filter(pk=account.pk, connected_at=account.connected_at)
    rows.exclude(status=SocialAccount.Status.DISCONNECTED).update(**changes)


def lost_fields(account: SocialAccount) -> list[str]:
    """Return the webhook fields that the account had and the network no longer has."""
    named = str(account.facts.get(LOST, ""))
    return [one for one in named.split(",") if one]
