"""The one line per network: whoever needs a provider asks here by name."""

from social.contracts import Capabilities
from social.providers.base import Provider
from social.providers.meta.provider import META
from social.providers.tiktok.provider import TIKTOK
from social.providers.youtube.provider import YOUTUBE

PROVIDERS: dict[str, Provider] = {one.name: one for one in (META, TIKTOK, YOUTUBE)}
CAPABILITIES: dict[str, Capabilities] = {
    kind: capabilities
    for provider in PROVIDERS.values()
    for kind, capabilities in provider.capabilities.items()
}
"""What each kind of account can do, by `SocialAccount.kind`."""


def capabilities_of(account_kind: str, kind: str, *, private: bool = False) -> Capabilities:
    """Return what an account of `account_kind` can do in a thread of `kind` (direct, comment)."""
    return CAPABILITIES[account_kind].within(kind, private=private)
