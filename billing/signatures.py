"""Whether Stripe signed a call just now: pure, and stricter than Stripe's own helper.

The scheme (docs.stripe.com/webhooks, read 2026-11): `t=<Unix seconds>,v1=<hex>,v1=<hex>…`, each
v1 the HMAC-SHA256 of "<t>.<raw body>" under a whole `whsec_…` secret. Stripe's helper lets any
moment of the future pass, and takes a tolerance of 0 for none.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence

AGE_SECONDS = 300
"""A call may be so old, or so far in the future, by our clock; older is a replay."""
LONGEST_HEADER = 2000
SECONDS = re.compile(r"[0-9]{1,12}")


def is_signed(body: bytes, header: str, secrets: Sequence[str], *, now: float) -> bool:
    """Return whether the header signs this very body with one of the secrets, at about `now`.

    `now` is in Unix seconds. While a secret is rolled, Stripe signs with both.
    """
    stamp, signatures = _read(header)
    if stamp is None or abs(now - int(stamp)) > AGE_SECONDS:
        return False
    signed = stamp.encode() + b"." + body
    good = False
    for secret in secrets:
        if secret.strip():
            digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
            good |= any(hmac.compare_digest(digest.encode(), one) for one in signatures)
    return good


def _read(header: str) -> tuple[str | None, list[bytes]]:
    """Return the first `t`, as it is written, and every `v1`."""
    parts = [part.strip().partition("=") for part in header[:LONGEST_HEADER].split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    signatures = [value.encode(errors="replace") for name, _, value in parts if name == "v1"]
    if not stamps or not SECONDS.fullmatch(stamps[0]):
        return None, signatures
    return stamps[0], signatures
