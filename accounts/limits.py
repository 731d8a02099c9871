"""How often the doors may be knocked at: stricter than the rest of the API.

Counted in Redis. While Redis is away these are open, and the attempts that the database counts
(`accounts.guessing`) go on guarding passwords.
"""

from django.http import HttpRequest

from accounts.authentication import RATE
from accounts.guessing import email_key, trust
from flowia.lib import ratelimit
from flowia.lib.address import client_address, limit_key
from flowia.lib.errors import TooManyRequestsError

MINUTE, HOUR = 60, 3600
BY_ADDRESS = {
    "login": (30, MINUTE),
    "register": (10, HOUR),
    "refresh": (120, MINUTE),
    "reset": (10, HOUR),
    "link": (30, HOUR),
    "stop": (600, HOUR),
    "approval": (240, HOUR),
    "google": (30, MINUTE),
    "connect": (30, MINUTE),
    "letter": (20, HOUR),
    "invitation": (20, HOUR),
}
"""Calls one network address (IPv6: its /64) may make of each door, and in how many seconds."""
BY_EMAIL = {
    "reset": ((5, HOUR), (10, 24 * HOUR)),
    "letter": ((5, HOUR),),
    "invitation": ((5, HOUR),),
}
"""Calls that may name one e-mail address. Signing in and registering are not among them, since
strangers could then shut a person out; for a new password, places that the person signed in from
are counted apart."""
LETTERS = {"address_taken": (3, 24 * HOUR)}
"""Letters that strangers can cause, to one address."""


def knock(request: HttpRequest, door: str, *, email: str = "") -> None:
    """Count one call of `door`; raises TooManyRequestsError."""
    keys = [(f"{door}:at:{limit_key(client_address(request))}", BY_ADDRESS[door])]
    if email and door in BY_EMAIL:
        keys += _by_email(request, door, email.strip().lower())
    for key, (limit, seconds) in keys:
        verdict = ratelimit.take(key, limit=limit, seconds=seconds)
        setattr(request, RATE, verdict)
        if verdict is not None and not verdict.passed:
            raise TooManyRequestsError(retry_after=verdict.retry_after)


def _by_email(request: HttpRequest, door: str, email: str) -> list[tuple[str, tuple[int, int]]]:
    place = "known" if door == "reset" and trust(request, email) else "for"
    key = f"{door}:{place}:{email_key(email)}"
    return [(f"{key}:{seconds}", (limit, seconds)) for limit, seconds in BY_EMAIL[door]]


def may_write(letter: str, email: str) -> bool:
    """Count one letter that a stranger caused; False when its reader got enough of them."""
    limit, seconds = LETTERS[letter]
    key = f"{letter}:to:{email_key(email.strip().lower())}"
    verdict = ratelimit.take(key, limit=limit, seconds=seconds)
    return verdict is None or verdict.passed
