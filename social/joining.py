"""Connecting an account by its member's own session: taken in at once, looked at by a browser soon.

The row is *being connected* until a visit has shown whose session it is. The same person's account
that was here before gets it then.
"""

import json
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import User, Workspace
from flowia.lib import clock
from flowia.lib.crypto import CannotDecryptError
from flowia.lib.errors import FlowError, NotFoundError
from flowia.lib.stale import StaleError
from social import consents, pacing, sessions
from social.accounts import mark_needs_login
from social.consents import Agreed
from social.errors import ProviderError
from social.models import BrowserSession, Consent, SentDay, SocialAccount
from social.pauses import pause_of
from social.polling import ensure_polls
from social.providers.registry import PROVIDERS
from social.ready import tell_ready
from social.refusing import TakenElsewhereError
from social.running import PENDING, VISIT
from social.sessioning import Given, Owner, Sessions
from social.switching import StoppedByUsError

log = structlog.get_logger("flowia.connecting")
Status = SocialAccount.Status
AGAIN_SECONDS = 60
A_DAY = timedelta(days=1)
BUSY = "busy"
"""The session is in use: its turn comes when that one ends."""
BROKEN = "not_readable"
"""What a look met that ended in an error of our own."""


class NoBrowserError(FlowError):
    """No machine of this server has a browser: nobody can be connected this way."""

    code = "no_browser"
    status = 503
    detail = _(
        "This server has no browser, so this network cannot be connected here yet."
        " Its operator must install Chromium, or name one in the settings."
    )


class NetworkStoppedError(FlowError):
    """Operators stopped the network for everybody."""

    code = "provider_paused"
    status = 503
    detail = _("This network is paused for everybody right now. Try again later.")


def rules_of(provider: str) -> Sessions:
    """Return how the network is acted on in a browser; raises NotFoundError."""
    found = PROVIDERS.get(provider)
    if found is None or found.session is None:
        raise NotFoundError
    return found.session


def join(
    workspace: Workspace,
    provider: str,
    cookies: object,
    agreed: Agreed,
    *,
    user: User,
    account: SocialAccount | None = None,
) -> tuple[SocialAccount, Given]:
    """Take a session in, sealed; a browser looks at it within moments (step *check*).

    `account` is one that is to be connected again. Returns its row, and what was understood of the
    cookies. Raises FlowError with what is missing, OldStatementError, NoBrowserError,
    NetworkStoppedError, StoppedByUsError, NotFoundError, TakenElsewhereError.
    """
    now, rules = clock.now(), rules_of(provider)
    if account is not None and account.provider != provider:
        raise NotFoundError
    before = _sessions_of(account).first() if account is not None else None
    if before is not None and before.stopped_by_operators:
        raise StoppedByUsError
    given = rules.read_cookies(cookies, now)
    consents.check(provider, consents.SESSION, agreed.version)
    if pause_of(provider, now=now) is not None:
        raise NetworkStoppedError
    if not sessions.browser_known(rules):
        raise NoBrowserError
    try:
        taken = _taken_in(workspace, provider, given, agreed, account=account, user=user)
    except IntegrityError as error:
        # One that was disconnected here lives in another workspace by now.
        raise TakenElsewhereError from error
    return taken, given


@transaction.atomic
def _taken_in(
    workspace: Workspace,
    provider: str,
    given: Given,
    agreed: Agreed,
    *,
    account: SocialAccount | None,
    user: User,
) -> SocialAccount:
    now = clock.now()
    # One at a time: of two calls with one session, the second has to see the first one's row.
    list(Workspace.objects.select_for_update(no_key=True).filter(pk=workspace.pk))
    row = _row(workspace, provider, account, given, now)
    _keep(row, given, rules_of(provider), now)
    consents.give(
        row,
        consents.SESSION,
        user=user,
        version=agreed.version,
        language=agreed.language,
        address=agreed.address,
        now=now,
    )
    by = audit.by(user, agreed.address)
    audit.record("account.session_given", by=by, workspace=workspace, target=row)
    return row


def notes_of(given: Given) -> list[str]:
    """Return what is worth knowing about a session that was taken in, in sentences."""
    notes = [str(one) for one in given.notes]
    if given.dropped:
        words = ngettext(
            "%(count)s cookie of other sites was thrown away.",
            "%(count)s cookies of other sites were thrown away.",
            given.dropped,
        )
        notes.append(words % {"count": given.dropped})
    return notes


