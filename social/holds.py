"""What keeps calls from leaving: limits, pauses the networks ask for, breakers that tripped.

Held, never failed: whoever is not let through is told when to ask again, and each message is judged
once more before it leaves.
"""

import random
from datetime import datetime, timedelta

import structlog
from django.db.models import Q

from flowia.lib import ratelimit
from social import breakers, meter, sessions
from social.contracts import Usage
from social.errors import ProviderError
from social.models import ProviderPause, SocialAccount
from social.pauses import network_pause
from social.providers.registry import PROVIDERS
from social.running import READ
from social.streams import EVERY_CALL, Limit

log = structlog.get_logger("flowia.holds")
STORM = "storm"
SLOW_FROM_PERCENT, STOP_AT_PERCENT = 80, 100
SHORTEST_STOP_SECONDS, LONGEST_STOP_SECONDS = 60, 86_400
"""For a network that is all used up and does not say for how long (meta.md 7), or says nonsense."""
LONGEST_SPREAD_SECONDS = 60


def admit(account: SocialAccount, operation: str, *, now: datetime) -> datetime | None:
    """Return None when a call may leave now; otherwise when to ask again.

    Takes a half-open breaker's turn and counts the call against the network's limits and units: to
    be asked last, when nothing else keeps the call back.
    """
    until = breakers.turn(account, now=now) or limited(account, operation, now=now)
    return until or _metered(account, "reply", now=now)


def admit_reading(account: SocialAccount, operation: str, *, now: datetime) -> datetime | None:
    """Return the same for a call that only reads: it takes no turn, and respects every hold."""
    pause = network_pause(account.provider, now=now)
    if pause is not None:
        return pause.look_again(now)
    if account.held_until is not None and now < account.held_until:
        return account.held_until
    rests = sessions.resting(account, READ, now=now)
    if rests is not None:
        return rests.until
    return limited(account, operation, now=now) or _metered(account, operation, now=now)


def limited(account: SocialAccount, operation: str, *, now: datetime) -> datetime | None:
    """Count the call against the limits that are known; None when there is room, or no Redis."""
    counted: list[str] = []
    for limit in PROVIDERS[account.provider].limits:
        if limit.operation not in {operation, EVERY_CALL}:
            continue
        key = _limit_key(account, limit)
        verdict = ratelimit.take(key, limit=limit.calls, seconds=limit.seconds)
        if verdict is not None and not verdict.passed:
            for one in counted:
                ratelimit.give_back(one)
            return now + timedelta(seconds=_spread(verdict.retry_after))
        if verdict is not None:
            counted.append(key)
    return None


def went_well(account: SocialAccount, usage: Usage | None, *, now: datetime) -> None:
    """Count a call that the network answered, and obey what it says of our limits."""
    _count(account, good=True, now=now)
    if usage is not None and usage.percent >= SLOW_FROM_PERCENT:
        hold_account(account, _breath(usage, now), "usage", now=now)
    if usage is not None and usage.shared_percent >= STOP_AT_PERCENT:
        # How long, no network says of a limit that all accounts share.
        until = now + timedelta(seconds=SHORTEST_STOP_SECONDS)
        breakers.rest(account, breakers.PROVIDER.holds, until, now=now)
        hold_provider(account.provider, until, "usage", now=now)


def went_wrong(account: SocialAccount, error: ProviderError, *, now: datetime) -> None:
    """Count a call that failed, and hold what the network wants held.

    A refusal of one message says that the network works; what may have arrived, or may be tried
    again, says that it does not. A dead token says nothing of either.
    """
    if error.needs_login or error.needs_refresh:
        return
    if not error.retryable or error.holds not in breakers.KINDS:
        _count(account, good=not (error.outcome_unknown or error.retryable), now=now)
        return
    seconds = min(error.retry_after or SHORTEST_STOP_SECONDS, LONGEST_STOP_SECONDS)
    until = now + timedelta(seconds=seconds)
    if error.code == meter.SPENT:
        until = meter.spent(account.provider, now=now) or until
    breakers.rest(account, error.holds, until, now=now)
    _hold(account, error.holds, until, error.code, now=now)


def hold_account(account: SocialAccount, until: datetime, reason: str, *, now: datetime) -> None:
    """Let nothing leave through the account until then; a longer hold stays."""
    shorter = Q(held_until__isnull=True) | Q(held_until__lt=until)
    rows = SocialAccount.objects.filter(shorter, pk=account.pk)
    if until > now and rows.update(held_until=until, held_reason=reason[:60]):
        log.warning("account held", account=account.pk, reason=reason, until=until.isoformat())


def hold_provider(provider: str, until: datetime, reason: str, *, now: datetime) -> None:
    """Let nothing leave through the network until then.

    A pause without an end, or a longer one, stays as it is; one that lasts gets longer and keeps
    its reason, since an operator may have given it. One that is over says nothing any more, not
    even whose it was.
    """
    pauses = ProviderPause.objects.filter(provider=provider)
    over = pauses.filter(until__lte=now)
    renewed = over.update(until=until, reason=reason[:100], by_uid=None, created_at=now)
    longer = renewed or pauses.filter(until__lt=until).update(until=until)
    new = {"until": until, "reason": reason[:100]}
    if longer or ProviderPause.objects.get_or_create(provider=provider, defaults=new)[1]:
        log.warning("network held", provider=provider, reason=reason, until=until.isoformat())


def _count(account: SocialAccount, *, good: bool, now: datetime) -> None:
    for trip in breakers.count(account, good=good, now=now):
        _hold(account, trip.holds, trip.until, STORM, now=now)


def _hold(
    account: SocialAccount, holds: str, until: datetime, reason: str, *, now: datetime
) -> None:
    if holds == breakers.PROVIDER.holds:
        hold_provider(account.provider, until, reason, now=now)
    else:
        hold_account(account, until, reason, now=now)


def _breath(usage: Usage, now: datetime) -> datetime:
    if usage.percent >= STOP_AT_PERCENT:
        return now + timedelta(seconds=max(usage.regain_seconds, SHORTEST_STOP_SECONDS))
    return now + timedelta(seconds=2 * (usage.percent - SLOW_FROM_PERCENT + 1))


def _limit_key(account: SocialAccount, limit: Limit) -> str:
    whose = str(account.pk) if limit.per == "account" else "app"
    return f"out:{account.provider}:{limit.operation}:{limit.seconds}:{whose}"


def _spread(seconds: int) -> float:
    """Return `seconds` and a little more, so that not all who wait come back at once."""
    most = min(seconds, LONGEST_SPREAD_SECONDS)
    return seconds + random.uniform(0, most)  # noqa: S311 - a spread, no secret


def _metered(account: SocialAccount, operation: str, *, now: datetime) -> datetime | None:
    taken = meter.take(account, operation, now=now)
    return taken if isinstance(taken, datetime) else None
