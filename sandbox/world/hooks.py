"""Which webhooks go out: whether the account is subscribed, in which form, by whom signed.

Source: Pages and Instagram, "Webhooks"; the names of the fields differ between the two. That
Instagram Login's are signed with the Instagram app's own secret is what integrations report.
"""

from dataclasses import dataclass

from sandbox import settings
from sandbox.world import faults, grants, meta, options
from sandbox.world.meta import Account, Row
from sandbox.world.models import Subscription

# A Page's field, and what the same is called for an Instagram account; None: there is none.
INSTAGRAM_NAMES: dict[str, str | None] = {
    "messages": "messages",
    "message_echoes": "messages",
    "message_deliveries": None,
    "message_reads": "messaging_seen",
    "message_reactions": "message_reactions",
    "message_edits": "message_edit",
    "messaging_postbacks": "messaging_postbacks",
    "messaging_referrals": "messaging_referral",
    "messaging_handovers": "messaging_handover",
    "standby": "standby",
    "feed": "comments",
}


@dataclass(frozen=True)
class Hook:
    """One call to the product: its bytes, and the secret that signs them."""

    body: bytes
    secret: str


def login_of(account: Account) -> str:
    """Return by which login an Instagram account is connected; a Page is always by Facebook's."""
    own = account.external_id in options.get("instagram_login")
    return grants.INSTAGRAM if own else grants.FACEBOOK


def wanted(account: Account, field: str) -> bool:
    """Tell whether the product hears of `field`, a Page's name for it.

    Behind a Page, an Instagram account's fields are ticked for the whole app: any subscription
    of the Page lets all of them through.
    """
    if not options.get("webhooks") or faults.webhooks_held():
        return False
    if account.instagram and login_of(account) == grants.FACEBOOK:
        return Subscription.objects.filter(node=account.linked).exists()
    row = Subscription.objects.filter(node=account.external_id).first()
    name = INSTAGRAM_NAMES.get(field, field) if account.instagram else field
    return row is not None and name in row.fields


def messaging(account: Account, *events: Row, place: str = "messaging") -> Hook:
    """Return the call that tells of messages and what belongs to them."""
    return signed(account, meta.entry(account, place, *events))


def change(account: Account, field: str, value: Row, *, at: int = 0) -> Hook:
    """Return the call that tells of a comment."""
    return signed(account, change_entry(account, field, value, at=at))


def change_entry(account: Account, field: str, value: Row, *, at: int = 0) -> Row:
    """Return the entry that tells of a comment; it counts in seconds.

    Instagram Login documents the field directly on the entry, Facebook Login in `changes`.
    """
    item = {"field": field, "value": value}
    head = {"id": account.external_id, "time": at or meta.milliseconds() // 1000}
    direct = account.instagram and login_of(account) == grants.INSTAGRAM
    return {**head, **item} if direct else {**head, "changes": [item]}


def signed(account: Account, *entries: Row) -> Hook:
    """Return the call with ready entries of one object."""
    return Hook(meta.document(account.object, *entries), secret_of(account))


def secret_of(account: Account) -> str:
    """Return which app's secret signs the account's webhooks."""
    own = login_of(account) == grants.INSTAGRAM
    secret: str = settings.META_INSTAGRAM_APP_SECRET if own else settings.META_APP_SECRET
    return secret
