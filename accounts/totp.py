"""One-time codes by the clock (RFC 6238, HMAC-SHA-1, 30 seconds, six digits), by pyotp."""

import hmac

import pyotp
from pyotp.totp import TOTP

SECONDS, DIGITS = 30, 6
DRIFT = 1
"""So many half minutes a telephone's clock may be ahead or behind."""


def new_secret() -> str:
    """Return a fresh secret of 160 bits, in base32."""
    return pyotp.random_base32(32)


def code_at(secret: str, counter: int, *, digits: int = DIGITS) -> str:
    """Return the code of one half minute; `counter` is Unix time divided by 30."""
    return TOTP(secret, digits=digits).generate_otp(counter)


def counter_of(secret: str, code: str, *, now: float, after: int) -> int | None:
    """Return the half minute that `code` is of, if it is near `now` and later than `after`.

    `now` is Unix time in seconds. Every half minute is compared, and in constant time.
    """
    today = int(now) // SECONDS
    matching = [
        counter
        for counter in range(today - DRIFT, today + DRIFT + 1)
        if hmac.compare_digest(code_at(secret, counter), code) and counter > after
    ]
    return matching[0] if matching else None


def address_of(secret: str, name: str) -> str:
    """Return the `otpauth://` address that a telephone's app reads from a picture."""
    return TOTP(secret).provisioning_uri(name=name, issuer_name="Flow IA")
