"""What a member decides about their session: stop it at once, its hours, answers of itself."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User, Workspace
from flowia.lib import clock
from flowia.lib.errors import ConflictError, InvalidError, NotFoundError
from social import consents, polling
from social.accounts import DisconnectedError
from social.consents import Agreed
from social.letters import note_well
from social.models import BrowserSession, SocialAccount
from social.ready import tell_ready

DAYS = range(7)


class StoppedByUsError(ConflictError):
    """Our operators stopped the browser: a member cannot undo that."""

    code = "stopped_by_operators"
    detail = _("Flow IA's team stopped this account's browser. Write to them to go on.")


def session_of(account: SocialAccount) -> BrowserSession:
    """Return the account's session; raises NotFoundError where it has none."""
    rows = BrowserSession.objects.select_related("workspace", "social_account")
    found = rows.filter(social_account=account).first()
    if found is None:
        raise NotFoundError
    return found


def stop(account: SocialAccount, *, user: User, by: audit.By) -> bool:
    """Let no browser act for the account; one that does stops within seconds. Twice is once.

    An operator's stop stands above a member's: only operators undo it.
    """
    now = clock.now()
    with transaction.atomic():
        rows = BrowserSession.objects.filter(social_account=account)
        ours = by.kind == audit.Actor.OPERATOR
        rows = rows.exclude(stopped_kind=by.kind) if ours else rows.filter(stopped_at__isnull=True)
        done = bool(rows.update(stopped_at=now, stopped_by=user.uid, stopped_kind=by.kind))
        if done:
            audit.record("account.stopped", by=by, workspace=account.workspace, target=account)
    return done


def go_on(account: SocialAccount, *, by: audit.By) -> bool:
    """Let browsers act for the account again; False when it was not stopped, by whom `by` may undo.

    What operators stopped a member cannot undo (StoppedByUsError); what a member stopped stays so.
    """
    if account.status == SocialAccount.Status.DISCONNECTED:
        raise DisconnectedError
    with transaction.atomic():
        rows = BrowserSession.objects.select_for_update(no_key=True)
        session = rows.filter(social_account=account, stopped_at__isnull=False).first()
        if session is None or not _may_undo(session, by):
            return False
        nobody = {"stopped_at": None, "stopped_by": None, "stopped_kind": ""}
        _lifted(account, session).update(**nobody)
        audit.record("account.goes_on", by=by, workspace=account.workspace, target=account)
    _look_again(account, clock.now())
    return True


def _lifted(account: SocialAccount, session: BrowserSession) -> QuerySet[BrowserSession]:
    """Select what goes on: of what operators stopped, all that was the outside account's."""
    if not session.stopped_by_operators:
        return BrowserSession.objects.filter(pk=session.pk)
    same = BrowserSession.objects.filter(
        social_account__kind=account.kind, social_account__external_id=account.external_id
    )
    return same.filter(stopped_kind=audit.Actor.OPERATOR)


def _may_undo(session: BrowserSession, by: audit.By) -> bool:
    ours = session.stopped_by_operators
    if by.kind == audit.Actor.OPERATOR:
        return ours
    if ours:
        raise StoppedByUsError
    return True


def agree_again(account: SocialAccount, agreed: Agreed, *, user: User, by: audit.By) -> None:
    """Note that the owner agrees to the text in force; what waited for that goes on.

    Raises DisconnectedError, and OldStatementError when they read another text.
    """
    if account.status == SocialAccount.Status.DISCONNECTED:
        raise DisconnectedError
    now = clock.now()
    with transaction.atomic():
        consents.give(
            account,
            consents.SESSION,
            user=user,
            version=agreed.version,
            language=agreed.language,
            address=agreed.address,
            now=now,
        )
        note_well(account)
        audit.record("account.agreed", by=by, workspace=account.workspace, target=account)
    _look_again(account, now)


def set_hours(
    account: SocialAccount, *, start: int, end: int, days: Sequence[int], by: audit.By
) -> BrowserSession:
    """Set the working hours: full local hours, `days` from 0 for Monday.

    Raises InvalidError for hours that are none.
    """
    check_hours(start, end, days)
    session = session_of(account)
    values = {"works_from": start, "works_until": end, "works_days": sorted(set(map(int, days)))}
    with transaction.atomic():
        BrowserSession.objects.filter(pk=session.pk).update(**values)
        audit.record("account.hours_set", by=by, workspace=account.workspace, target=account)
    _look_again(account, clock.now())
    return session_of(account)


def check_hours(start: int, end: int, days: Sequence[int]) -> None:
    """Raise InvalidError for working hours that are none."""
    errors: dict[str, list[object]] = {}
    if not 0 <= start < end <= 24:  # noqa: PLR2004 - hours of a day
        errors["hours"] = [_("The end must come after the beginning, between 0 and 24.")]
    if not days or any(one not in DAYS for one in days):
        errors["days"] = [_("Choose at least one day.")]
    if errors:
        raise InvalidError(errors=errors)  # type: ignore[arg-type]


def zone_changed(workspace: Workspace) -> None:
    """Let what waited for working hours be judged by the clock of another time zone."""
    rows = BrowserSession.objects.filter(workspace=workspace).order_by("pk")
    for session in rows.select_related("social_account__workspace"):
        _look_again(session.social_account, clock.now())


def _look_again(account: SocialAccount, now: datetime) -> None:
    """Let what waited be judged anew: who sends locks its conversation before the session."""
    rows = SocialAccount.objects.filter(pk=account.pk, status=SocialAccount.Status.CONNECTING)
    # A first look that is on its way, or at work, is left alone.
    rows.filter(check_next_at__gt=now).exclude(check_error="").update(check_next_at=now)
    polling.look_again(account, now=now)
    tell_ready(account, now)
