"""Which webhook fields an account gets, asked for and looked at again (meta.md 3.4).

A field fires only if the app has it, too; that is done once, in Meta's dashboard.
"""

from django.conf import settings

from social.contracts import Credentials
from social.providers.meta.graph import INSTAGRAM, door, rows_of

PAGE_FIELDS = (
    "messages",
    "message_echoes",
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "message_edits",
    "messaging_postbacks",
    "messaging_referrals",
    "messaging_handovers",
    "standby",
    "feed",
)
INSTAGRAM_FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_seen",
    "messaging_referral",
    "message_reactions",
    "message_edit",
    "messaging_handover",
    "standby",
    "comments",
    "live_comments",
    "mentions",
)
"""The same things have other names here; echoes come with `messages`."""


def subscribe(credentials: Credentials) -> tuple[str, ...]:
    """Ask for all fields we read; returns those that a second look showed; raises ProviderError.

    For an Instagram account behind a Page, it is the Page that is subscribed.
    """
    wanted = INSTAGRAM_FIELDS if credentials.login == INSTAGRAM else PAGE_FIELDS
    door(credentials).write("POST", _path(credentials), subscribed_fields=",".join(wanted))
    return fields_of(credentials)


def fields_of(credentials: Credentials) -> tuple[str, ...]:
    """Return the fields our app is subscribed to, none when it is not; raises ProviderError."""
    own = settings.META_INSTAGRAM_APP_ID if credentials.login == INSTAGRAM else settings.META_APP_ID
    rows = rows_of(door(credentials).get(_path(credentials)))
    # Without ids there is one app to speak of: the one whose token asks.
    ours = [row for row in rows if str(row.get("id") or own) == own]
    found = ours[0].get("subscribed_fields") if ours else None
    return tuple(str(name) for name in found) if isinstance(found, list) else ()


def unsubscribe(credentials: Credentials) -> None:
    """Ask for no webhooks any more; raises ProviderError.

    For an Instagram account behind a Page it is the Page that is silent then: only for the last
    account that acts through it.
    """
    door(credentials).write("DELETE", _path(credentials))


def _path(credentials: Credentials) -> str:
    if credentials.login == INSTAGRAM:
        return "me/subscribed_apps"
    return f"{credentials.linked_external_id or credentials.account_external_id}/subscribed_apps"
