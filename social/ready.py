"""Who wants to know that an account can be written through again: what waited is looked at."""

from collections.abc import Callable
from datetime import datetime

from social.models import SocialAccount

Listener = Callable[[SocialAccount, datetime], None]
_LISTENERS: list[Listener] = []


def when_ready(listener: Listener) -> None:
    """Let `listener(account, now)` hear of it: called by the app that knows what waits, once."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def tell_ready(account: SocialAccount, now: datetime) -> None:
    """Say that nothing keeps `account` any more, with what it tells or right after.

    Each of several accounts in a transaction of its own: what waits is locked account by account.
    """
    for listener in _LISTENERS:
        listener(account, now)
