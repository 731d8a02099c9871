"""Reading a stored call: whatever brought it, the same contracts come out."""

from social.contracts import Event
from social.models import WebhookEvent
from social.providers.registry import PROVIDERS


def parsed(event: WebhookEvent) -> list[Event]:
    """Return what the call says, in its order; raises InvalidPayloadError, KeyError.

    A page of polling is read by its stream's own parser, a webhook by the webhook's.
    """
    provider = PROVIDERS[event.provider]
    body = bytes(event.body)
    if event.stream:
        return provider.parse_page(event.stream, body) if provider.parse_page else []
    return provider.receiving.parse(body) if provider.receiving else []
