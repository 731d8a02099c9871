"""Turns with a member's own session: one browser at a time, and never into a wall.

Who may act is decided by rows: the member's consent and their switch, the operators' pause, the
session's state, pages that changed, the working hours; then the turn is taken by one UPDATE. It
lasts LEASE and is renewed while the browser works; whoever cannot renew it stops at once. What a
run saw is kept by `note`.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from redis.exceptions import RedisError

from flowia.lib import clock
from flowia.lib.crypto import CannotDecryptError
from flowia.lib.redis import redis_client
from flowia.lib.tally import Spread
from social import consents, drifts, pacing
from social.accounts import credentials_of, mark_needs_login
from social.barring import ASK_AGAIN, MAY, barred
from social.contracts import Credentials
from social.errors import ProviderError
from social.models import BrowserSession, SocialAccount, WebhookEvent
from social.pacing import Later
from social.pages import page_of
from social.pauses import pause_of
from social.polling import is_browsed
from social.providers.registry import PROVIDERS
from social.running import (
    COOLDOWN,
    DRIFT,
    OK,
    PENDING,
    SEND,
    UNKNOWN,
    WALLS,
    Report,
)
from social.sessioning import Sessions

log = structlog.get_logger("flowia.sessions")
RUNS = Spread(
    "flowia_browser_seconds",
    "Runs of a browser, by network, what was done, and the state that it found.",
    ("network", "what", "state"),
    (5.0, 10.0, 20.0, 40.0, 80.0, 160.0),
)
NO_BROWSER_CHECK = timedelta(minutes=15)
LEASE = timedelta(seconds=60)
"""Longer than a guard lives without a word of ours (20 s): nobody else begins before it ended."""
ENDING = timedelta(seconds=30)
"""How long a browser that lost its turn may still need to be gone: a beat, then the guard's end."""
RESTS = (timedelta(hours=2), timedelta(hours=8), timedelta(hours=24))
"""How long an account rests when the network asks for calm, the first time and after."""
GRAVE = {"refused_challenge": 2, "refused_999": 1, "status_999": 1}
"""Which of RESTS comes at once, by what was seen: a challenge that was refused, a plain refusal."""
BROWSER_NOTE = "flowia:browser"
NOTE_SECONDS = 300


def note_browser() -> None:
    """Tell the other machines whether this one, where browsers run, has one."""
    found = [one.session.browser() for one in PROVIDERS.values() if one.session]
    with suppress(RedisError):
        redis_client().set(BROWSER_NOTE, "yes" if all(found) else "no", ex=NOTE_SECONDS)


def browser_told() -> bool | None:
    """Return what the machine where browsers run told lately; None when it told nothing."""
    told = None
    with suppress(RedisError):
        told = redis_client().get(BROWSER_NOTE)
    return None if told is None else str(told) == "yes"


def browser_known(rules: Sessions) -> bool:
    """Return whether there is a browser where they run, as far as that is known here."""
    told = browser_told()
    return rules.browser() is not None if told is None else told


def has_session(account: SocialAccount) -> bool:
    """Return whether the account is acted for in a browser."""
    return is_browsed(account)


def resting(account: SocialAccount, capability: str, *, now: datetime) -> Later | None:
    """Return why a browser may not do that now, and until when; None when it may.

    Networks with an interface never rest here. A turn that somebody else has counts as well, and
    for a send its pace.
    """
    if not has_session(account):
        return None
    session = _session_of(account)
    if session is None:
        return Later(now + ASK_AGAIN, "no_session")
    later = barred(session, capability, now) or _taken(session, now)
    if later is None and capability == SEND:
        later = pacing.wait(session, _rules(session).pace(), now=now)
    return later


@contextmanager
def acting(account: SocialAccount, capability: str, *, now: datetime) -> Iterator[Credentials]:
    """Give the credentials to act as `account` with; of a session, a turn that ends with the block.

    Raises ProviderError: retryable with the reason's code when the session rests.
    """
    credentials = credentials_of(account)
    if not has_session(account):
        yield credentials
        return
    run = begin(account, capability, now=now)
    if isinstance(run, Later):
        pause = max((run.until - now).total_seconds(), 1)
        raise ProviderError(run.why, retryable=True, retry_after=pause)
    try:
        yield replace(credentials, run=run)
    finally:
        run.end()


