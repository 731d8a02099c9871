"""Meta's signed_request: who took their account or their data back (meta.md, section 1.7)."""

import base64
import binascii
import hashlib
import hmac
import json

from django.conf import settings

from social.contracts import Withdrawal


def withdrawn(text: str) -> Withdrawal | None:
    """Return whom `signature.document` is about; None when neither app's secret signed it.

    The signature covers the second part as it came, still encoded.
    """
    signature, _, packed = text.partition(".")
    if not _is_signed(signature, packed):
        return None
    try:
        document = json.loads(_decoded(packed))
        user_id, algorithm = document["user_id"], document["algorithm"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if algorithm != "HMAC-SHA256" or not isinstance(user_id, str | int) or not str(user_id):
        return None
    return Withdrawal(str(user_id)[:128], str(document.get("issued_at", ""))[:20])


def _is_signed(signature: str, packed: str) -> bool:
    try:
        given = _decoded(signature)
    except ValueError:
        return False
    secrets = (settings.META_APP_SECRET, settings.META_INSTAGRAM_APP_SECRET)
    signatures = [
        hmac.new(secret.encode(), packed.encode(), hashlib.sha256).digest()
        for secret in secrets
        if secret
    ]
    return any(hmac.compare_digest(given, good) for good in signatures)


def _decoded(part: str) -> bytes:
    # Meta leaves the padding out, and Python insists on it.
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64url") from error
