"""Signatures of Standard Webhooks 1.0: who made a call, when, and that nobody changed it.

`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, in the header `webhook-signature`;
several, with spaces between, while a secret is being replaced. Source:
github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md (read 2026-11-28).
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

PREFIX = "whsec_"
SECRET_BYTES = 32
SHORTEST_KEY, LONGEST_KEY = 24, 64
OVERLAP = timedelta(hours=24)
"""So long a secret that was replaced goes on signing beside the new one."""
MOST_FORMER = 5
TOLERANCE = timedelta(minutes=5)
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


class SignatureError(Exception):
    """The call is not proven to be ours, or is too old or too new; says which."""


def make_secret() -> str:
    """Return a new secret: 32 random bytes in base64 behind `whsec_`."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def secrets_of(credentials: Mapping[str, Any], *, now: datetime) -> list[str]:
    """Return the secrets that sign now, the newest first."""
    found = [str(credentials["secret"])] if credentials.get("secret") else []
    return found + [secret for secret, _until in former_of(credentials, now=now)]


def former_of(credentials: Mapping[str, Any], *, now: datetime) -> list[tuple[str, datetime]]:
    """Return the secrets that were replaced and still sign, the newest first, each with its end."""
    told = [
        (str(one["secret"]), datetime.fromisoformat(str(one["until"])))
        for one in credentials.get("former") or []
    ]
    return [(secret, until) for secret, until in told if now < until]


def replaced(credentials: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Return credentials with a new secret, beside which today's signs for another day.

    Those that were replaced earlier that day keep theirs, but for more than MOST_FORMER.
    """
    known = former_of(credentials, now=now)
    if credentials.get("secret"):
        known.insert(0, (str(credentials["secret"]), now + OVERLAP))
    former = [{"secret": one, "until": end.isoformat()} for one, end in known[:MOST_FORMER]]
    return {"secret": make_secret(), **({"former": former} if former else {})}


def signature_of(secret: str, *, uid: str, at: int, body: bytes) -> str:
    """Return `v1,` and the signature; `at` in Unix seconds. Raises ValueError for a bad secret."""
    signed = f"{uid}.{at}.".encode() + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def headers_for(known: Iterable[str], *, uid: str, at: int, body: bytes) -> dict[str, str]:
    """Return the three headers of a call, signed with every secret of `known`."""
    signatures = [signature_of(secret, uid=uid, at=at, body=body) for secret in known]
    return {ID: uid, TIMESTAMP: str(at), SIGNATURE: " ".join(signatures)}


def verify(secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
    """Raise SignatureError unless `body` was signed with `secret` within five minutes of `now`.

    The names of `headers` in any case. What a receiver does; we use it to prove what we send.
    """
    given = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in (ID, TIMESTAMP, SIGNATURE) if not given.get(name)]
    if missing:
        raise SignatureError(f"without {missing[0]}")
    stamp = given[TIMESTAMP]
    if not (stamp.isascii() and stamp.isdigit()):
        raise SignatureError("its timestamp is no number")
    age = now.timestamp() - int(stamp)
    if abs(age) > TOLERANCE.total_seconds():
        raise SignatureError("too old" if age > 0 else "too new")
    expected = signature_of(secret, uid=given[ID], at=int(stamp), body=body).encode()
    if not any(hmac.compare_digest(expected, one.encode()) for one in given[SIGNATURE].split(" ")):
        raise SignatureError("no signature fits")


def _key(secret: str) -> bytes:
    """Return the bytes of a secret, with or without its prefix and its padding."""
    text = secret.removeprefix(PREFIX).rstrip("=")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("the secret is not base64") from error
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ValueError("a secret has 24 to 64 bytes")
    return key
