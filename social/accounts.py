"""What is done with a connected account: reading its credentials, marking it broken, pausing it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User, Workspace
from flowia.lib import clock
from flowia.lib.crypto import CannotDecryptError
from flowia.lib.errors import ConflictError, NotFoundError
from social import consents
from social.contracts import Credentials
from social.errors import ProviderError
from social.letters import tell_of_state
from social.models import BrowserSession, SocialAccount
from social.polling import ensure_polls
from social.providers.registry import CAPABILITIES
from social.ready import tell_ready
from social.running import trouble_state

STOPPED = (
    BrowserSession.State.NEEDS_LOGIN,
    BrowserSession.State.CHECKPOINT,
    BrowserSession.State.RESTRICTED,
)
"""States of a browser's session that only its owner can end."""


class NoAgreementError(ConflictError):
    """The network does not ask the owner to agree to anything."""

    code = "no_agreement_needed"
    detail = _("This network allows automatic answers without a special agreement.")


class DisconnectedError(ConflictError):
    """The account is disconnected: nothing of it can be changed until it is connected again."""

    code = "account_disconnected"
    detail = _("This account is disconnected. Connect it again first.")


class NeedsLoginError(ConflictError):
    """The account must be connected again before that can be done."""

    code = "account_needs_login"
    detail = _("This account must be connected again first.")


def accounts_of(workspace: Workspace) -> QuerySet[SocialAccount]:
    """Select the workspace's accounts, the disconnected ones too."""
    return SocialAccount.objects.filter(workspace=workspace).select_related("workspace")


def needing_their_owner(workspace: Workspace) -> QuerySet[SocialAccount]:
    """Select the accounts through which nothing leaves until a person has done something."""
    signed_out = Q(status=SocialAccount.Status.NEEDS_LOGIN)
    stopped = Q(browser_session__state__in=STOPPED)
    rows = SocialAccount.objects.filter(signed_out | stopped, workspace=workspace)
    return rows.exclude(status=SocialAccount.Status.DISCONNECTED)


def find_account(workspace: Workspace, uid: UUID) -> SocialAccount:
    """Return the workspace's account; raises NotFoundError when it is not theirs."""
    found = accounts_of(workspace).filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found


def credentials_of(account: SocialAccount) -> Credentials:
    """Return what the provider needs to write as `account`.

    Raises ProviderError(needs_login) when the secret is missing or cannot be decrypted.
    """
    try:
        secrets = account.credentials
    except CannotDecryptError as error:
        raise ProviderError("cannot_decrypt", needs_login=True) from error
    # "page_token" is how the first accounts were kept.
    token = secrets.get("access_token") or secrets.get("page_token") or ""
    if not token:
        raise ProviderError("no_token", needs_login=True)
    return Credentials(
        account_external_id=account.external_id,
        kind=account.kind,
        token=token,
        login=account.login,
        refresh_token=secrets.get("refresh_token", ""),
        linked_external_id=account.linked_external_id,
    )


def mark_needs_login(account: SocialAccount, code: str) -> bool:
    """Note that `account` must be connected again, and tell its owners; False when it was not so.

    Meant are the credentials in this very instance: an account that was connected anew since it
    was read is left alone. What arrives is stored all the same.
    """
    rows = SocialAccount.objects.filter(
        pk=account.pk, sealed_credentials=account.sealed_credentials
    )
    changes = {
        "status": SocialAccount.Status.NEEDS_LOGIN,
        "status_reason": code[:100],
        "refresh_next_at": None,
    }
    paused = When(status=SocialAccount.Status.PAUSED, then=True)
    rows = rows.exclude(status=SocialAccount.Status.DISCONNECTED)
    if not rows.update(**changes, was_paused=Case(paused, default=F("was_paused"))):
        return False
    for name, value in changes.items():
        setattr(account, name, value)
    tell_of_state(account, trouble_state(code), now=clock.now())
    return True


def mark_ready(account: SocialAccount, *, now: datetime) -> bool:
    """Note that the network accepts the account's access again; False when nothing was amiss.

    One that was paused before is paused again.
    """
    rows = SocialAccount.objects.filter(
        pk=account.pk,
        status=SocialAccount.Status.NEEDS_LOGIN,
        sealed_credentials=account.sealed_credentials,
    )
    # The refresh that ended with the access begins again; without an end there is none.
    again = (account.refresh_next_at or now) if account.token_expires_at else None
    paused = When(was_paused=True, then=Value(SocialAccount.Status.PAUSED))
    status = Case(paused, default=Value(SocialAccount.Status.ACTIVE))
    changes = {"status_reason": "", "refresh_attempts": 0, "refresh_next_at": again}
    if not rows.update(status=status, was_paused=False, **changes):
        return False
    account.refresh_from_db(fields=["status", "status_reason", "was_paused"])
    ensure_polls(account, now=now, at_once=True)
    tell_ready(account, now)
    return True


