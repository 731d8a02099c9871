"""Where TikTok posts our webhooks: one address per type of event, for the whole app.

No account subscribes to anything (tiktok.md 3.1): an operator registers once, by
`manage.py register_webhooks`, and every account that granted the scopes is heard.
"""

from collections.abc import Mapping

from django.conf import settings

from social.errors import ProviderError
from social.providers.tiktok.calling import ask, id_in, tell

EVENT_TYPES = ("DIRECT_MESSAGE", "COMMENT")


def register(address: str) -> Mapping[str, str]:
    """Have our types of events posted to `address`; raises ProviderError.

    Returns the address of each type as TikTok shows it afterwards. What is right already is left
    alone.
    """
    for event_type, known in registered().items():
        if known != address:
            body = {**_app(), "event_type": event_type, "callback_url": address}
            tell("business/webhook/update", body)
    return registered()


def registered() -> dict[str, str]:
    """Return where each of our types of events is posted, "" for nowhere; raises ProviderError."""
    return {event_type: _address(event_type) for event_type in EVENT_TYPES}


def shown() -> tuple[str, ...] | None:
    """Return the types that are posted anywhere; None when TikTok does not tell just now."""
    try:
        return tuple(event_type for event_type, address in registered().items() if address)
    except ProviderError:
        return None


def _address(event_type: str) -> str:
    shown = ask("business/webhook/list", "", {**_app(), "event_type": event_type})
    return id_in(shown, "callback_url")


def _app() -> dict[str, str]:
    return {"app_id": settings.TIKTOK_APP_ID, "secret": settings.TIKTOK_APP_SECRET}
