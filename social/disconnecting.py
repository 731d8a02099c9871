"""Disconnecting an account: at once here, as well as it goes at the network.

The row stays, so that its conversations keep their account; nothing in it opens anything.
"""

from collections.abc import Callable

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import audit
from flowia.lib import clock
from social import consents, sessions
from social.accounts import credentials_of
from social.contracts import Credentials
from social.errors import ProviderError
from social.keeping import drop_tokens
from social.models import BrowserSession, Consent, Poll, SocialAccount
from social.ways import Way, way_behind

log = structlog.get_logger("flowia.connecting")
Status = SocialAccount.Status


def disconnect(account: SocialAccount, *, by: audit.By) -> SocialAccount:
    """Forget the account's credentials, then tell the network; twice is once.

    Webhooks are left when another account acts through the same one, and the grant when another
    account here came by it: the network would take it from them as well.
    """
    with transaction.atomic():
        row = SocialAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        if row.status == Status.DISCONNECTED:
            return row
        behind, credentials = way_behind(row), _credentials(row)
        _forget(row)
        audit.record("account.disconnected", by=by, workspace=account.workspace, target=row)
    if behind is not None and credentials is not None:
        _tell_network(row, behind, credentials)
    return row


def _credentials(row: SocialAccount) -> Credentials | None:
    try:
        return credentials_of(row)
    except ProviderError:
        return None


def _forget(row: SocialAccount) -> None:
    drop_tokens(row)
    row.status, row.status_reason, row.told_state = Status.DISCONNECTED, "", ""
    row.was_paused, row.check_next_at, row.check_error = False, None, ""
    row.held_until, row.held_reason = None, ""
    row.scopes, row.webhook_fields, row.lacks = [], [], {}
    row.automation_agreed_at = row.automation_agreed_by = None
    row.save()
    Poll.objects.filter(social_account=row).update(next_at=None)
    _forget_session(row)
    consents.withdraw(row, *Consent.Kind.values, now=clock.now())


def _forget_session(row: SocialAccount) -> None:
    """Delete the session's secret; who has a turn with it stops within seconds.

    What stays is until when that browser may still live, a rest, and an operator's stop.
    """
    now = clock.now()
    rows = BrowserSession.objects.select_for_update(no_key=True)
    for session in rows.filter(social_account=row):
        session.sealed, session.saved_at, session.expires_at = "", None, None
        sessions.begin_anew(session, now=now)
        session.save()


def _tell_network(row: SocialAccount, way: Way, credentials: Credentials) -> None:
    others = _others(row)
    through = {row.external_id, row.linked_external_id} - {""}
    shared = Q(external_id__in=through) | Q(linked_external_id__in=through)
    if way.login.unsubscribe and not others.filter(shared).exists():
        _try(way.login.unsubscribe, credentials, "unsubscribe", row)
    same_grant = others.filter(login=row.login, granted_by=row.granted_by)
    if way.login.revoke and not same_grant.exists():
        _try(way.login.revoke, credentials, "revoke", row)


def _others(row: SocialAccount) -> QuerySet[SocialAccount]:
    living = SocialAccount.objects.exclude(status=Status.DISCONNECTED)
    return living.filter(provider=row.provider).exclude(pk=row.pk)


def _try(
    deed: Callable[[Credentials], None], credentials: Credentials, what: str, row: SocialAccount
) -> None:
    try:
        deed(credentials)
    except ProviderError as error:
        log.warning("not told the network", what=what, account=row.pk, code=error.code)
