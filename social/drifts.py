"""Pages that changed: what they stop, and by which selectors elements are found."""

from collections.abc import Mapping
from datetime import UTC, datetime

from django.db.models import F, QuerySet

from social import polling
from social.models import Drift, SelectorUse, SocialAccount
from social.ready import tell_ready
from social.running import DRIFT, Report

LONGEST_SNAPSHOT = 200_000
CHECK_AGAIN_SECONDS = 900


def is_stopped(provider: str, capability: str) -> bool:
    """Return whether `capability` rests for all accounts of the network."""
    return _open(provider, capability).exists()


def stopped() -> list[str]:
    """Return what rests for all accounts of a network, as "network what"."""
    rows = resting().order_by("found_at")
    return [f"{one.provider} {one.capability}" for one in rows.only("provider", "capability")]


def resting() -> QuerySet[Drift]:
    """Select the changed pages for which something rests for all accounts of a network."""
    return Drift.objects.filter(for_all=True, lifted_at__isnull=True)


def note(account: SocialAccount, report: Report, *, now: datetime) -> None:
    """Keep a page that was not understood; a known one is counted.

    A changed page stops what was done for every account; one that nobody understands is this
    account's own trouble.
    """
    for_all = report.state == DRIFT
    rows = _open(account.provider, report.capability) if for_all else Drift.objects.none()
    if rows.update(times=F("times") + 1):
        return
    values = {
        "social_account": account,
        "missing": report.missing[:60],
        "detail": report.detail[:60],
        "snapshot": report.snapshot[:LONGEST_SNAPSHOT],
        "found_at": now,
    }
    if not for_all:
        Drift.objects.create(
            provider=account.provider, capability=report.capability, for_all=False, **values
        )
        return
    _made, new = Drift.objects.get_or_create(
        provider=account.provider,
        capability=report.capability,
        for_all=True,
        lifted_at=None,
        defaults=values,
    )
    if not new:
        rows.update(times=F("times") + 1)


def lift(drift: Drift, *, by: str, now: datetime) -> bool:
    """Let what rested go on, of all accounts; False when somebody lifted it before."""
    rows = Drift.objects.filter(pk=drift.pk, lifted_at__isnull=True)
    if not rows.update(lifted_at=now, lifted_by=by[:254]):
        return False
    accounts = SocialAccount.objects.filter(provider=drift.provider)
    for account in accounts.exclude(status=SocialAccount.Status.DISCONNECTED):
        if account.status == SocialAccount.Status.CONNECTING:
            waiting = SocialAccount.objects.filter(pk=account.pk, check_next_at__gt=now)
            waiting.exclude(check_error="").update(check_next_at=now)
        polling.look_again(account, now=now, over=DRIFT)
        tell_ready(account, now)
    return True


def count_ranks(provider: str, ranks: Mapping[str, int], *, now: datetime) -> None:
    """Count by the selector of which rank each element was found."""
    day = now.astimezone(UTC).date()
    for name, rank in ranks.items():
        key = {"provider": provider, "name": name[:60], "rank": rank, "day": day}
        if not SelectorUse.objects.filter(**key).update(times=F("times") + 1):
            row, new = SelectorUse.objects.get_or_create(**key, defaults={"times": 1})
            if not new:
                SelectorUse.objects.filter(pk=row.pk).update(times=F("times") + 1)


def _open(provider: str, capability: str) -> QuerySet[Drift]:
    return Drift.objects.filter(
        for_all=True, provider=provider, capability=capability, lifted_at__isnull=True
    )
