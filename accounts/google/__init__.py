"""Google accounts: who somebody is there, whom they are here, and the way there and back."""

from accounts.google.errors import (
    GoogleOffError,
    GoogleRefusedError,
    GoogleTakenError,
    GoogleUnreachableError,
    LinkNeedsPasswordError,
    PasswordNeededError,
)
from accounts.google.identities import Identity, address_of, client_id, exchange, identity_in
from accounts.google.people import connect_google, disconnect_google, person_for
from accounts.google.replays import take

__all__ = [
    "GoogleOffError",
    "GoogleRefusedError",
    "GoogleTakenError",
    "GoogleUnreachableError",
    "Identity",
    "LinkNeedsPasswordError",
    "PasswordNeededError",
    "address_of",
    "client_id",
    "connect_google",
    "disconnect_google",
    "exchange",
    "identity_in",
    "person_for",
    "take",
]
