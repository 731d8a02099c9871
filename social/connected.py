"""Rows of connected accounts: made or brought back by what was granted, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import audit
from accounts.models import User, Workspace
from flowia.lib import clock
from social.keeping import keep_tokens
from social.logins import Choice, Grant, Login
from social.models import Breaker, Connecting, SocialAccount
from social.polling import ensure_polls
from social.ready import tell_ready
from social.refusing import ExpiredChoiceError, TakenElsewhereError
from social.ways import Way

Status = SocialAccount.Status
SOON = timedelta(minutes=2)
"""When an account is looked at whose webhooks nobody has confirmed yet."""


def connect(
    way: Way,
    grant: Grant,
    choices: Sequence[Choice],
    *,
    workspace: Workspace,
    user: User,
    address: str = "",
    used_up: Connecting | None = None,
) -> list[SocialAccount]:
    """Write the chosen accounts, all or none; `used_up` is the list they were chosen from.

    One that was here before lives on in its row, and what waited for it is looked at again.
    Raises TakenElsewhereError when another workspace has one of them, ExpiredChoiceError when the
    list was used meanwhile.
    """
    by = audit.by(user, address)
    choices = sorted(choices, key=lambda one: (one.kind, one.external_id))
    accounts = _written(partial(_write, way, grant, choices, workspace, by=by, used_up=used_up))
    # One by one and after the rest: who is told locks conversations. Should this be lost, what
    # waits is looked at by itself, minutes later.
    for account in accounts:
        tell_ready(account, clock.now())
    return accounts


def _written(write: Callable[[], list[SocialAccount]]) -> list[SocialAccount]:
    with suppress(IntegrityError):
        return write()
    # Somebody connected one at this very moment: another click of the same person, or elsewhere.
    try:
        return write()
    except IntegrityError as error:
        raise TakenElsewhereError from error


@transaction.atomic
def _write(
    way: Way,
    grant: Grant,
    choices: Sequence[Choice],
    workspace: Workspace,
    *,
    by: audit.By,
    used_up: Connecting | None,
) -> list[SocialAccount]:
    now = clock.now()
    if used_up is not None and not Connecting.objects.filter(pk=used_up.pk).delete()[0]:
        raise ExpiredChoiceError
    _lock(choices)
    found = [_rows(one, workspace) for one in choices]
    accounts = [
        _filled(row or SocialAccount(workspace=workspace), way, grant, choice, now)
        for row, choice in zip(found, choices, strict=True)
    ]
    for account, before in zip(accounts, found, strict=True):
        Breaker.objects.filter(name=f"account:{account.uid}").delete()
        ensure_polls(account, now=now, at_once=True)
        name = "account.reconnected" if before else "account.connected"
        audit.record(name, by=by, workspace=workspace, target=account)
    return accounts


def lacks_of(
    way: Way, kind: str, scopes: Sequence[str], facts: Mapping[str, str]
) -> dict[str, str]:
    """Return what an account cannot do, each with the code of the reason (`social.words.LACKS`)."""
    missing = way.missing(tuple(scopes))
    found = {ability: "scope" for scope in missing for ability in scope.unlocks}
    lacking = way.provider.lacking
    return {**found, **(lacking(kind, tuple(scopes), facts) if lacking else {})}


def _lock(choices: Sequence[Choice]) -> None:
    """Lock the rows there are, in the order of their ids: that of the form is the browser's."""
    same = Q()
    for one in choices:
        same |= Q(kind=one.kind, external_id=one.external_id)
    rows = SocialAccount.objects.select_for_update(no_key=True).filter(same)
    list(rows.order_by("pk").values_list("pk", flat=True))


def _rows(choice: Choice, workspace: Workspace) -> SocialAccount | None:
    """Lock and return this workspace's row of the account, if it has one."""
    rows = SocialAccount.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.select_related("workspace")
    mine = None
    for row in rows.filter(kind=choice.kind, external_id=choice.external_id).order_by("pk"):
        if row.workspace_id == workspace.pk:
            mine = row
        elif row.status != Status.DISCONNECTED:
            raise TakenElsewhereError
    return mine


def _filled(
    account: SocialAccount, way: Way, grant: Grant, choice: Choice, now: datetime
) -> SocialAccount:
    login: Login = way.login
    same_login = account.login == login.name
    scopes = choice.tokens.scopes if choice.tokens.scopes is not None else grant.scopes
    account.provider, account.kind = way.provider.name, choice.kind
    account.external_id, account.login = choice.external_id, login.name
    account.name, account.handle = choice.name[:200], choice.handle[:200]
    account.linked_external_id, account.granted_by = choice.linked_external_id, grant.user_id
    account.scopes, account.facts = list(scopes), dict(choice.facts)
    account.lacks = lacks_of(way, choice.kind, scopes, choice.facts)
    paused = account.was_paused or account.status == Status.PAUSED
    account.status, account.was_paused = Status.PAUSED if paused else Status.ACTIVE, False
    account.status_reason = ""
    account.connected_at = account.checked_at = now
    account.check_next_at, account.check_error = now + SOON, ""
    account.held_until, account.held_reason = None, ""
    account.unannounced, account.unannounced_at, account.told_state = 0, None, ""
    keep_tokens(account, choice.tokens, login, same_login=same_login, now=now)
    account.save()
    return account
