"""Whether a call is signed as Standard Webhooks says: written from the specification alone.

Nothing of the product is used, so that the two prove each other.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

TOLERANCE_SECONDS = 300


def verdict(secret: str, headers: Mapping[str, str], body: bytes) -> str:
    """Return "signed", "unsigned", "no secret", "too old", "too new" or "wrong signature"."""
    uid, stamp, signatures = (
        headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
    )
    if not (uid and signatures and stamp.isascii() and stamp.isdigit()):
        return "unsigned"
    if not secret:
        return "no secret"
    late = time.time() - int(stamp)
    if abs(late) > TOLERANCE_SECONDS:
        return "too old" if late > 0 else "too new"
    key = base64.b64decode(secret.partition("_")[2] or secret)
    made = hmac.digest(key, f"{uid}.{stamp}.".encode() + body, hashlib.sha256)
    wanted = b"v1," + base64.b64encode(made)
    fits = [hmac.compare_digest(one.encode(), wanted) for one in signatures.split()]
    return "signed" if any(fits) else "wrong signature"
