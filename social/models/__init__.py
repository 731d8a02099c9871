"""What we hear and through whom: connected accounts, the networks' calls, polls, pauses."""

from social.models.accounts import Connecting, SocialAccount
from social.models.hearing import ForgettingKey, Forgotten, WebhookEvent
from social.models.holding import Breaker, ProviderPause
from social.models.polls import Poll, UnitDay, UnitTotal

__all__ = [
    "Breaker",
    "Connecting",
    "ForgettingKey",
    "Forgotten",
    "Poll",
    "ProviderPause",
    "SocialAccount",
    "UnitDay",
    "UnitTotal",
    "WebhookEvent",
]
