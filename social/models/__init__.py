"""What we hear and through whom: connected accounts, the networks' calls, polls, pauses."""

from social.models.accounts import Connecting, SocialAccount
from social.models.hearing import ForgettingKey, Forgotten, WebhookEvent
from social.models.holding import Breaker, ProviderPause, Stop
from social.models.polls import Poll, UnitDay, UnitTotal
from social.models.sessions import BrowserSession, Consent, Drift, SelectorUse, SentDay

__all__ = [
    "Breaker",
    "BrowserSession",
    "Connecting",
    "Consent",
    "Drift",
    "ForgettingKey",
    "Forgotten",
    "Poll",
    "ProviderPause",
    "SelectorUse",
    "SentDay",
    "SocialAccount",
    "Stop",
    "UnitDay",
    "UnitTotal",
    "WebhookEvent",
]
