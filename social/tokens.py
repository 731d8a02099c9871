"""Renewing tokens: ahead of their end, one call at a time, the new pair stored before its use.

The lease stands in the account's row: whoever moves `refresh_next_at` and counts the attempt may
call the network, and nobody else until the lease is over. While attempts are counted, the row is
in somebody's hands or rests after a failure; a success sets them back to none.
"""

import time
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet

from flowia.lib import clock
from social.accounts import credentials_of, mark_needs_login
from social.contracts import Credentials
from social.errors import ProviderError
from social.keeping import TOKEN_FIELDS, keep_tokens, secrets_of
from social.logins import Login, Tokens
from social.models import SocialAccount
from social.ways import way_behind

log = structlog.get_logger("flowia.tokens")
LEASE = timedelta(seconds=30)
"""Longer than one call may last (`flowia.lib.http.TIMEOUT`), shorter than every pause."""
PAUSES = (60, 120, 300, 900, 1800, 3600)
"""Seconds to wait after each attempt that failed."""
MOST_ATTEMPTS = len(PAUSES)
"""So many answers may get lost; then the account asks to be connected again."""
WAIT_SECONDS = 20.0
LOOK_SECONDS = 0.2
Status = SocialAccount.Status
LIVING = (Status.ACTIVE, Status.PAUSED)


def refresh(account_id: int) -> None:
    """Renew the account's token if that is due; a second worker, or call, changes nothing."""
    now = clock.now()
    due = _usable(account_id).filter(refresh_next_at__lte=now)
    account = _claimed(account_id, due, now)
    if account is not None:
        _renew(account)
        return
    rows = SocialAccount.objects.filter(pk=account_id, refresh_next_at__lte=now)
    rows.exclude(status__in=LIVING).update(refresh_next_at=None)


def fresh_credentials(account: SocialAccount, *, refused: str) -> Credentials:
    """Return credentials with another token than `refused`, which the network did not take.

    Of several callers at once one asks the network; the others wait for its answer, 20 s at most.
    Makes an HTTP call: never inside a transaction.

    Raises ProviderError: `needs_login` when the token cannot be renewed any more (the account is
    marked then), retryable when it is not renewed yet.
    """
    until = time.monotonic() + WAIT_SECONDS
    while True:
        row = SocialAccount.objects.get(pk=account.pk)
        found = credentials_of(row)
        if row.status == Status.NEEDS_LOGIN:
            raise ProviderError(row.status_reason or "needs_login", needs_login=True)
        if found.token != refused:
            return found
        now = clock.now()
        if _cannot_renew(row, now):
            mark_needs_login(row, "token_refused")
            raise ProviderError("token_refused", needs_login=True)
        idle = Q(refresh_attempts=0) | Q(refresh_next_at__lte=now)
        rows = _usable(row.pk).filter(idle, token_issued_at=row.token_issued_at)
        mine = _claimed(row.pk, rows, now)
        if mine is not None:
            _renew_or_tell(mine, refused)
            continue
        rests = row.refresh_next_at is not None and row.refresh_next_at > now + LEASE
        if rests or time.monotonic() >= until:
            raise ProviderError("refresh_pending", retryable=True, holds="account")
        time.sleep(LOOK_SECONDS)


def revive(account: SocialAccount) -> Credentials:
    """Renew the token of an account that must be connected again, in case it was marked wrongly.

    Its state stays: whoever finds that the new token works says so. Makes an HTTP call.

    Raises ProviderError: `needs_login` when the network renews nothing, retryable when somebody
    else asks it just now or when it is away.
    """
    now = clock.now()
    marked = SocialAccount.objects.filter(pk=account.pk, status=Status.NEEDS_LOGIN)
    row = marked.first()
    if row is None or _cannot_renew(row, now):
        raise ProviderError("token_refused", needs_login=True)
    idle = Q(refresh_attempts=0) | Q(refresh_next_at__isnull=True) | Q(refresh_next_at__lte=now)
    # What got lost before it was marked does not count: a look comes every few hours.
    if not marked.filter(idle).update(refresh_next_at=now + LEASE, refresh_attempts=1):
        raise ProviderError("refresh_pending", retryable=True)
    mine = SocialAccount.objects.get(pk=account.pk)
    error = _renew(mine)
    if error is not None:
        marked.update(refresh_next_at=None)
        raise error
    return credentials_of(SocialAccount.objects.get(pk=account.pk))


