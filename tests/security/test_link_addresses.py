"""The tokens of letters stand in addresses; no log may hold them, whoever writes the line."""

import logging

import pytest
from django.core.signing import TimestampSigner
from django.test import Client
from django.urls import reverse

from accounts import links
from flowia.lib.redaction import redacted_text
from tests.isolation.test_walk import addresses
from tests.written import written

pytestmark = pytest.mark.django_db
TOKEN = "019ad2c3f7a07c7d8a51a6b1f0c2d3e4.d0a1b2-glycine0123456789_abc"
PAGES = ("verify", "password-reset", "invitation")
SELF = "https://testserver"
NO_COOKIE: dict[str, str] = {}
REFUSALS = {
    "no cookie": NO_COOKIE,
    "origin null": {"origin": "null"},
    "origin elsewhere": {"origin": f"https://evil.example/verify/{TOKEN}"},
    "referrer elsewhere": {"referer": f"https://evil.example/password/reset/{TOKEN}?x=1"},
    "referrer over http": {"referer": f"http://testserver/invitation/{TOKEN}"},
    "referrer broken": {"referer": f"verify/{TOKEN}"},
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_form_without_proof_leaves_no_token_in_the_log(page: str, refusal: str) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept": "text/html"})
    address = reverse(page, args=[TOKEN])
    with written() as log:
        answer = client.post(address, {"password": "x"}, secure=True, headers=REFUSALS[refusal])

    assert answer.status_code == 403
    assert "Forbidden" in log.text, "the refusal is told"
    assert "glycine" not in log.text


@pytest.mark.parametrize("page", PAGES)
def test_a_crash_leaves_no_token_in_the_log(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(token: str) -> None:
        raise ValueError(token)

    for module, name in (
        ("verification", "read_verification"),
        ("passwords", "read_reset"),
        ("invitation", "read_invitation"),
    ):
        monkeypatch.setattr(f"accounts.views.{module}.{name}", crash)
    client = Client(raise_request_exception=False, headers={"accept": "text/html"})
    with written() as log:
        answer = client.get(reverse(page, args=[TOKEN]))

    assert answer.status_code == 500
    assert "Internal Server Error" in log.text
    assert "glycine" not in log.text


TEXTS = [
    "Internal Server Error: /password/reset/{token}",
    "GET /verify/{token}/?next=/ HTTP/1.1",
    "https://flow.exemple.fr/invitation/{token}",
    'left "/fr/verify/{token}", came back',
    "/PASSWORD/RESET/{token}",
    "/password%2Freset%2F{token}",
    "GET /letters/stop/{token} HTTP/1.1",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_token_in_anybody_s_text_is_gone(text: str) -> None:
    told = redacted_text(text.format(token=TOKEN))

    assert "glycine" not in told
    assert "d0a1b2" not in told
    assert "…" in told


@pytest.mark.parametrize(
    "text",
    ["POST /auth/password/reset/confirm 200", "/settings/invitations/7", "/verify", "verify/"],
)
def test_addresses_without_a_token_stay(text: str) -> None:
    assert redacted_text(text) == text


def test_every_address_with_a_token_is_known_to_the_logs() -> None:
    with_token = [one for one in addresses() if "<str:" in one]

    assert with_token
    for route in with_token:
        address = "/" + route.replace("<str:token>", TOKEN)
        assert "glycine" not in redacted_text(address), "name it in TOKEN_ADDRESSES"


def test_a_token_as_we_make_it_is_gone_as_a_whole() -> None:
    token = TimestampSigner(sep=links.SEPARATOR).sign_object(["0" * 32, "an address"])
    with written() as log:
        logging.getLogger("any.library").error("went to %s", reverse("verify", args=[token]))

    assert "went to /verify/…" in log.text
    assert not [part for part in token.split(".") if part in log.text]
