"""What stands around accounts in other tables: pauses, breakers, polls, units, sessions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Cast

from social import polling
from social.meter import Use, used_today
from social.models import Breaker, Drift, Poll, ProviderPause, SocialAccount, Stop
from social.pauses import EVERYTHING
from social.standing import Standing, standings_of


@dataclass(frozen=True)
class Surroundings:
    """What keeps or serves one account besides its own row.

    `stopped`: operators paused this account, or everything.
    """

    stopped: bool = False
    stopped_until: datetime | None = None
    paused: bool = False
    paused_until: datetime | None = None
    breaker_until: datetime | None = None
    polls: tuple[Poll, ...] = ()
    quota: Use | None = None
    standing: Standing | None = None


def surroundings_of(accounts: Sequence[SocialAccount], *, now: datetime) -> dict[int, Surroundings]:
    """Return each account's surroundings by its pk, with the same few queries for all."""
    networks = {one.provider for one in accounts}
    lines = {f"account:{one.uid}" for one in accounts} | {f"provider:{one}" for one in networks}
    rests = _resting(networks, lines, now)
    pauses, breakers = rests.pauses, rests.breakers
    polls: dict[int, list[Poll]] = {one.pk: [] for one in accounts}
    for poll in Poll.objects.filter(social_account__in=accounts).order_by("stream"):
        polls[poll.social_account_id].append(poll)
    quotas = used_today(accounts, now=now)
    standings = standings_of(accounts, polls, changed=rests.changed, now=now)
    found = {}
    for one in accounts:
        paused = one.provider in pauses
        stormy = breakers.get(f"provider:{one.provider}")
        names = (EVERYTHING, f"account:{one.uid}")
        stops = [rests.stops[name] for name in names if name in rests.stops]
        found[one.pk] = Surroundings(
            stopped=bool(stops),
            # The one without an end outlasts every other.
            stopped_until=None if None in stops else max(filter(None, stops), default=None),
            paused=paused or stormy is not None,
            paused_until=pauses[one.provider] if paused else stormy,
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


@dataclass(frozen=True)
class Resting:
    """What rests of networks and accounts, and until when; None without an end.

    `pauses` by network, `stops` and `breakers` by their name, `changed`: what rests of a network
    whose pages changed.
    """

    pauses: dict[str, datetime | None]
    stops: dict[str, datetime | None]
    breakers: dict[str, datetime]
    changed: dict[str, frozenset[str]]


def _resting(networks: Iterable[str], names: Iterable[str], now: datetime) -> Resting:
    """Read pauses, stops, open breakers and changed pages of these with one query.

    A breaker that is over its time lets calls through, one by one: whoever comes then waits for
    nobody; else the last of those who wait has its turn at the later of its two moments.
    """
    lasting = Q(until__isnull=True) | Q(until__gt=now)
    paused = ProviderPause.objects.filter(lasting, provider__in=networks)
    stopped = Stop.objects.filter(lasting, name__in=(EVERYTHING, *names))
    tripped = Breaker.objects.filter(name__in=names, opened_until__isnull=False)
    drifted = Drift.objects.filter(for_all=True, provider__in=networks, lifted_at__isnull=True)
    # PostgreSQL takes two bare NULLs of a union for text.
    never = Cast(Value(None), DateTimeField())
    rows = _as_rows(paused, "pause", "provider", Value(""), F("until"), never).union(
        _as_rows(stopped, "stop", "name", Value(""), F("until"), never),
        _as_rows(tripped, "breaker", "name", Value(""), F("opened_until"), F("since")),
        _as_rows(drifted, "drift", "provider", F("capability"), never, never),
        all=True,
    )
    found = Resting({}, {}, {}, {})
    for kind, called, what, first, second in rows:
        last = max((one for one in (first, second) if one is not None), default=None)
        if kind == "pause":
            found.pauses[called] = first
        elif kind == "stop":
            found.stops[called] = first
        elif kind == "drift":
            found.changed[called] = found.changed.get(called, frozenset()) | {what}
        elif last is not None and last > now:
            found.breakers[called] = last
    return found


def _as_rows(rows: QuerySet[Any], kind: str, *columns: Any) -> QuerySet[Any, Any]:
    """Select what a row is called, what of it rests, and its moments, as columns of one kind."""
    called, what, first, second = columns
    words = CharField()
    shown = rows.order_by().annotate(
        kind=Value(kind, output_field=words),
        called=F(called),
        what=Cast(what, output_field=words),
        first=first,
        second=second,
    )
    found: QuerySet[Any, Any] = shown.values_list("kind", "called", "what", "first", "second")
    return found
