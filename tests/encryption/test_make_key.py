"""`manage.py make_key`: a key that can be used as it is printed."""

from io import StringIO

from django.core.management import call_command
from pytest_django import Settings

from flowia.lib.crypto import decrypt, encrypt


def printed() -> str:
    said = StringIO()
    call_command("make_key", stdout=said)
    return said.getvalue()


def test_a_printed_key_encrypts(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [printed().strip()]
    assert decrypt(encrypt("jeton", context="a"), context="a") == "jeton"


def test_no_key_is_printed_twice() -> None:
    assert len({printed() for _ in range(20)}) == 20
