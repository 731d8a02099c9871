"""What a network passes on when a person takes their account, or their data, back from us."""

import secrets
from datetime import timedelta

from django.db import transaction

from accounts import audit
from flowia.lib import clock
from processing.privacy.models import DeletionRequest
from social import forgotten
from social.contracts import Withdrawal
from social.keeping import TOKEN_FIELDS, drop_tokens
from social.letters import tell_of_state
from social.models import SocialAccount

Kind = DeletionRequest.Kind
NETWORK = audit.By(audit.Actor.NETWORK)
ACTIONS = {Kind.DEAUTHORIZE: "account.deauthorize", Kind.DELETION: "account.deletion"}


BELIEVED_FOR = timedelta(days=1)
"""A call that was signed longer ago, or is dated later than this, is not believed."""
REMEMBERED_FOR = 2 * BELIEVED_FOR
"""So long a call may come again and be believed: at least for this, it is known."""


def is_of_now(withdrawal: Withdrawal) -> bool:
    """Return whether the network signed the call within a day: an old one was overheard."""
    if not withdrawal.issued_at.isascii() or not withdrawal.issued_at.isdecimal():
        return False
    return abs(clock.now().timestamp() - int(withdrawal.issued_at)) <= BELIEVED_FOR.total_seconds()


def take_in(provider: str, withdrawal: Withdrawal, kind: Kind) -> DeletionRequest:
    """Do what the person asked, once; the same call again gets the same answer.

    Both kinds destroy the tokens of every account that this person gave us. A deletion takes
    their id and the accounts' names as well. Conversations belong to the business: contacts in
    them are erased by it.
    """
    now = clock.now()
    key = forgotten.hashed(provider, kind.value, withdrawal.user_id, withdrawal.issued_at)
    with transaction.atomic():
        request = DeletionRequest(
            provider=provider, kind=kind, key=key, code=secrets.token_hex(16), finished_at=now
        )
        DeletionRequest.objects.bulk_create([request], ignore_conflicts=True)
        stored = DeletionRequest.objects.get(key=key)
        if stored.uid == request.uid:
            stored.accounts = _take_back(provider, withdrawal, kind)
            stored.save(update_fields=["accounts"])
    return stored


def _take_back(provider: str, withdrawal: Withdrawal, kind: Kind) -> int:
    accounts = SocialAccount.objects.select_for_update(no_key=True, of=("self",)).filter(
        provider=provider, granted_by=withdrawal.user_id
    )
    found = list(accounts.select_related("workspace").order_by("pk"))
    # The chains of the log are locked workspace by workspace.
    for account in sorted(found, key=lambda one: (one.workspace_id, one.pk)):
        drop_tokens(account)
        fields = ["status", "status_reason", "granted_by", "name", "handle", *TOKEN_FIELDS]
        if account.status != SocialAccount.Status.DISCONNECTED:
            account.status, account.status_reason = SocialAccount.Status.NEEDS_LOGIN, "withdrawn"
        if kind is Kind.DELETION:
            account.granted_by = account.name = account.handle = ""
        account.save(update_fields=fields)
        if account.status != SocialAccount.Status.DISCONNECTED:
            tell_of_state(account, now=clock.now())
        audit.record(ACTIONS[kind], by=NETWORK, workspace=account.workspace, target=account)
    return len(found)
