"""Breakers: of one account's calls, and of a whole network's.

A breaker counts calls in windows; when most of them go wrong, or the network asks for it, it opens
for a while, each time longer. Then it lets single calls through, ever faster, until enough went
well: a storm's backlog leaves slowly.

A breaker has a row only while something is or was wrong: closing it deletes the row. What goes well
without one is counted in Redis, as many calls as a breaker must see, so that a handful of failures
after many good calls trips nothing; without Redis only the row's own calls count. Of two rows,
"account:…" is locked before "provider:…", by whoever locks both; a call is never made meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from flowia.lib import ratelimit
from flowia.lib.standing import Standing, given
from social.models import Breaker, SocialAccount

log = structlog.get_logger("flowia.breakers")
WINDOW_SECONDS = 300
WINDOW = timedelta(seconds=WINDOW_SECONDS)
"""How long calls are counted together; a window begins with the first one that went wrong."""
TRIP_PERCENT = 70
WELL = "well:"
OPEN_SECONDS = 30
LONGEST_OPEN_SECONDS = 900
GOOD_TO_CLOSE = 10
SHORTEST_TRIAL = timedelta(seconds=90)
"""A breaker closes after so many good calls, and not before this time is over."""
BAD_PERCENT_OF_TRIAL = 10
"""When more than this part of the calls let through goes wrong, it opens again."""
FORGIVEN_OF_TRIAL = 1
"""Beside that part, once any call went well: one failure among the first few tells little. Without
it, two of three trials fail where one call in fifteen fails, and each doubles the wait."""
FIRST_GAP_SECONDS = 4.0
SMALLEST_GAP_SECONDS = 0.25


@dataclass(frozen=True)
class Kind:
    """What a breaker is for, and after how many calls of a window it may judge."""

    holds: str
    fewest: int


ACCOUNT, PROVIDER = Kind("account", 5), Kind("provider", 10)
KINDS = {kind.holds: kind for kind in (ACCOUNT, PROVIDER)}
"""By `ProviderError.holds`."""
OPEN = Standing(
    lambda: (
        Breaker.objects.select_for_update()
        .filter(
            Q(name=given.word("own")) | Q(name=given.word("common")), opened_until__isnull=False
        )
        .order_by("name")
    )
)
NOTED = Standing(
    lambda: (
        Breaker.objects.filter(Q(name=given.word("own")) | Q(name=given.word("common")))
        .order_by()
        .values_list("pk", flat=True)
    )
)


@dataclass(frozen=True)
class Trip:
    """A breaker that has just opened: what it `holds`, and until when nothing may leave."""

    holds: str
    until: datetime


@transaction.atomic
def turn(account: SocialAccount, *, now: datetime) -> datetime | None:
    """Return None when the breakers let a call through now, otherwise its place in the line.

    Both must agree before either's turn is taken. Places are as close as turns ever get, so that
    whoever waits comes back once or twice and not each second.
    """
    names = [_name(kind, account) for kind in (ACCOUNT, PROVIDER)]
    breakers = OPEN(own=names[0], common=names[1])
    if all(_free_at(breaker, now) <= now for breaker in breakers):
        for breaker in breakers:
            gap = max(SMALLEST_GAP_SECONDS, FIRST_GAP_SECONDS / (breaker.good + 1))
            breaker.trickle_at = now + timedelta(seconds=gap)
            breaker.save(update_fields=["trickle_at"])
        return None
    for breaker in breakers:
        last = max(breaker.since or now, _free_at(breaker, now))
        breaker.since = last + timedelta(seconds=SMALLEST_GAP_SECONDS)
        breaker.save(update_fields=["since"])
    return max(breaker.since or now for breaker in breakers)


def count(account: SocialAccount, *, good: bool, now: datetime) -> list[Trip]:
    """Count a call for the account, and for the network unless the account alone is in trouble.

    Calls of an account whose own breaker is open tell of the network only while that is on trial:
    one broken account must not stop all others. Returns what opened.
    """
    if good and not _noted(account):
        # What never failed has no row: one question tells of both.
        for kind in (ACCOUNT, PROVIDER):
            _went_well(_name(kind, account), kind)
        return []
    was_open, own = _tally(ACCOUNT, account, good=good, now=now, trial_only=False)
    _, common = _tally(PROVIDER, account, good=good, now=now, trial_only=was_open)
    return [trip for trip in (own, common) if trip]


@transaction.atomic
def rest(account: SocialAccount, holds: str, until: datetime, *, now: datetime) -> None:
    """Open the breaker of "account" or "provider" until then, since the network asks for it."""
    kind = KINDS[holds]
    breaker = _locked(_name(kind, account), now=now, make=kind)
    if breaker is not None:
        _open(breaker, until)


@transaction.atomic
def hold_back(name: str, until: datetime, *, now: datetime) -> None:
    """Open the breaker `name` until an operator's pause ends: what waited leaves slowly then.

    One that stands open for longer stays so.
    """
    breaker = _locked(name, now=now, make=KINDS[name.partition(":")[0]])
    if breaker is not None:
        _open(breaker, until)


@transaction.atomic
def let_trickle(name: str, *, now: datetime) -> None:
    """Let what waited behind an operator's pause leave slowly, as after a storm.

    `name` is a breaker's. One that stood open is on trial from now on: the operator knows better.
    """
    breaker = _locked(name, now=now, make=KINDS[name.partition(":")[0]])
    if breaker is not None:
        breaker.opened_until = None
        _open(breaker, now)


def unused(before: datetime) -> QuerySet[Breaker]:
    """Select the breakers of which nothing was heard since `before`."""
    idle = Q(opened_until__isnull=True, since__lt=before) | Q(opened_until__lt=before)
    return Breaker.objects.filter(idle)


def _noted(account: SocialAccount) -> bool:
    """Return whether a breaker of the account or its network has a row."""
    return bool(NOTED(own=_name(ACCOUNT, account), common=_name(PROVIDER, account)))


def _went_well(name: str, kind: Kind) -> None:
    ratelimit.take(f"{WELL}{name}", limit=kind.fewest, seconds=WINDOW_SECONDS)


def _name(kind: Kind, account: SocialAccount) -> str:
    return f"{kind.holds}:{account.provider if kind is PROVIDER else account.uid}"


def _free_at(breaker: Breaker, now: datetime) -> datetime:
    return max(breaker.opened_until or now, breaker.trickle_at or breaker.opened_until or now)


@transaction.atomic
def _tally(
    kind: Kind, account: SocialAccount, *, good: bool, now: datetime, trial_only: bool
) -> tuple[bool, Trip | None]:
    """Count a call; returns whether the breaker was open before, and its trip if it opened."""
    name = _name(kind, account)
    make = not good and not trial_only  # what never failed needs no row
    breaker = _locked(name, now=now, make=kind if make else None)
    if breaker is None:
        if good:
            _went_well(name, kind)
        return False, None
    was_open = breaker.opened_until is not None
    if breaker.opened_until is not None:
        trips = _count_trial(breaker, breaker.opened_until, good=good, now=now)
    else:
        trips = not trial_only and _count_closed(breaker, kind, good=good, now=now)
    if not trips:
        return was_open, None
    seconds = min(OPEN_SECONDS * 2 ** min(breaker.opens, 10), LONGEST_OPEN_SECONDS)
    breaker.opens += 1
    until = now + timedelta(seconds=seconds)
    _open(breaker, until)
    return was_open, Trip(kind.holds, until)


def _locked(name: str, *, now: datetime, make: Kind | None) -> Breaker | None:
    """Return the breaker's row, locked; with `make` it is made where there is none."""
    rows = Breaker.objects.select_for_update().filter(name=name)
    found = rows.first()
    if found is None and make is not None:
        well = min(make.fewest, ratelimit.counted(f"{WELL}{name}", seconds=WINDOW_SECONDS))
        new = Breaker(name=name, since=now, good=well)
        Breaker.objects.bulk_create([new], ignore_conflicts=True)
        found = rows.first()
    return found


