"""Looking at an account every few hours: what is granted, what is subscribed, does it live."""

from datetime import datetime, timedelta
from random import uniform
from typing import Any

import structlog
from django.db.models import Q

from flowia.lib import clock, leases, ratelimit
from flowia.lib.errors import TooManyRequestsError
from social import meter
from social.accounts import DisconnectedError, credentials_of, mark_needs_login, mark_ready
from social.connected import lacks_of
from social.contracts import Credentials, Inspected
from social.errors import ProviderError
from social.joining import visit
from social.judged import ENDS_SOON
from social.letters import note_well, tell_of_state
from social.models import BrowserSession, SocialAccount
from social.polling import READABLE, shortest_pause
from social.sessions import has_session
from social.subscribing import AGAIN_AFTER, LOST, check_every, lost_fields
from social.tokens import fresh_credentials, revive
from social.truth import LETTERS, truth_of
from social.ways import Way, way_behind
from social.words import ABILITIES

log = structlog.get_logger("flowia.checking")
LEASE = timedelta(minutes=5)
LOOKS_AN_HOUR = 12
ENDING = "ending"
Status = SocialAccount.Status


def check(account_id: int) -> None:
    """Look at the account if that is due; a second worker, or call, changes nothing."""
    now = clock.now()
    due = SocialAccount.objects.filter(pk=account_id, check_next_at__lte=now)
    if due.exclude(status=Status.DISCONNECTED).update(check_next_at=now + LEASE):
        mine = SocialAccount.objects.filter(pk=account_id, check_next_at=now + LEASE)
        leases.held(mine, check_next_at=now)
        look_at(SocialAccount.objects.get(pk=account_id))
    else:
        due.update(check_next_at=None)


def check_now(account: SocialAccount) -> SocialAccount:
    """Look at the account because somebody asks; returns the row as it is then.

    Raises DisconnectedError, and TooManyRequestsError beyond a dozen looks an hour: each may cost
    units that all accounts share.
    """
    if account.status == Status.DISCONNECTED:
        raise DisconnectedError
    verdict = ratelimit.take(f"check:{account.uid}", limit=LOOKS_AN_HOUR, seconds=3600)
    if verdict is not None and not verdict.passed:
        raise TooManyRequestsError(retry_after=verdict.retry_after)
    if has_session(account):
        # A browser takes its time: it is a worker's to drive.
        _let_look(account, clock.now())
    else:
        look_at(account)
    account.refresh_from_db()
    return account


def _let_look(account: SocialAccount, now: datetime) -> None:
    """Let a browser look now, or once the pause after the last one is over that was there."""
    session = BrowserSession.objects.filter(social_account=account).first()
    before = session.last_run_at if session else None
    at = now if before is None else max(now, before + shortest_pause(account))
    later = Q(check_next_at__isnull=True) | Q(check_next_at__gt=at)
    SocialAccount.objects.filter(later, pk=account.pk).update(check_next_at=at)


def look_at(account: SocialAccount) -> None:
    """Ask the network about the account now, note what it says, and tell what changed.

    Makes HTTP calls: never inside a transaction.
    """
    if has_session(account):
        visit(account)
        # An account that was here before may have taken its place.
        for found in SocialAccount.objects.filter(pk=account.pk).select_related("workspace"):
            tell_of_change(found, now=clock.now())
        return
    behind = way_behind(account)
    if behind is None or not account.sealed_credentials:
        # Entered by hand, or withdrawn: there is nothing to ask with.
        _note(account, check_next_at=None)
        return
    try:
        credentials, seen = _inspected(account, behind)
        _keep(account, behind, seen, _subscribed(behind, account, credentials, seen))
    except ProviderError as error:
        _trouble(account, error)
    tell_of_change(SocialAccount.objects.get(pk=account.pk), now=clock.now())


def tell_of_change(account: SocialAccount, *, now: datetime) -> None:
    """Write to the owners when the account's state calls for it and they do not know yet."""
    state = truth_of(account, now=now).state
    if state in LETTERS:
        tell_of_state(account, state, now=now)
    elif state == "working":
        note_well(account)


