"""The one line per network: whoever needs a provider asks here by name."""

from social.capabilities import Capabilities
from social.providers.base import Provider
from social.providers.linkedin.provider import LINKEDIN
from social.providers.meta.provider import META
from social.providers.tiktok.provider import TIKTOK
from social.providers.youtube.provider import YOUTUBE

PROVIDERS: dict[str, Provider] = {one.name: one for one in (META, TIKTOK, YOUTUBE, LINKEDIN)}
BROWSED = tuple(one.name for one in PROVIDERS.values() if one.session)
"""The networks that are acted on in a browser: their steps have a queue of their own."""
CAPABILITIES: dict[str, Capabilities] = {
    kind: capabilities
    for provider in PROVIDERS.values()
    for kind, capabilities in provider.capabilities.items()
}
"""What each kind of account can do, by `SocialAccount.kind`."""


def capabilities_of(account_kind: str, kind: str, *, private: bool = False) -> Capabilities:
    """Return what an account of `account_kind` can do in a thread of `kind` (direct, comment)."""
    return CAPABILITIES[account_kind].within(kind, private=private)