def _renew_or_tell(account: SocialAccount, refused: str) -> None:
    """Renew; raises ProviderError unless the row has another token than `refused` by now."""
    error = _renew(account)
    row = SocialAccount.objects.get(pk=account.pk)
    if row.status == Status.NEEDS_LOGIN:
        raise ProviderError(row.status_reason, needs_login=True) from error
    if secrets_of(row).get("access_token") != refused:
        return
    if error is None:
        # The network gave the token again that it refuses: only its owner can help.
        mark_needs_login(row, "token_refused")
        raise ProviderError("token_refused", needs_login=True)
    pause = error.retry_after
    raise ProviderError(
        "refresh_pending", retryable=True, retry_after=pause, holds="account"
    ) from error


def _usable(account_id: int) -> QuerySet[SocialAccount]:
    return SocialAccount.objects.filter(pk=account_id, status__in=LIVING)


def _claimed(account_id: int, rows: QuerySet[SocialAccount], now: datetime) -> SocialAccount | None:
    """Take the account for one lease, the attempt counted before the work; None: somebody has."""
    until = now + LEASE
    if not rows.update(refresh_next_at=until, refresh_attempts=F("refresh_attempts") + 1):
        return None
    account = SocialAccount.objects.get(pk=account_id)
    return account if account.refresh_next_at == until else None


def _cannot_renew(row: SocialAccount, now: datetime) -> bool:
    behind = way_behind(row)
    if behind is None or behind.login.refresh is None:
        return True
    issued = row.token_issued_at
    return issued is not None and now < issued + behind.login.refresh_not_before


def _renew(account: SocialAccount) -> ProviderError | None:
    """Ask the network, whose answer is stored before anybody uses it; return what went wrong."""
    behind = way_behind(account)
    login = behind.login if behind else None
    if login is None or login.refresh is None:
        _mine(account).update(refresh_next_at=None, refresh_attempts=0)
        return None
    now = clock.now()
    try:
        tokens = _asked(account, login, now)
    except ProviderError as error:
        _not_renewed(account, error)
        return error
    _store(account, login, tokens)
    return None


def _asked(account: SocialAccount, login: Login, now: datetime) -> Tokens:
    worn_out = account.refresh_attempts > MOST_ATTEMPTS + 1 and _is_over(account, now)
    if login.refresh is None or worn_out:
        # Worker after worker was lost in mid-call: this one does not ask any more.
        raise ProviderError("refresh_lost", needs_login=True)
    return login.refresh(credentials_of(account), now)


def _store(account: SocialAccount, login: Login, tokens: Tokens) -> None:
    """Keep the new pair, unless the row has got another one since it was claimed."""
    before = secrets_of(account)
    with transaction.atomic():
        row = SocialAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        if row.status == Status.DISCONNECTED or secrets_of(row) != before:
            return
        keep_tokens(row, tokens, login, same_login=True, now=clock.now())
        if tokens.scopes is not None:
            row.scopes = list(tokens.scopes)
        row.save(update_fields=[*TOKEN_FIELDS, "scopes"])
    log.info("token renewed", account=account.pk, ends=str(row.token_expires_at))


def _not_renewed(account: SocialAccount, error: ProviderError) -> None:
    log.warning(
        "token not renewed", account=account.pk, code=error.code, attempts=account.refresh_attempts
    )
    if error.needs_login:
        # Not when another worker's answer or a new consent came in between: the row tells.
        mark_needs_login(account, error.code)
        return
    now = clock.now()
    pause = PAUSES[min(account.refresh_attempts, MOST_ATTEMPTS) - 1]
    next_at = now + timedelta(seconds=max(pause, error.retry_after or 0))
    if error.retryable:
        # It certainly was not done: this one may be tried for as long as it takes.
        _mine(account).update(
            refresh_next_at=next_at,
            refresh_attempts=min(account.refresh_attempts, MOST_ATTEMPTS - 1),
        )
        return
    if account.refresh_attempts < MOST_ATTEMPTS:
        _mine(account).update(refresh_next_at=next_at)
    elif _is_over(account, now):
        mark_needs_login(account, "refresh_lost")
    else:
        _mine(account).update(refresh_next_at=account.token_expires_at)


def _is_over(account: SocialAccount, now: datetime) -> bool:
    """Return whether the token that there is opens nothing any more."""
    ends = account.token_expires_at
    return ends is None or ends <= now


def _mine(account: SocialAccount) -> QuerySet[SocialAccount]:
    """Select the account while this worker's lease holds."""
    return SocialAccount.objects.filter(pk=account.pk, refresh_next_at=account.refresh_next_at)
