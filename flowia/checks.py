"""What production must not start with: provider calls in clear text, letters that reach nobody."""

from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

from flowia.lib.refusals import SETTINGS

ADDRESSES = (
    "META_GRAPH_URL",
    "META_INSTAGRAM_GRAPH_URL",
    "META_OAUTH_URL",
    "META_INSTAGRAM_OAUTH_URL",
    "META_INSTAGRAM_TOKEN_URL",
    "TIKTOK_API_URL",
    "TIKTOK_OAUTH_URL",
    "YOUTUBE_API_URL",
    "LINKEDIN_URL",
    "OPENAI_BASE_URL",
    "NOTION_API_URL",
    "AIRTABLE_API_URL",
    "GOOGLE_SHEETS_API_URL",
    "GOOGLE_SHEETS_TOKEN_URL",
    "STRIPE_API_URL",
    "GOOGLE_OAUTH_URL",
    "GOOGLE_TOKEN_URL",
    "GOOGLE_REVOKE_URL",
    "GOOGLE_CERTS_URL",
)
LEAST_SECONDS = {"LINKEDIN_SEND_SECONDS": 120, "LINKEDIN_POLL_SECONDS": 900}
"""Between two messages, and between two readings (linkedin.md 7); the provider keeps to it too."""


@register(SETTINGS)
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


@register(SETTINGS)
def sessions_are_used_gently(**_: Any) -> list[CheckMessage]:
    """Refuse a pace that members' own sessions are never used at, but on this very machine."""
    url, here = settings.LINKEDIN_URL, _is_this_machine(settings.LINKEDIN_URL)
    found: list[CheckMessage] = []
    if here and settings.PRODUCTION:
        found.append(
            Caution(
                f"LINKEDIN_URL is {url}: members' sessions would be given to this machine.",
                hint="Remove the variable to use the network's own address.",
                id="flowia.W002",
            )
        )
    for name, least in LEAST_SECONDS.items():
        if not here and getattr(settings, name) < least:
            found.append(
                Error(
                    f"{name} is below {least}: members' accounts would be put in danger.",
                    hint="Remove the variable; less is for a stand-in on this machine.",
                    id="flowia.E004",
                )
            )
    return found


@register(SETTINGS)
def money_is_real(**_: Any) -> list[CheckMessage]:
    """Refuse a test key of Stripe in production; warn of a key without the webhook's secret.

    The secret is made by a command that needs the key (`stripe_setup`).
    """
    key, secrets = settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET
    if not settings.PRODUCTION or not key:
        return []
    found: list[CheckMessage] = []
    if not key.startswith(("sk_live_", "rk_live_")):
        found.append(
            Error(
                "STRIPE_SECRET_KEY is no live key: plans would be given away in production.",
                hint="Use the key that begins with sk_live_ or rk_live_, or remove it.",
                id="flowia.E002",
            )
        )
    if not any(secret.startswith("whsec_") for secret in secrets):
        found.append(
            Caution(
                "STRIPE_WEBHOOK_SECRET is missing: nothing that Stripe announces is heard.",
                hint="manage.py stripe_setup prints it when it makes the endpoint.",
                id="flowia.W003",
            )
        )
    return found


@register(SETTINGS)
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


@register(SETTINGS)
def customers_call_nobody_inside(**_: Any) -> list[CheckMessage]:
    """Refuse, in production, private networks that customers' webhooks might reach."""
    networks = settings.WEBHOOK_PRIVATE_NETWORKS
    wrong = [name for name in networks if not _is_a_network(name)]
    errors: list[CheckMessage] = []
    if wrong:
        sentence = f"WEBHOOK_PRIVATE_NETWORKS: {', '.join(wrong)} is no network."
        errors.append(Error(sentence, hint="Like 127.0.0.0/8 or ::1/128.", id="flowia.E005"))
    if networks and settings.PRODUCTION:
        errors.append(
            Error(
                "WEBHOOK_PRIVATE_NETWORKS must be empty in production.",
                hint="Customers could reach this server's own network by it.",
                id="flowia.E006",
            )
        )
    return errors


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_a_network(name: str) -> bool:
    try:
        ip_network(name, strict=False)
    except ValueError:
        return False
    return True
