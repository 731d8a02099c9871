"""Who signs in from a new device, or from a new network, is told by e-mail."""

import pytest
from django.test import Client

from accounts.models import Letter
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
CHROME, OTHER = "Mozilla/5.0 (Windows NT 10.0) Chrome/140", "curl/8"
HOME = "198.51.100.1"


@pytest.fixture(autouse=True)
def at_home() -> None:
    make_user("camille@exemple.fr")
    sign_in(HOME, CHROME)


def sign_in(address: str, device: str) -> int:
    """Sign in; return how many letters about it were written so far."""
    body = {"email": "camille@exemple.fr", "password": PASSWORD}
    client = Client(headers={"user-agent": device}, REMOTE_ADDR=address)
    assert client.post("/auth/login", body, content_type="application/json").status_code == 200
    return Letter.objects.filter(kind="new_sign_in").count()


@pytest.mark.parametrize(
    ("address", "device", "letters"),
    [(HOME, CHROME, 0), ("203.0.113.9", CHROME, 1), (HOME, OTHER, 1), ("203.0.113.9", OTHER, 1)],
)
def test_both_have_to_be_known(address: str, device: str, letters: int) -> None:
    assert sign_in(address, device) == letters
    assert sign_in(address, device) == letters, "once"


def test_an_ipv6_network_is_one_place() -> None:
    assert sign_in("2001:db8:1:2::7", CHROME) == 1
    assert sign_in("2001:db8:1:2::8", CHROME) == 1
    assert sign_in("2001:db8:1:3::8", CHROME) == 2
