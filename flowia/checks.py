"""What production must not start with: provider calls in clear text."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

ADDRESSES = (
    "META_GRAPH_URL",
    "META_INSTAGRAM_GRAPH_URL",
    "OPENAI_BASE_URL",
    "NOTION_API_URL",
)


@register()
def providers_over_https(**_: Any) -> list[CheckMessage]:
    """Refuse `http://` addresses of providers in production (where PUBLIC_URL is https)."""
    if not settings.PRODUCTION:
        return []
    return [
        Error(
            f"{name} must begin with https:// in production.",
            hint="Remove the variable to use the provider's own address.",
            id="flowia.E001",
        )
        for name in ADDRESSES
        if not getattr(settings, name).startswith("https://")
    ]
