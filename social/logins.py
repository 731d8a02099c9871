"""What connecting an account is made of: scopes, tokens, what was granted, what can be chosen.

Frozen values and the functions of a provider; the flow itself stands in `social.connecting`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from social.contracts import Credentials, Inspected

Sentence = object  # a text that may still be translated


@dataclass(frozen=True)
class Scope:
    """One permission we ask a person for: its name at the network, and why, for people.

    Without a `needed` one the account is not connected; without another, one thing that it
    `unlocks` ("direct", "comments", "private_replies", …) does not work, and the page says so.
    """

    name: str
    why: Sentence
    needed: bool = False
    unlocks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """One attempt to connect, as the network's consent page must be told of it.

    `again` asks for permissions that were declined before. `challenge` is PKCE's (S256).
    """

    state: str
    challenge: str
    redirect_uri: str
    again: bool = False


@dataclass(frozen=True)
class Tokens:
    """What opens an account. Moments are aware; None means: no end that the network tells.

    An empty `refresh_token` means that the network gave none: whoever stores it keeps the old one.
    """

    access_token: str
    refresh_token: str = ""
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    scopes: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Choice:
    """One account that the granted access opens.

    `problem` says why it cannot be connected ("no_messaging_task", "personal_account"…), "" when
    it can. `facts` are kept with the account (`region`, `account_type`, `tasks`).
    """

    kind: str
    external_id: str
    name: str
    tokens: Tokens
    handle: str = ""
    linked_external_id: str = ""
    problem: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Grant:
    """What a person granted: who they are at the network, which scopes, which accounts."""

    user_id: str
    scopes: tuple[str, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Login:
    """One way to connect accounts of a provider.

    - `label`: what the button says; `kinds`: which accounts it brings.
    - `address(asked)`: where the browser goes.
    - `exchange(code, verifier, redirect_uri, now)`: the code that came back, for what was granted;
      raises ProviderError.
    - `subscribe(credentials)`: ask for webhooks and return the fields that a second look showed
      as subscribed; raises ProviderError.
    - `unsubscribe(credentials)`, `revoke(credentials)`: the way out; raises ProviderError.
    - `inspect(credentials)`: whether it still works, and with which scopes and fields; raises
      ProviderError.
    - `refresh(credentials, now)`: new tokens; raises ProviderError, with `needs_login` when they
      are refused for good. None where tokens have no end or cannot be renewed.
    - `refresh_ahead`: how long before their end tokens are renewed; `refresh_not_before`: how old
      they must be at least.
    """

    name: str
    label: Sentence
    kinds: tuple[str, ...]
    scopes: tuple[Scope, ...]
    address: Callable[[Asked], str]
    exchange: Callable[[str, str, str, datetime], Grant]
    inspect: Callable[[Credentials], Inspected]
    subscribe: Callable[[Credentials], tuple[str, ...]] | None = None
    unsubscribe: Callable[[Credentials], None] | None = None
    revoke: Callable[[Credentials], None] | None = None
    refresh: Callable[[Credentials, datetime], Tokens] | None = None
    refresh_ahead: timedelta = timedelta(minutes=10)
    refresh_not_before: timedelta = timedelta(0)
    is_set_up: Callable[[], bool] = lambda: True
