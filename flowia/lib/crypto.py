"""Secrets at rest: AES-256-GCM, bound to the row and field they belong to.

Form of a ciphertext: `v1:<key id>:<base64 of nonce and ciphertext>`. The key id is the start of
the key's SHA-256, so that several keys may live side by side: the first one in `ENCRYPTION_KEY`
encrypts, all of them decrypt. Nonces are 96 random bits (NIST SP 800-38D, section 8.2.2).
"""

import base64
import binascii
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class CannotDecryptError(Exception):
    """The ciphertext was made with another key, for another row, or was changed."""


def encrypt(plaintext: str, *, context: str) -> str:
    """Encrypt `plaintext` for `context` (`table.field:uid`) with the first key."""
    key = _keys()[0]
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, plaintext.encode(), context.encode())
    return f"v1:{_key_id(key)}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(ciphertext: str, *, context: str) -> str:
    """Return the plaintext; raises CannotDecryptError, never garbage."""
    version, _, rest = ciphertext.partition(":")
    key_id, _, body = rest.partition(":")
    key = {_key_id(key): key for key in _keys()}.get(key_id)
    if version != "v1" or key is None:
        raise CannotDecryptError("no key in ENCRYPTION_KEY fits this secret")
    try:
        raw = base64.b64decode(body, validate=True)
        return AESGCM(key).decrypt(raw[:12], raw[12:], context.encode()).decode()
    except (binascii.Error, ValueError, InvalidTag) as error:
        raise CannotDecryptError("the secret was changed, or belongs to another row") from error


def _keys() -> list[bytes]:
    return [base64.b64decode(key) for key in settings.ENCRYPTION_KEYS]


def _key_id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:8]