def _count_closed(breaker: Breaker, kind: Kind, *, good: bool, now: datetime) -> bool:
    """Count a call of a closed breaker; returns whether it trips."""
    if breaker.since is None or now - breaker.since > WINDOW:
        if good:
            breaker.delete()
            return False
        breaker.since, breaker.good, breaker.bad = now, 0, 0
    breaker.good += good
    breaker.bad += not good
    breaker.save()
    total = breaker.good + breaker.bad
    return not good and total >= kind.fewest and 100 * breaker.bad >= TRIP_PERCENT * total


def _count_trial(breaker: Breaker, opened_until: datetime, *, good: bool, now: datetime) -> bool:
    """Count a call let through on trial; returns whether the breaker opens again.

    What was on its way when it opened changes nothing.
    """
    if now < opened_until:
        return False
    breaker.good += good
    breaker.bad += not good
    forgiven = FORGIVEN_OF_TRIAL if breaker.good else 0
    if not good and 100 * (breaker.bad - forgiven) > BAD_PERCENT_OF_TRIAL * breaker.good:
        return True
    if breaker.good >= GOOD_TO_CLOSE and now - opened_until >= SHORTEST_TRIAL:
        log.info("breaker closed", breaker=breaker.name)
        breaker.delete()
    else:
        breaker.save()
    return False


def _open(breaker: Breaker, until: datetime) -> None:
    """Open the breaker until then; one that is open for longer stays so."""
    if breaker.opened_until is None or breaker.opened_until < until:
        breaker.opened_until = until
        breaker.good, breaker.bad, breaker.trickle_at, breaker.since = 0, 0, None, until
        log.warning("breaker opened", breaker=breaker.name, until=until.isoformat())
    breaker.save()
