"""Secrets at rest: bound to their row, readable after a rotation, never garbage."""

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from flowia.lib.crypto import CannotDecryptError, decrypt, encrypt


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@given(st.text(), st.text(max_size=40))
def test_what_is_sealed_comes_back(plaintext: str, context: str) -> None:
    assert decrypt(encrypt(plaintext, context=context), context=context) == plaintext


def test_two_seals_of_the_same_secret_differ() -> None:
    assert encrypt("jeton", context="a") != encrypt("jeton", context="a")


def test_a_secret_of_another_row_is_refused() -> None:
    with pytest.raises(CannotDecryptError):
        decrypt(encrypt("jeton", context="account:1"), context="account:2")


@pytest.mark.parametrize("broken", ["", "v1", "v1:x:y", "v2:x:y", "v1:00000000:AAAA", "clair"])
def test_what_is_no_ciphertext_is_refused(broken: str) -> None:
    with pytest.raises(CannotDecryptError):
        decrypt(broken, context="a")


def test_a_changed_character_is_refused() -> None:
    sealed = encrypt("jeton", context="a")
    head, _, body = sealed.rpartition(":")
    changed = body[:20] + ("A" if body[20] != "A" else "B") + body[21:]

    with pytest.raises(CannotDecryptError):
        decrypt(f"{head}:{changed}", context="a")


def test_an_old_key_still_reads_after_a_rotation(settings: Settings) -> None:
    old, new = key(), key()
    settings.ENCRYPTION_KEYS = [old]
    sealed = encrypt("jeton", context="a")
    settings.ENCRYPTION_KEYS = [new, old]
    assert decrypt(sealed, context="a") == "jeton"
    settings.ENCRYPTION_KEYS = [new]

    with pytest.raises(CannotDecryptError):
        decrypt(sealed, context="a")
