"""Letters to a workspace's owners about an account whose state changed: ids alone in the row."""

from datetime import datetime, timedelta

from accounts import mailbox
from accounts.models import Letter, Membership, User
from accounts.wording import Kind
from social.models import SocialAccount

QUIET = timedelta(hours=12)
"""The same trouble of one account is written about at most so often, unless the account was
connected again in between."""


def tell_of_state(account: SocialAccount, state: str = "needs_login", *, now: datetime) -> bool:
    """Write to the owners that `account` is in `state` from now on, once per change.

    Returns whether letters were written. One that was written about the same trouble a short
    while ago is enough: an account that goes back and forth is told of once.
    """
    rows = SocialAccount.objects.filter(pk=account.pk).exclude(told_state=state)
    since = max(now - QUIET, account.connected_at or now - QUIET)
    recent = Letter.objects.filter(
        kind=Kind.ACCOUNT_STATE,
        subject_uid=account.uid,
        data__state=state,
        created_at__gt=since,
    )
    if recent.exists() or not rows.update(told_state=state):
        return False
    for owner in _owners(account):
        mailbox.put(Kind.ACCOUNT_STATE, user=owner, about=account, data={"state": state})
    return True


def note_well(account: SocialAccount) -> None:
    """Forget what was told: the account works, and the next trouble is news again."""
    SocialAccount.objects.filter(pk=account.pk).exclude(told_state="").update(told_state="")


def _owners(account: SocialAccount) -> list[User]:
    members = Membership.objects.filter(
        workspace=account.workspace_id,
        role=Membership.Role.OWNER,
        user__is_active=True,
        user__email_verified_at__isnull=False,
    )
    return [one.user for one in members.select_related("user").order_by("pk")]
