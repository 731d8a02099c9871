"""What a person agreed to, with its proof: which text, in which language, when, from where."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from flowia.lib.errors import ConflictError
from social.capabilities import Capabilities
from social.models import Consent, SocialAccount
from social.providers.registry import PROVIDERS
from social.sessioning import Statement

SESSION, AUTOMATION = Consent.Kind.SESSION, Consent.Kind.AUTOMATION


class OldStatementError(ConflictError):
    """Another version of the text is in force than the one that was agreed to."""

    code = "statement_changed"
    detail = _("The text has changed since you saw it. Read it again before you agree.")


@dataclass(frozen=True)
class Agreed:
    """What the member agreed to: the version of the text, in which language, from where."""

    version: str
    language: str
    address: str = ""


def statement_of(provider: str, kind: str) -> Statement | None:
    """Return the text in force that has to be agreed to; None where nothing has."""
    rules = PROVIDERS[provider].session
    return rules.statement(kind) if rules else None


def digest_of(statement: Statement, language: str) -> str:
    """Return the SHA-256 of the text as it is shown in `language`."""
    with translation.override(language):
        text = "\n\n".join(str(one) for one in statement.paragraphs)
    return hashlib.sha256(text.encode()).hexdigest()


def check(provider: str, kind: str, version: str) -> Statement | None:
    """Return the statement in force; raises OldStatementError when `version` is not its."""
    statement = statement_of(provider, kind)
    if statement is not None and statement.version != version:
        raise OldStatementError
    return statement


def give(
    account: SocialAccount,
    kind: str,
    *,
    user: User,
    version: str,
    language: str,
    address: str,
    now: datetime,
) -> Consent | None:
    """Keep that `user` agreed; an earlier consent of the kind ends. None where none is asked for.

    Raises OldStatementError.
    """
    statement = check(account.provider, kind, version)
    if statement is None:
        return None
    with transaction.atomic():
        # One at a time: two clicks are two agreements, of which the later holds.
        list(SocialAccount.objects.select_for_update(no_key=True).filter(pk=account.pk))
        withdraw(account, kind, now=now)
        return Consent.objects.create(
            workspace_id=account.workspace_id,
            social_account=account,
            provider=account.provider,
            kind=kind,
            version=statement.version,
            language=language[:8],
            digest=digest_of(statement, language),
            user_uid=user.uid,
            address=address[:45],
            given_at=now,
        )


def withdraw(account: SocialAccount, *kinds: str, now: datetime) -> bool:
    """Note that it holds no longer; False when it did not."""
    living = Consent.objects.filter(
        social_account=account, kind__in=kinds, withdrawn_at__isnull=True
    )
    return bool(living.update(withdrawn_at=now))


def living() -> QuerySet[Consent]:
    """Select what holds: not withdrawn, and given by somebody who is in the workspace still."""
    inside = Membership.objects.filter(
        workspace=OuterRef("workspace"), user__uid=OuterRef("user_uid")
    )
    return Consent.objects.filter(Exists(inside), withdrawn_at__isnull=True)


def holds(account: SocialAccount, kind: str) -> bool:
    """Return whether the statement in force was agreed to, or none is asked for."""
    statement = statement_of(account.provider, kind)
    if statement is None:
        return True
    rows = living().filter(social_account=account, kind=kind)
    return rows.filter(version=statement.version).exists()


def is_orphaned(account: SocialAccount) -> bool:
    """Return whether whoever agreed to the session has left, and can withdraw it no more."""
    given = Consent.objects.filter(social_account=account, kind=SESSION, withdrawn_at__isnull=True)
    return given.exists() and not living().filter(social_account=account, kind=SESSION).exists()


def automates(account: SocialAccount) -> bool:
    """Return whether the owner agreed to answers that nobody approved, under the text in force."""
    return account.automation_agreed_at is not None and holds(account, AUTOMATION)


def may_speak_of_itself(account: SocialAccount, capabilities: Capabilities) -> bool:
    """Return whether what nobody approved may leave: some networks ask for the owner's consent."""
    return not capabilities.automation_needs_consent or automates(account)