def begin(account: SocialAccount, capability: str, *, now: datetime) -> "Run | Later":
    """Take the session's turn, or return when to ask again.

    A send is counted as well: call it in the transaction that writes *sending*.
    """
    session = _session_of(account, lock=capability == SEND)
    if session is None:
        return Later(now + ASK_AGAIN, "no_session")
    later = barred(session, capability, now) or _taken(session, now)
    if later is None and _rules(session).browser() is None:
        later = Later(now + NO_BROWSER_CHECK, "no_browser")
    if later is None and capability == SEND:
        later = pacing.take(session, _rules(session).pace(), now=now)
    return later or _turn(session, capability, now)


def _taken(session: BrowserSession, now: datetime) -> Later | None:
    busy = session.busy_until
    return Later(busy, "busy") if busy is not None and busy > now else None


def _rules(session: BrowserSession) -> Sessions:
    rules = PROVIDERS[session.social_account.provider].session
    assert rules is not None  # noqa: S101 # for the types: only such accounts have a session
    return rules


def _turn(session: BrowserSession, capability: str, now: datetime) -> "Run | Later":
    try:
        storage = json.loads(session.opened())
    except (CannotDecryptError, ValueError):
        mark_needs_login(session.social_account, "cannot_decrypt")
        return Later(now + ASK_AGAIN, "no_session")
    run = Run(session, uuid4(), capability, storage, now)
    with transaction.atomic():
        # Until a look has shown whose session it is, it may be that of any account here.
        others = _locked_others(session) if _is_pending(session) else []
        busy = [one.busy_until for one in others if one.busy_until and one.busy_until > now]
        if busy or not _take(run, now):
            return Later(max(busy, default=now + LEASE), "busy")
        rows = BrowserSession.objects.filter(pk__in=[one.pk for one in others])
        rows.update(busy_until=now + LEASE, run_uid=run.uid, run_for=capability)
    return run


def _is_pending(session: BrowserSession) -> bool:
    return session.social_account.external_id.startswith(PENDING)


def _locked_others(session: BrowserSession) -> list[BrowserSession]:
    """Lock the workspace's sessions of the network; return those beside this one."""
    account = session.social_account
    rows = BrowserSession.objects.select_for_update(no_key=True, of=("self",)).filter(
        workspace=session.workspace_id, social_account__provider=account.provider
    )
    return [one for one in rows.order_by("pk") if one.pk != session.pk]


def _take(run: "Run", now: datetime) -> bool:
    session = run.session
    free = Q(busy_until__isnull=True) | Q(busy_until__lte=now)
    # One that was given or saved meanwhile is not the one that was opened above.
    rows = BrowserSession.objects.filter(free, pk=session.pk, sealed=session.sealed)
    rows = rows.filter(stopped_at__isnull=True)
    taken = {"busy_until": now + LEASE, "run_uid": run.uid, "run_for": run.capability}
    return bool(rows.update(**taken, last_run_at=now))


def uncount(account: SocialAccount, begun_at: datetime | None) -> None:
    """Take back the count of a send that certainly did not leave, where sends are counted."""
    if begun_at is not None and has_session(account):
        pacing.give_back(account, begun_at)


def take_away(session: BrowserSession, *, now: datetime) -> None:
    """Let whoever has the session's turn lose it; the next begins when that browser is gone.

    The caller saves the row, which it has locked or just read.
    """
    session.run_uid, session.run_for = None, ""
    if session.busy_until is not None:
        session.busy_until = min(session.busy_until, now + ENDING)


def begin_anew(session: BrowserSession, *, now: datetime) -> None:
    """Forget what was seen with the session so far, and let whoever has its turn lose it.

    A rest that the network asked for is the outside account's, whatever its cookies are: it stays,
    and so does how many there were in a row. The caller saves the row, as in `take_away`.
    """
    if session.until is None or session.until <= now:
        session.state, session.state_since = BrowserSession.State.NEW, now
        session.detail, session.until = "", None
    take_away(session, now=now)