def tell_of_ends(*, now: datetime) -> None:
    """Write to the owners whose members' sessions end soon: at those that work nobody looks."""
    soon = now + ENDS_SOON
    rows = SocialAccount.objects.filter(status__in=READABLE)
    renewed = rows.filter(told_state=ENDING, browser_session__expires_at__gt=soon)
    renewed.update(told_state="")
    ending = rows.filter(browser_session__expires_at__lte=soon).exclude(told_state=ENDING)
    for account in ending.select_related("workspace"):
        tell_of_change(account, now=now)


def _inspected(account: SocialAccount, way: Way) -> tuple[Credentials, Inspected]:
    credentials = credentials_of(account)
    taken = meter.take(account, "inspect", now=clock.now())
    if isinstance(taken, datetime):
        pause = (taken - clock.now()).total_seconds()
        raise ProviderError(meter.SPENT, retryable=True, retry_after=max(pause, 0))
    try:
        return credentials, way.login.inspect(credentials)
    except ProviderError as error:
        if not error.needs_refresh:
            raise
    if account.status == Status.NEEDS_LOGIN:
        credentials = revive(account)
    else:
        credentials = fresh_credentials(account, refused=credentials.token)
    account.refresh_from_db()
    try:
        return credentials, way.login.inspect(credentials)
    except ProviderError as error:
        # A token that was made this minute and is refused: only its owner can help.
        raise ProviderError(
            error.code,
            needs_login=error.needs_login or error.needs_refresh,
            retryable=error.retryable,
        ) from error


def _subscribed(
    way: Way, account: SocialAccount, credentials: Credentials, seen: Inspected
) -> tuple[str, ...] | None:
    """Return the webhook fields there are, asked for once more where some are gone."""
    ask = way.login.subscribe
    if ask is None or seen.fields is None:
        return seen.fields
    wanted = set(account.webhook_fields) | set(lost_fields(account))
    if seen.fields and wanted <= set(seen.fields):
        return seen.fields
    log.warning("webhook fields lost", account=account.pk, fields=sorted(wanted - set(seen.fields)))
    return ask(credentials)


def _keep(
    account: SocialAccount, way: Way, seen: Inspected, fields: tuple[str, ...] | None
) -> None:
    scopes = list(seen.scopes) if seen.scopes is not None else account.scopes
    # An ability that the network no longer speaks of is no longer in doubt.
    kept = {name: one for name, one in account.facts.items() if name not in ABILITIES}
    facts = {**kept, **seen.facts}
    changes: dict[str, Any] = {
        "scopes": scopes,
        "lacks": lacks_of(way, account.kind, scopes, facts),
        "checked_at": clock.now(),
        "check_error": "",
        "check_next_at": clock.now() + check_every() * uniform(0.9, 1.1),  # noqa: S311 - no secret
    }
    if fields is not None:
        lost = (set(account.webhook_fields) | set(lost_fields(account))) - set(fields)
        changes["webhook_fields"] = sorted(fields)
        facts.pop(LOST, None)
        if lost:
            facts[LOST] = ",".join(sorted(lost))
    names = {"name": seen.name[:200], "handle": seen.handle[:200]}
    changes |= {name: value for name, value in names.items() if value}
    _note(account, facts=facts, **changes)
    mark_ready(account, now=clock.now())


def _trouble(account: SocialAccount, error: ProviderError) -> None:
    log.warning("look failed", account=account.pk, code=error.code)
    pause = timedelta(seconds=error.retry_after or 0)
    usual = check_every()
    later = clock.now() + max(usual if error.needs_login else min(usual, AGAIN_AFTER), pause)
    lacks = {**account.lacks, error.lacks: "refused"} if error.lacks else account.lacks
    _note(account, check_error=error.code[:60], check_next_at=later, lacks=lacks)
    if error.needs_login:
        mark_needs_login(account, error.code)


def _note(account: SocialAccount, **changes: Any) -> None:
    """Write it, unless the account was connected anew or disconnected meanwhile."""
    rows = SocialAccount.objects.filter(pk=account.pk, connected_at=account.connected_at)
    rows.exclude(status=Status.DISCONNECTED).update(**changes)
