"""Secrets at rest: AES-256-GCM, bound to the row and field they belong to and to their key.

Form of a ciphertext: `v2:<key id>:<base64 of nonce and ciphertext>`. The key id is the start of
the key's SHA-256, so that several keys may live side by side: the first one in `ENCRYPTION_KEY`
encrypts, all of them decrypt. Nonces are 96 random bits (NIST SP 800-38D, section 8.2.2); how
long a key lasts stands in docs/encryption.md. `v1` differs in not binding the key id; it is
still read.
"""

import base64
import hashlib
import os
import re
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = "v2"
KEY_BYTES = 32
NONCE_BYTES = 12
HEAD = re.compile(r"(v[12]):([0-9a-f]{8}):")


class CannotDecryptError(Exception):
    """The ciphertext was made with another key, for another row, or was changed.

    Its sentence says what an operator can do, and never holds a part of the secret.
    """


def encrypt(plaintext: str, *, context: str) -> str:
    """Encrypt `plaintext` for `context` (`table.field:uid`) with the first key.

    Raises ImproperlyConfigured when ENCRYPTION_KEY is not a list of keys.
    """
    key_id, key = next(iter(_keyring().items()))
    head, nonce = f"{VERSION}:{key_id}:", os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plaintext.encode(), _bound(head, context))
    return head + base64.b64encode(nonce + sealed).decode()


def decrypt(ciphertext: str, *, context: str) -> str:
    """Return the plaintext; raises CannotDecryptError, never garbage.

    Raises ImproperlyConfigured when ENCRYPTION_KEY is not a list of keys.
    """
    head = head_of(ciphertext)
    if not head:
        raise CannotDecryptError("This is not a secret in a form that we know: connect again.")
    key = _keyring().get(key_id_of(head))
    if key is None:
        raise CannotDecryptError(
            f"ENCRYPTION_KEY lacks the key {key_id_of(head)}: add it at the end, or connect again."
        )
    try:
        raw = _unpacked(ciphertext.removeprefix(head))
        return _opened(key, raw, _bound(head, context)).decode()
    except (ValueError, InvalidTag) as error:
        raise CannotDecryptError(
            "The secret was changed, or belongs to another row: connect again."
        ) from error


def head_of(ciphertext: str) -> str:
    """Return `version:key id:` at the start of a ciphertext, or nothing where there is none."""
    found = HEAD.match(ciphertext)
    return found.group() if found else ""


def is_newest(ciphertext: str) -> bool:
    """Return whether `ciphertext` was made with the key that encrypts today."""
    return ciphertext.startswith(current_head())


def key_id_of(head: str) -> str:
    """Return the key id that a head names."""
    return head.split(":")[1]


def current_head() -> str:
    """Return how everything begins that is encrypted now; raises ImproperlyConfigured."""
    return f"{VERSION}:{next(iter(_keyring()))}:"


def known_ids() -> tuple[str, ...]:
    """Return the ids of the keys that are here, the encrypting one first."""
    return tuple(_keyring())


def make_key() -> str:
    """Return a fresh random key in the form that ENCRYPTION_KEY takes."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _bound(head: str, context: str) -> bytes:
    """Return the associated data: what a ciphertext may not be moved away from."""
    return (context if head.startswith("v1:") else head + context).encode()


def _unpacked(body: str) -> bytes:
    """Return nonce, ciphertext and tag; raises ValueError for any other spelling of them."""
    raw = base64.b64decode(body, validate=True)
    # Base64 has several spellings of the same bytes; ours is one of them.
    if base64.b64encode(raw).decode() != body:
        raise ValueError("not as we write it")
    return raw


def _opened(key: bytes, raw: bytes, bound: bytes) -> bytes:
    """Return what nonce, ciphertext and tag hold; raises InvalidTag."""
    return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound)


def _keyring() -> dict[str, bytes]:
    """Return the keys by their ids, in the order of ENCRYPTION_KEY."""
    return _read(tuple(settings.ENCRYPTION_KEYS))


@lru_cache(maxsize=4)
def _read(keys: tuple[str, ...]) -> dict[str, bytes]:
    if not keys:
        raise ImproperlyConfigured("ENCRYPTION_KEY is empty: `manage.py make_key` prints a key.")
    raw = [_key(place, text.strip()) for place, text in enumerate(keys, start=1)]
    return {hashlib.sha256(key).hexdigest()[:8]: key for key in raw}


def _key(place: int, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(
            f"ENCRYPTION_KEY: key {place} is not base64 of {KEY_BYTES} bytes; "
            "`manage.py make_key` prints a good one."
        )
    return key
