"""What stands around accounts in other tables: pauses, breakers, polls, units, sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from social import polling
from social.meter import Use, used_today
from social.models import Breaker, Poll, ProviderPause, SocialAccount
from social.standing import Standing, standings_of


@dataclass(frozen=True)
class Surroundings:
    """What keeps or serves one account besides its own row."""

    paused: bool = False
    paused_until: datetime | None = None
    breaker_until: datetime | None = None
    polls: tuple[Poll, ...] = ()
    quota: Use | None = None
    standing: Standing | None = None


def surroundings_of(accounts: Sequence[SocialAccount], *, now: datetime) -> dict[int, Surroundings]:
    """Return each account's surroundings by its pk, with the same few queries for all."""
    networks = {one.provider for one in accounts}
    lasting = Q(until__isnull=True) | Q(until__gt=now)
    pauses = {one.provider: one for one in ProviderPause.objects.filter(lasting)}
    names = {f"account:{one.uid}" for one in accounts} | {f"provider:{one}" for one in networks}
    tripped = Breaker.objects.filter(name__in=names, opened_until__isnull=False)
    breakers = {one.name: until for one in tripped if (until := _waits_until(one)) > now}
    polls: dict[int, list[Poll]] = {one.pk: [] for one in accounts}
    for poll in Poll.objects.filter(social_account__in=accounts).order_by("stream"):
        polls[poll.social_account_id].append(poll)
    quotas = used_today(accounts, now=now)
    standings = standings_of(accounts, polls, now=now)
    found = {}
    for one in accounts:
        pause = pauses.get(one.provider)
        stormy = breakers.get(f"provider:{one.provider}")
        found[one.pk] = Surroundings(
            paused=pause is not None or stormy is not None,
            paused_until=pause.until if pause else stormy,
            breaker_until=breakers.get(f"account:{one.uid}"),
            polls=tuple(polls[one.pk]),
            quota=quotas.get(one.pk),
            standing=standings.get(one.pk),
        )
    return found


def next_reading(account: SocialAccount, *, now: datetime) -> datetime | None:
    """Return when what is written to the account is read next; None while nobody can tell."""
    if account.status not in polling.READABLE:
        return None
    around = surroundings_of([account], now=now)[account.pk]
    if around.standing is None:
        return polling.next_reading(account)
    return None if around.paused else around.standing.reads_next(now)


def _waits_until(breaker: Breaker) -> datetime:
    """Return when the last of those who wait at an open breaker has its turn.

    One that is over its time lets calls through, one by one: whoever comes then waits for nobody.
    """
    return max(one for one in (breaker.opened_until, breaker.since) if one is not None)
