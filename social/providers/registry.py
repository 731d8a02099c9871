"""The one line per network: whoever needs a provider asks here by name."""

from social.contracts import Capabilities
from social.providers.base import Provider
from social.providers.meta.provider import META

PROVIDERS: dict[str, Provider] = {provider.name: provider for provider in (META,)}
CAPABILITIES: dict[str, Capabilities] = {
    kind: capabilities
    for provider in PROVIDERS.values()
    for kind, capabilities in provider.capabilities.items()
}
"""What each kind of account can do, by `SocialAccount.kind`."""
