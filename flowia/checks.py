"""What production must not start with: provider calls in clear text, letters that reach nobody."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

ADDRESSES = (
    "META_GRAPH_URL",
    "META_INSTAGRAM_GRAPH_URL",
    "META_OAUTH_URL",
    "META_INSTAGRAM_OAUTH_URL",
    "META_INSTAGRAM_TOKEN_URL",
    "TIKTOK_API_URL",
    "TIKTOK_OAUTH_URL",
    "YOUTUBE_API_URL",
    "OPENAI_BASE_URL",
    "NOTION_API_URL",
    "GOOGLE_OAUTH_URL",
    "GOOGLE_TOKEN_URL",
    "GOOGLE_REVOKE_URL",
    "GOOGLE_CERTS_URL",
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


@register()
def letters_leave(**_: Any) -> list[CheckMessage]:
    """Warn in production when no mail server is named: nobody could choose a new password."""
    if not settings.PRODUCTION or not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return []
    return [
        Caution(
            "EMAIL_URL is not set: letters are written into files and reach nobody.",
            hint="Name your mail server, for example smtp+tls://user:password@host:587.",
            id="flowia.W001",
        )
    ]