def visit(account: SocialAccount) -> None:
    """Let a browser look whose session it is, and whether it works; note what came of it.

    Drives a browser: never inside a transaction.
    """
    rules = rules_of(account.provider)
    now = clock.now()
    try:
        with sessions.acting(account, VISIT, now=now) as credentials:
            owner = rules.visit(credentials)
    except ProviderError as error:
        _trouble(account, error)
        return
    except StaleError:
        raise
    except Exception:
        # Ours to mend; until then a browser must not come back every few minutes.
        _trouble(account, ProviderError(BROKEN, retryable=True))
        raise
    _welcome(account, owner, now=clock.now())


def _row(
    workspace: Workspace,
    provider: str,
    account: SocialAccount | None,
    given: Given,
    now: datetime,
) -> SocialAccount:
    """Return the row that gets the session: the named one, one that never got through, or a new.

    Raises NotFoundError, TakenElsewhereError.
    """
    rows = SocialAccount.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.select_related("workspace").filter(workspace=workspace, provider=provider)
    if account is not None:
        found = rows.filter(pk=account.pk).first()
        if found is None:
            raise NotFoundError
    else:
        pending = rows.filter(external_id__startswith=PENDING).order_by("pk")
        waiting = next((one for one in pending if _is_free(one, given)), None)
        found = waiting or SocialAccount(workspace=workspace, provider=provider)
    if not found.pk:
        found.kind = next(iter(PROVIDERS[provider].capabilities))
        found.external_id = f"{PENDING}{found.uid}"
        found.name = PROVIDERS[provider].label
    # What it opens is sealed in its session; this says which of several it is.
    found.seal({"access_token": str(uuid4())})
    found.was_paused = found.was_paused or found.status == Status.PAUSED
    found.status, found.status_reason, found.told_state = Status.CONNECTING, "", ""
    found.connected_at = found.check_next_at = now
    found.check_error, found.held_until, found.held_reason = "", None, ""
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError as error:
        raise TakenElsewhereError from error
    return found


def _is_free(row: SocialAccount, given: Given) -> bool:
    """Return whether a row that never got through may get another session.

    Not while a browser is to look at the one it has, unless that is the same: somebody else of the
    workspace may have given it a moment ago.
    """
    if row.status != Status.CONNECTING or row.check_error:
        return True
    session = _sessions_of(row).first()
    if session is None or not session.sealed:
        return True
    try:
        return bool(json.loads(session.opened()) == given.storage)
    except (CannotDecryptError, ValueError):
        return True


def _keep(row: SocialAccount, given: Given, rules: Sessions, now: datetime) -> None:
    session = _sessions_of(row).select_for_update(no_key=True).first()
    if session is None:
        pace = rules.pace()
        session = BrowserSession(workspace_id=row.workspace_id, social_account=row)
        (session.works_from, session.works_until), session.works_days = pace.hours, list(pace.days)
    session.close(json.dumps(given.storage))
    session.saved_at, session.expires_at = now, given.expires_at
    session.free()
    # What the old session's browser would save would take this one's place.
    sessions.begin_anew(session, now=now)
    session.save()
    row.check_next_at = max(filter(None, (now, session.busy_until, session.until)))
    row.save(update_fields=["check_next_at"])


def _sessions_of(account: SocialAccount) -> QuerySet[BrowserSession]:
    return BrowserSession.objects.filter(social_account=account)


def _welcome(account: SocialAccount, owner: Owner, *, now: datetime) -> None:
    """Note whose session it is; what does not fit becomes the account's state."""
    try:
        with transaction.atomic():
            living = _placed(account, owner, now)
    except TakenElsewhereError:
        # Another workspace was quicker by a moment.
        with transaction.atomic():
            _turned_away(account, "taken_elsewhere")
        return
    if living is not None:
        tell_ready(living, now)


def _placed(account: SocialAccount, owner: Owner, now: datetime) -> SocialAccount | None:
    rows = SocialAccount.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("workspace").filter(pk=account.pk).first()
    if row is None or row.sealed_credentials != account.sealed_credentials:
        return None  # given anew meanwhile, or gone
    if row.external_id not in {owner.external_id, f"{PENDING}{row.uid}"}:
        _turned_away(row, "other_person")
        return None
    same = rows.filter(kind=row.kind, external_id=owner.external_id).exclude(pk=row.pk)
    if same.exclude(workspace=row.workspace_id).exclude(status=Status.DISCONNECTED).exists():
        _turned_away(row, "taken_elsewhere")
        return None
    before = same.filter(workspace=row.workspace_id).first()
    living = _moved(row, before) if before is not None else row
    _bound(living, same, now)
    _open(living, owner, now)
    return living


