"""What keeps browsers from using a member's session; the gravest is told first."""

from collections.abc import Callable
from datetime import datetime, timedelta

from social import consents, drifts, pacing
from social.accounts import mark_needs_login
from social.letters import tell_of_state
from social.models import BrowserSession, Consent, SocialAccount
from social.pacing import Later
from social.pauses import pause_of
from social.running import READ, SEND, VISIT

ASK_AGAIN = timedelta(hours=1)
"""How often it is looked again whether something is over that a person has to end."""
Status = SocialAccount.Status
MAY: dict[str, tuple[str, ...]] = {
    READ: (Status.ACTIVE, Status.PAUSED),
    SEND: (Status.ACTIVE,),
    VISIT: (Status.CONNECTING, Status.ACTIVE, Status.PAUSED, Status.NEEDS_LOGIN),
}


def barred(session: BrowserSession, capability: str, now: datetime) -> Later | None:
    """Return why a browser may not do `capability` (read, send, visit) now, and until when."""
    for bar in BARS:
        later = bar(session, capability, now)
        if later is not None:
            return later
    return None


def _left(session: BrowserSession, _capability: str, now: datetime) -> Later | None:
    """Keep no session of whoever has left the workspace: it is theirs, and so is the risk."""
    account = session.social_account
    if not session.sealed or not consents.is_orphaned(account):
        return None
    if mark_needs_login(account, "left"):
        rows = BrowserSession.objects.filter(pk=session.pk, sealed=session.sealed)
        rows.update(sealed="", expires_at=None)
        consents.withdraw(account, *Consent.Kind.values, now=now)
        nobody = {"automation_agreed_at": None, "automation_agreed_by": None}
        SocialAccount.objects.filter(pk=account.pk).update(**nobody)
    return Later(now + ASK_AGAIN, "consent")


def _account(session: BrowserSession, capability: str, now: datetime) -> Later | None:
    fits = session.social_account.status in MAY[capability]
    return None if fits else Later(now + ASK_AGAIN, "account_needs_login")


def _stopped(session: BrowserSession, _capability: str, now: datetime) -> Later | None:
    return None if session.stopped_at is None else Later(now + ASK_AGAIN, "stopped")


def _agreed(session: BrowserSession, _capability: str, now: datetime) -> Later | None:
    if not session.sealed:
        return Later(now + ASK_AGAIN, "no_session")
    if not consents.holds(session.social_account, consents.SESSION):
        # A new text stops accounts at which nobody looks: their owners have to hear of it.
        tell_of_state(session.social_account, "consent", now=now)
        return Later(now + ASK_AGAIN, "consent")
    return None


def _expired(session: BrowserSession, _capability: str, now: datetime) -> Later | None:
    if session.expires_at is None or session.expires_at > now:
        return None
    mark_needs_login(session.social_account, "session_expired")
    return Later(now + ASK_AGAIN, "account_needs_login")


def _paused(session: BrowserSession, _capability: str, now: datetime) -> Later | None:
    pause = pause_of(session.social_account.provider, now=now)
    return Later(pause.look_again(now), "provider_paused") if pause else None


def _rests(session: BrowserSession, _capability: str, now: datetime) -> Later | None:
    if session.until is None or session.until <= now:
        return None
    return Later(session.until, str(session.state))


def _changed(session: BrowserSession, capability: str, now: datetime) -> Later | None:
    if not drifts.is_stopped(session.social_account.provider, capability):
        return None
    return Later(now + timedelta(seconds=drifts.CHECK_AGAIN_SECONDS), "drift")


def _hours(session: BrowserSession, capability: str, now: datetime) -> Later | None:
    return pacing.outside_hours(session, now) if capability == READ else None


BARS: tuple[Callable[[BrowserSession, str, datetime], Later | None], ...] = (
    _left,
    _account,
    _stopped,
    _agreed,
    _expired,
    _paused,
    _rests,
    _changed,
    _hours,
)
