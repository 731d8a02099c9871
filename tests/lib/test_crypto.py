"""Secrets at rest: bound to their row and key, readable after a rotation, never garbage."""

import base64
import hashlib
import os
import string

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from flowia.lib import crypto
from flowia.lib.crypto import CannotDecryptError, decrypt, encrypt, make_key

# The Galois/Counter Mode of Operation (McGrew and Viega, submitted to NIST), appendix B, test
# cases 13 to 16: key, nonce, associated data, plaintext, ciphertext with tag; in hexadecimal.
LONG_KEY = "feffe9928665731c6d6a8f9467308308" * 2
LONG_PLAIN = (
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
)
LONG_SEALED = (
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
)
PUBLISHED = [
    ("00" * 32, "00" * 12, "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
    (
        *("00" * 32, "00" * 12, "", "00" * 16),
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
    ),
    (
        *(LONG_KEY, "cafebabefacedbaddecaf888", "", LONG_PLAIN + "1aafd255"),
        LONG_SEALED + "898015ad" + "b094dac5d93471bdec1a502270e3cc6c",
    ),
    (
        *(LONG_KEY, "cafebabefacedbaddecaf888", "feedfacedeadbeef" * 2 + "abaddad2", LONG_PLAIN),
        LONG_SEALED + "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
]


LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"


def refusal(ciphertext: str, context: str = "a") -> str:
    with pytest.raises(CannotDecryptError) as caught:
        decrypt(ciphertext, context=context)
    return str(caught.value)


def with_body(ciphertext: str, raw: bytes) -> str:
    return f"{ciphertext.rpartition(':')[0]}:{base64.b64encode(raw).decode()}"


def raw_of(ciphertext: str) -> bytes:
    return base64.b64decode(ciphertext.rpartition(":")[2])


def old_form(plaintext: str, context: str, key: str) -> str:
    """The first form, which did not bind the key's id."""
    raw, nonce = base64.b64decode(key), os.urandom(12)
    body = nonce + AESGCM(raw).encrypt(nonce, plaintext.encode(), context.encode())
    return f"v1:{hashlib.sha256(raw).hexdigest()[:8]}:{base64.b64encode(body).decode()}"


@pytest.mark.parametrize(("key", "nonce", "bound", "plain", "sealed"), PUBLISHED)
def test_it_opens_the_published_test_cases(
    key: str, nonce: str, bound: str, plain: str, sealed: str
) -> None:
    raw = bytes.fromhex(nonce + sealed)
    opened = crypto._opened(bytes.fromhex(key), raw, bytes.fromhex(bound))
    assert opened == bytes.fromhex(plain)


@pytest.mark.parametrize("case", PUBLISHED[:2])
def test_a_published_test_case_that_is_text_is_decrypted(
    case: tuple[str, ...], settings: Settings
) -> None:
    key, nonce, bound, plain, sealed = map(bytes.fromhex, case)
    settings.ENCRYPTION_KEYS = [base64.b64encode(key).decode()]
    head = f"v1:{hashlib.sha256(key).hexdigest()[:8]}:"
    body = base64.b64encode(nonce + sealed).decode()
    assert decrypt(head + body, context=bound.decode()) == plain.decode()


@given(st.text(), st.text(max_size=40))
def test_what_is_sealed_comes_back(plaintext: str, context: str) -> None:
    assert decrypt(encrypt(plaintext, context=context), context=context) == plaintext


def test_a_hundred_thousand_nonces_are_unique_and_random() -> None:
    nonces = [raw_of(encrypt("", context="a"))[:12] for _ in range(100_000)]
    assert len(set(nonces)) == len(nonces)
    assert len({nonce[:4] for nonce in nonces}) > 99_900
    assert len({nonce[8:] for nonce in nonces}) > 99_900


def test_a_secret_of_another_row_is_refused() -> None:
    assert "another row" in refusal(encrypt("jeton", context="account:1"), "account:2")


@pytest.mark.parametrize(
    "broken",
    ["", "v1", "v1:x:y", "v2:x:y", "v1:00000000:AAAA", "v2:00000000:", "clair", "v2:٠٠٠٠٠٠٠٠:AAAA"],
)
def test_what_is_no_ciphertext_is_refused(broken: str) -> None:
    assert refusal(broken)


def test_another_version_is_refused() -> None:
    sealed = encrypt("jeton", context="a")
    assert "form" in refusal("v3" + sealed[2:])
    assert "changed" in refusal("v1" + sealed[2:])


def test_every_flipped_bit_is_refused() -> None:
    sealed = encrypt("jeton", context="a")
    raw = raw_of(sealed)
    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        assert "changed" in refusal(with_body(sealed, bytes(changed)))


def test_every_changed_character_is_refused() -> None:
    sealed = encrypt("jeton", context="a")
    for place, character in enumerate(sealed):
        for other in {"A", "B", "0", ":", "é"} - {character}:
            assert refusal(sealed[:place] + other + sealed[place + 1 :])


def test_every_cut_is_refused() -> None:
    sealed = encrypt("jeton", context="a")
    raw = raw_of(sealed)
    for length in range(len(raw)):
        assert "changed" in refusal(with_body(sealed, raw[:length]))
    for length in range(len(sealed)):
        assert refusal(sealed[:length])


def test_another_spelling_of_the_same_bytes_is_refused() -> None:
    sealed = encrypt("deux", context="a")
    # 32 bytes leave two bits of the last letter unused; the next letter sets one of them.
    respelled = sealed[:-2] + LETTERS[LETTERS.index(sealed[-2]) + 1] + "="
    assert raw_of(respelled) == raw_of(sealed)
    assert "changed" in refusal(respelled)


def test_the_first_form_is_still_read(settings: Settings) -> None:
    assert decrypt(old_form("jeton", "a", settings.ENCRYPTION_KEYS[0]), context="a") == "jeton"


def test_the_key_id_is_bound(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = encrypt("jeton", context="a")
    key = next(iter(crypto._keyring().values()))
    monkeypatch.setattr(crypto, "_keyring", lambda: {"0123abcd": key})
    renamed = f"v2:0123abcd:{sealed.rpartition(':')[2]}"

    assert "changed" in refusal(renamed)


def test_an_old_key_still_reads_after_a_rotation(settings: Settings) -> None:
    old, new = make_key(), make_key()
    settings.ENCRYPTION_KEYS = [old]
    sealed = encrypt("jeton", context="a")
    settings.ENCRYPTION_KEYS = [new, old]
    assert decrypt(sealed, context="a") == "jeton"
    settings.ENCRYPTION_KEYS = [new]

    assert f"lacks the key {sealed.split(':')[1]}" in refusal(sealed)


def test_the_first_key_encrypts(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [make_key(), *settings.ENCRYPTION_KEYS]
    assert encrypt("jeton", context="a").startswith(crypto.current_head())


@pytest.mark.parametrize(
    "bad", ["", "changez-moi", "AAAA", base64.b64encode(b"k" * 31).decode(), "k" * 32, "é" * 44]
)
def test_a_bad_key_is_named_by_its_place_and_never_shown(bad: str, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [make_key(), bad]
    with pytest.raises(ImproperlyConfigured) as caught:
        encrypt("jeton", context="a")
    assert "ENCRYPTION_KEY: key 2 " in str(caught.value)
    assert not bad or bad not in str(caught.value)


def test_an_empty_list_of_keys_is_refused(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = []
    with pytest.raises(ImproperlyConfigured, match="ENCRYPTION_KEY is empty"):
        encrypt("jeton", context="a")


def test_blanks_around_a_key_do_not_matter(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [f" {make_key()} "]
    assert decrypt(encrypt("jeton", context="a"), context="a") == "jeton"


def test_no_sentence_holds_a_part_of_the_secret() -> None:
    sealed = encrypt("jeton", context="a")
    sentences = [refusal(sealed, "b"), refusal("jeton-en-clair"), refusal(f"v2:01234567:{sealed}")]
    assert not [one for one in sentences if "jeton" in one or sealed[12:] in one]