def _bound(row: SocialAccount, same: QuerySet[SocialAccount], now: datetime) -> None:
    """Let hold what the outside account brings from elsewhere: the longest rest, our stop."""
    session = _sessions_of(row).select_for_update(no_key=True).get()
    for other in BrowserSession.objects.filter(social_account__in=same.values("pk")):
        rests = other.until is not None and other.until > max(session.until or now, now)
        for name in ("state", "detail", "until", "cooldowns") if rests else ():
            setattr(session, name, getattr(other, name))
        if other.stopped_by_operators:
            session.stopped_at, session.stopped_by = other.stopped_at, other.stopped_by
            session.stopped_kind = other.stopped_kind
    session.save()


def _turned_away(row: SocialAccount, code: str) -> None:
    """Say why the session cannot be this account's, and keep nothing of it."""
    if mark_needs_login(row, code):
        BrowserSession.objects.filter(social_account=row).update(sealed="", expires_at=None)


def _moved(row: SocialAccount, before: SocialAccount) -> SocialAccount:
    """Give the session to the account's older row, where its conversations are."""
    fresh = BrowserSession.objects.get(social_account=row)
    old = _sessions_of(before).select_for_update(no_key=True).first()
    plain = fresh.opened()
    if old is None:
        old = BrowserSession(workspace_id=row.workspace_id, social_account=before)
    sessions.begin_anew(old, now=clock.now())
    kept = ["saved_at", "expires_at", "last_run_at"]
    # A rest that was asked for before nobody knew whose session it is goes on.
    kept += ["state", "state_since", "detail", "cooldowns"] if old.until is None else []
    for name in kept:
        setattr(old, name, getattr(fresh, name))
    old.free()
    old.close(plain)
    old.save()
    now = clock.now()
    given = Consent.objects.filter(social_account=row)
    living = set(given.filter(withdrawn_at__isnull=True).values_list("kind", flat=True))
    consents.withdraw(before, consents.SESSION, *living, now=now)
    given.update(social_account=before)
    if consents.AUTOMATION in living:
        before.automation_agreed_at = row.automation_agreed_at
        before.automation_agreed_by = row.automation_agreed_by
    before.seal({"access_token": str(uuid4())})
    before.was_paused |= row.was_paused or before.status == Status.PAUSED
    SentDay.objects.filter(social_account=row).delete()
    row.delete()
    return before


def _open(row: SocialAccount, owner: Owner, now: datetime) -> None:
    row.external_id, row.name = owner.external_id, owner.name[:200] or row.name
    row.status = Status.PAUSED if row.was_paused else Status.ACTIVE
    row.was_paused, row.status_reason, row.told_state = False, "", ""
    row.connected_at = row.connected_at or now
    row.checked_at, row.check_next_at, row.check_error = now, None, ""
    row.held_until, row.held_reason = None, ""
    try:
        row.save()
    except IntegrityError as error:
        raise TakenElsewhereError from error
    ensure_polls(row, now=now, at_once=True)


def _in_hours(account: SocialAccount, moment: datetime) -> datetime:
    session = _sessions_of(account).select_related("workspace").first()
    opens = pacing.hours_of(session).opens(moment) if session is not None else None
    return opens or moment


def _trouble(account: SocialAccount, error: ProviderError) -> None:
    """Note why the look failed; what may be over soon is looked at again, ever more rarely."""
    log.warning("look failed", account=account.pk, code=error.code)
    again, now = None, clock.now()
    if error.retryable and not error.needs_login:
        waited = now - (account.connected_at or now)
        pause = max(timedelta(seconds=error.retry_after or AGAIN_SECONDS), min(waited, A_DAY))
        again = now + pause
        if error.code != BUSY:
            # Nobody asks for that look: it keeps to the working hours. A first one that waits for
            # its turn is the member's own.
            again = _in_hours(account, again)
    rows = SocialAccount.objects.filter(pk=account.pk, connected_at=account.connected_at)
    rows = rows.exclude(status=Status.DISCONNECTED)
    rows.update(check_error=error.code[:60], check_next_at=again)
    if error.needs_login:
        mark_needs_login(account, error.code)
