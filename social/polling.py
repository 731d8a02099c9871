"""Which streams are read when: one row per stream of an account (`Provider.streams`).

The reading itself is `social.turns`; what it costs is counted by `social.meter`.
"""

from datetime import datetime

from django.db.models import Q

from social.models import Poll, SocialAccount
from social.providers.registry import PROVIDERS
from social.streams import Stream

READABLE = (SocialAccount.Status.ACTIVE, SocialAccount.Status.PAUSED)
"""A paused account answers nobody; what people write to it is kept all the same."""
AGAIN = 0
"""`Poll.seconds` of a stream that was announced while it was being read."""


def ensure_polls(account: SocialAccount, *, now: datetime, at_once: bool = False) -> None:
    """Give an account a row for each of its streams, due now; wake those that rest.

    `at_once`, for an account that was just connected or connected again, makes every stream due:
    nobody announced what came meanwhile, and what failed did so with the old access. A turn that
    is being read with that one loses its row, and nothing of it is kept.
    """
    rows = [
        Poll(
            workspace_id=account.workspace_id,
            social_account=account,
            stream=stream.name,
            seconds=stream.shortest,
            next_at=now,
        )
        for stream in streams_of(account)
    ]
    Poll.objects.bulk_create(rows, ignore_conflicts=True)
    resting = Q(next_at__isnull=True) | (Q(next_at__gt=now) if at_once else Q())
    Poll.objects.filter(resting, social_account=account).update(
        next_at=now, attempts=0, error_code=""
    )


def sweep(*, now: datetime) -> int:
    """Give readable accounts the rows that they lack; returns how many accounts lacked some."""
    names = [name for name, provider in PROVIDERS.items() if provider.streams]
    accounts = SocialAccount.objects.filter(provider__in=names, status__in=READABLE)
    rows = Poll.objects.filter(next_at__isnull=False)
    awake = set(rows.values_list("social_account_id", "stream"))
    lacking = [
        account
        for account in accounts.iterator()
        if {(account.pk, stream.name) for stream in streams_of(account)} - awake
    ]
    for account in lacking:
        ensure_polls(account, now=now)
    return len(lacking)


def want(account: SocialAccount, stream: str, *, now: datetime) -> bool:
    """Let the stream be read now; False when it is being read, is due already, or is none.

    One that is being read is read again right after: its turn may have passed already what is
    announced. A stream that rests (its account must be connected again) or that waits after an
    error does not come sooner: asking more often would not help.
    """
    waiting = Poll.objects.filter(social_account=account, stream=stream, next_at__gt=now)
    if waiting.filter(attempts=0).update(next_at=now):
        return True
    waiting.update(seconds=AGAIN)
    return False


def streams_of(account: SocialAccount) -> tuple[Stream, ...]:
    """Return what must be asked for of an account of this kind."""
    provider = PROVIDERS.get(account.provider)
    found = provider.streams if provider else ()
    return tuple(one for one in found if account.kind in one.kinds)