def set_paused(account: SocialAccount, *, paused: bool, by: audit.By) -> bool:
    """Pause or resume; False when it was so already. Raises what `check_pausing` does."""
    check_pausing(account)
    return pause(account, by=by) if paused else resume(account, by=by)


def check_pausing(account: SocialAccount) -> None:
    """Raise DisconnectedError or NeedsLoginError for accounts that nothing can be sent through."""
    if account.status == SocialAccount.Status.DISCONNECTED:
        raise DisconnectedError
    if account.status == SocialAccount.Status.NEEDS_LOGIN:
        raise NeedsLoginError


def pause(account: SocialAccount, *, by: audit.By) -> bool:
    """Let nothing leave through the account until it is resumed; False when it was paused.

    One that is being connected is paused as soon as it works.
    """
    with transaction.atomic():
        rows = SocialAccount.objects.filter(pk=account.pk)
        active = rows.filter(status=SocialAccount.Status.ACTIVE)
        done = bool(active.update(status=SocialAccount.Status.PAUSED))
        if not done:
            connecting = rows.filter(status=SocialAccount.Status.CONNECTING, was_paused=False)
            done = bool(connecting.update(was_paused=True))
        if done:
            audit.record("account.paused", by=by, workspace=account.workspace, target=account)
    return done


def resume(account: SocialAccount, *, by: audit.By) -> bool:
    """Let messages leave again; False when the account was not paused."""
    now = clock.now()
    with transaction.atomic():
        rows = SocialAccount.objects.filter(pk=account.pk, status=SocialAccount.Status.PAUSED)
        done = bool(rows.update(status=SocialAccount.Status.ACTIVE))
        if done:
            tell_ready(account, now)
        else:
            connecting = SocialAccount.objects.filter(pk=account.pk, was_paused=True)
            connecting = connecting.filter(status=SocialAccount.Status.CONNECTING)
            done = bool(connecting.update(was_paused=False))
        if done:
            audit.record("account.resumed", by=by, workspace=account.workspace, target=account)
    return done


def agree(
    account: SocialAccount,
    *,
    user: User,
    agreed: bool,
    by: audit.By,
    statement: tuple[str, str] = ("", ""),
) -> bool:
    """Note that the owner agrees to automatic answers where the network asks for it, or no more.

    `statement` is the version of the text that was agreed to and its language, where there is one
    (`social.consents`). False when it was so already. Raises NoAgreementError where the network
    asks for none, OldStatementError.
    """
    if not CAPABILITIES[account.kind].automation_needs_consent:
        raise NoAgreementError
    if account.status == SocialAccount.Status.DISCONNECTED:
        raise DisconnectedError
    with transaction.atomic():
        rows = SocialAccount.objects.filter(pk=account.pk)
        if not agreed or consents.holds(account, consents.AUTOMATION):
            rows = rows.filter(automation_agreed_at__isnull=agreed)
        _note_consent(account, user, agreed=agreed, statement=statement, address=by.address)
        values = (clock.now(), user.uid) if agreed else (None, None)
        done = bool(rows.update(automation_agreed_at=values[0], automation_agreed_by=values[1]))
        if done:
            name = "account.automation_agreed" if agreed else "account.automation_withdrawn"
            audit.record(name, by=by, workspace=account.workspace, target=account)
    return done


def _note_consent(
    account: SocialAccount,
    user: User,
    *,
    agreed: bool,
    statement: tuple[str, str],
    address: str,
) -> None:
    now = clock.now()
    if not agreed:
        consents.withdraw(account, consents.AUTOMATION, now=now)
        return
    version, language = statement
    consents.give(
        account,
        consents.AUTOMATION,
        user=user,
        version=version,
        language=language,
        address=address,
        now=now,
    )


def note_lack(account: SocialAccount, ability: str, code: str) -> None:
    """Note that the network does not let the account do something ("direct", "comments"…)."""
    fresh = SocialAccount.objects.only("lacks").get(pk=account.pk)
    account.lacks = {**fresh.lacks, ability: code[:100]}
    SocialAccount.objects.filter(pk=account.pk).update(lacks=account.lacks)