@dataclass
class Run:
    """One turn; see `social.running.SessionRun`.

    `still` is asked at every beat whether what it is for is still to be done.
    """

    session: BrowserSession
    uid: UUID
    capability: str
    storage: Mapping[str, Any]
    begun_at: datetime
    still: Callable[[], bool] = lambda: True

    def __repr__(self) -> str:
        return f"Run({self.session.pk}, {self.capability})"

    def keep_going(self) -> bool:
        """Renew the turn; False when somebody stopped it, or it was over before."""
        now = clock.now()
        account = self.session.social_account
        rows = self._mine().filter(busy_until__gt=now, stopped_at__isnull=True)
        living = rows.filter(social_account__status__in=MAY[self.capability])
        if pause_of(account.provider, now=now) is not None:
            return False
        if not (consents.holds(account, consents.SESSION) and self.still()):
            return False
        going = bool(living.update(busy_until=now + LEASE))
        if going and _is_pending(self.session):
            self._held().update(busy_until=now + LEASE)
        return going

    def note(self, report: Report) -> None:
        """Keep what the run saw; what is no longer this run's to say is left alone."""
        now, account = clock.now(), self.session.social_account
        drifts.count_ranks(account.provider, report.ranks, now=now)
        if report.snapshot or report.state == DRIFT:
            drifts.note(account, report, now=now)
        with transaction.atomic():
            if report.state in WALLS:
                # Before the session, as by whoever connects it anew.
                list(SocialAccount.objects.select_for_update(no_key=True).filter(pk=account.pk))
            mine = self._keep(report, now)
            if mine and report.items:
                event = page_of(account, report.stream, report.items, now=now)
                events = [event] if event is not None else []
                WebhookEvent.objects.bulk_create(events, ignore_conflicts=True)
            if mine and report.state in WALLS:
                mark_needs_login(account, report.state)
        RUNS.took(
            report.milliseconds / 1000, account.provider, report.capability, report.state or OK
        )
        log.info(
            "browser run",
            account=account.pk,
            what=report.capability,
            state=report.state,
            detail=report.detail,
            missing=report.missing,
            mine=mine,
            warnings=list(report.warnings),
            milliseconds=report.milliseconds,
            peak_mb=report.peak_mb,
        )

    def end(self) -> None:
        """Give the turn back; the pause after a send begins now."""
        if self.capability == SEND:
            account = self.session.social_account
            pace = _rules(self.session).pace()
            pacing.rest(account, pace, begun_at=self.begun_at, now=clock.now())
        self._held().update(busy_until=None, run_uid=None, run_for="")

    def _held(self) -> QuerySet[BrowserSession]:
        """Select this session, and with one of whom nobody knows whose it is those beside it."""
        return BrowserSession.objects.filter(workspace=self.session.workspace_id, run_uid=self.uid)

    def _mine(self) -> QuerySet[BrowserSession]:
        return BrowserSession.objects.filter(pk=self.session.pk, run_uid=self.uid)

    def _keep(self, report: Report, now: datetime) -> bool:
        """Keep the session and its state; False when the turn is no longer this run's."""
        session = self.session
        changes: dict[str, Any] = {"last_run_at": now}
        if report.state:
            changes |= {"detail": report.detail[:60], **_rest(session, report, now)}
        if report.state and report.state != session.state:
            changes |= {"state": report.state, "state_since": now}
        if report.state in WALLS:
            # Worthless from here on: only a fresh one of the member's helps.
            changes |= {"sealed": "", "expires_at": None}
        elif report.storage is not None:
            session.close(json.dumps(report.storage))
            changes |= {"sealed": session.sealed, "saved_at": now, "expires_at": report.expires_at}
        if not self._mine().update(**changes):
            return False
        for name, value in changes.items():
            setattr(session, name, value)
        if report.storage is not None:
            # A turn may start a second browser: an old token is what sessions are ended for.
            self.storage = report.storage
        return True


def _rest(session: BrowserSession, report: Report, now: datetime) -> dict[str, Any]:
    """Return until when the account rests: longer each time in a row."""
    if report.state == OK:
        return {"until": None, "cooldowns": 0}
    if report.state not in {COOLDOWN, UNKNOWN}:
        return {}
    step = max(session.cooldowns, GRAVE.get(report.detail, 0))
    rest = RESTS[min(step, len(RESTS) - 1)]
    return {"until": now + rest, "cooldowns": step + 1}


def _session_of(account: SocialAccount, *, lock: bool = False) -> BrowserSession | None:
    rows = BrowserSession.objects.select_related("workspace", "social_account__workspace")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    return rows.filter(social_account=account.pk).first()
