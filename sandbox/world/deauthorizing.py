"""Meta's call to an app that somebody removed: one form field, `signed_request`.

Source: "Data deletion callback" (signed_request: two base64url parts without padding, the first
an HMAC-SHA256 over the second).
"""

import base64
import hashlib
import hmac
import json
import time

import requests

from sandbox import settings
from sandbox.world import courier

PATH = "/social-accounts/meta/deauthorize"


def post(user_id: str, *, instagram: bool = False) -> int:
    """Post the callback for that app-scoped user; return the product's status, 0 for none."""
    try:
        answer = requests.post(
            settings.PUBLIC_URL + PATH,
            data={"signed_request": signed_request(user_id, instagram=instagram)},
            timeout=courier.TIMEOUT_SECONDS,
        )
    except requests.RequestException:
        return courier.UNREACHABLE
    return answer.status_code


def signed_request(user_id: str, *, instagram: bool = False) -> str:
    """Return the field's value, signed with the secret of the app that was removed."""
    said = {"algorithm": "HMAC-SHA256", "issued_at": int(time.time()), "user_id": user_id}
    payload = _encoded(json.dumps(said, separators=(",", ":")).encode())
    key = settings.META_INSTAGRAM_APP_SECRET if instagram else settings.META_APP_SECRET
    signature = hmac.new(key.encode(), payload.encode(), hashlib.sha256).digest()
    return f"{_encoded(signature)}.{payload}"


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
