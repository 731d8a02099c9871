"""One-time codes: the published vectors, the drift of clocks, and that a code works once."""

import base64

import pytest

from accounts.totp import address_of, code_at, counter_of, new_secret

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_6238 = (
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
)
"""Appendix B of RFC 6238, the rows of SHA-1."""
NOON = 1_764_331_200.0


@pytest.mark.parametrize(("seconds", "code"), RFC_6238)
def test_the_vectors_of_rfc_6238_hold(seconds: int, code: str) -> None:
    assert code_at(RFC_SECRET, seconds // 30, digits=8) == code
    assert counter_of(RFC_SECRET, code[2:], now=seconds, after=0) == seconds // 30


@pytest.mark.parametrize(
    ("drift", "known"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_clocks_may_differ_by_half_a_minute(drift: int, known: bool) -> None:
    counter = int(NOON) // 30 + drift
    found = counter_of(RFC_SECRET, code_at(RFC_SECRET, counter), now=NOON, after=0)
    assert found == (counter if known else None)


def test_a_code_that_was_taken_is_over() -> None:
    counter = int(NOON) // 30
    code = code_at(RFC_SECRET, counter)
    assert counter_of(RFC_SECRET, code, now=NOON, after=counter) is None
    assert counter_of(RFC_SECRET, code, now=NOON, after=counter - 1) == counter


def test_secrets_are_fresh_and_long() -> None:
    assert new_secret() != new_secret()
    assert len(base64.b32decode(new_secret())) >= 20


def test_a_telephone_reads_who_and_where() -> None:
    address = address_of(RFC_SECRET, "op@flowia.fr")
    assert address.startswith("otpauth://totp/Flow%20IA:op%40flowia.fr?")
    assert f"secret={RFC_SECRET}" in address
    assert "issuer=Flow%20IA" in address
