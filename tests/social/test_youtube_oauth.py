"""Connecting a channel over HTTP: consent, tokens, channels, the way out (youtube.md 1, 8)."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from social import connecting
from social.connecting import Attempt
from social.contracts import Inspected
from social.errors import ProviderError
from social.logins import Asked
from social.models import UnitTotal
from social.providers.youtube.oauth import FORCE_SSL, GOOGLE, lacking
from social.ways import way_of
from tests.factories import make_member, make_workspace
from tests.social.youtube import CHANNEL, CREDENTIALS, sample
from tests.standin import StandIn, stand_in

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
BACK = "https://flowia.invalid/social-accounts/youtube/callback"
VERIFIER = "v" * 43


@pytest.fixture
def google(settings: Settings) -> Iterator[StandIn]:
    with stand_in() as service:
        settings.GOOGLE_TOKEN_URL = f"{service.url}/token"
        settings.GOOGLE_REVOKE_URL = f"{service.url}/revoke"
        settings.YOUTUBE_API_URL = f"{service.url}/youtube/v3"
        settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET = "client", "secret"
        yield service


def test_the_consent_page_is_asked_for_a_token_that_lasts(settings: Settings) -> None:
    settings.GOOGLE_CLIENT_ID = "client"
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    address = urlsplit(GOOGLE.address(Asked("state", challenge, BACK)))

    assert f"{address.scheme}://{address.netloc}{address.path}" == settings.GOOGLE_OAUTH_URL
    assert {name: values[0] for name, values in parse_qs(address.query).items()} == {
        "client_id": "client",
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": FORCE_SSL,
        "access_type": "offline",
        "prompt": "consent",
        "include_granted_scopes": "true",
        "state": "state",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }


@pytest.mark.django_db
def test_the_units_of_connecting_a_channel_are_counted(google: StandIn) -> None:
    google.answer(200, sample("8-oauth", 1))
    google.answer(200, sample("8-oauth", 4))
    workspace = make_workspace()
    attempt = Attempt(way_of("youtube"), workspace, make_member(workspace), "", VERIFIER)
    connecting.complete(attempt, {"code": "c"})

    used = UnitTotal.objects.get(provider="youtube").used
    assert used == len([one for one in google.asked if "/youtube/v3/" in one.path]) == 1


def test_a_code_brings_a_channel_with_its_tokens(google: StandIn) -> None:
    google.answer(200, sample("8-oauth", 1))
    google.answer(200, sample("8-oauth", 4))

    grant = GOOGLE.exchange("code", VERIFIER, BACK, NOW)

    (choice,) = grant.choices
    assert (choice.kind, choice.external_id) == ("youtube", CHANNEL)
    assert (choice.name, choice.handle) == ("Boutique Exemple", "boutique-exemple")
    assert choice.tokens.access_token == "ya29.invente"
    assert choice.tokens.refresh_token == "1//invente"
    assert choice.tokens.expires_at == NOW + timedelta(seconds=3599)
    assert choice.tokens.refresh_expires_at is None
    assert grant.scopes == (FORCE_SSL,)
    assert google.asked[0].body["code_verifier"] == VERIFIER


def test_a_consent_with_an_end_tells_it(google: StandIn) -> None:
    google.answer(200, sample("8-oauth", 3))
    google.answer(200, sample("8-oauth", 4))

    (choice,) = GOOGLE.exchange("code", VERIFIER, BACK, NOW).choices

    assert choice.tokens.refresh_expires_at == NOW + timedelta(seconds=604_799)


def test_an_account_without_a_channel_brings_no_choice(google: StandIn) -> None:
    google.answer(200, sample("8-oauth", 1))
    google.answer(200, sample("8-oauth", 5))

    assert GOOGLE.exchange("code", VERIFIER, BACK, NOW).choices == ()


def test_an_unticked_scope_is_told_and_nothing_is_asked_for(google: StandIn) -> None:
    google.answer(200, {**sample("8-oauth", 1), "scope": "openid email"})

    grant = GOOGLE.exchange("code", VERIFIER, BACK, NOW)

    assert (grant.scopes, grant.choices) == (("openid", "email"), ())
    assert len(google.asked) == 1


def test_a_refresh_brings_no_new_refresh_token(google: StandIn) -> None:
    google.answer(200, sample("8-oauth", 2))
    assert GOOGLE.refresh is not None

    tokens = GOOGLE.refresh(CREDENTIALS, NOW)

    assert (tokens.access_token, tokens.refresh_token) == ("ya29.invente2", "")
    assert google.asked[0].body["refresh_token"] == "1//invente"


def test_a_grant_that_is_dead_must_be_given_again(google: StandIn) -> None:
    google.answer(400, sample("5-refusals", 8))
    assert GOOGLE.refresh is not None

    with pytest.raises(ProviderError) as caught:
        GOOGLE.refresh(CREDENTIALS, NOW)

    assert caught.value.needs_login


def test_without_a_refresh_token_nobody_is_asked(google: StandIn) -> None:
    assert GOOGLE.refresh is not None

    with pytest.raises(ProviderError) as caught:
        GOOGLE.refresh(replace(CREDENTIALS, refresh_token=""), NOW)

    assert caught.value.needs_login
    assert google.asked == []


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, {}), (400, {"error": "invalid_token"}), (400, sample("5-refusals", 8))],
)
def test_giving_back_a_grant_that_is_dead_already_is_as_good(
    google: StandIn, status: int, body: dict[str, str]
) -> None:
    google.answer(status, body)
    assert GOOGLE.revoke is not None

    GOOGLE.revoke(CREDENTIALS)

    assert google.asked[0].body == {"token": "1//invente"}


def test_a_google_that_fails_keeps_the_grant(google: StandIn) -> None:
    google.answer(503, {})
    assert GOOGLE.revoke is not None

    with pytest.raises(ProviderError) as caught:
        GOOGLE.revoke(CREDENTIALS)

    assert caught.value.retryable


def test_a_look_shows_the_channel_as_it_is_now(google: StandIn) -> None:
    google.answer(200, sample("8-oauth", 4))

    found = GOOGLE.inspect(CREDENTIALS)

    assert found == Inspected(name="Boutique Exemple", handle="boutique-exemple")


def test_a_token_that_opens_another_channel_is_no_longer_ours(google: StandIn) -> None:
    google.answer(200, sample("8-oauth", 4))

    with pytest.raises(ProviderError) as caught:
        GOOGLE.inspect(replace(CREDENTIALS, account_external_id="UCautre"))

    assert caught.value.needs_login


@pytest.mark.parametrize("body", [None, [], "text", {"access_token": 7}, {"access_token": ""}])
def test_what_is_no_token_is_an_error_to_try_again(google: StandIn, body: object) -> None:
    google.answer(200, body)

    with pytest.raises(ProviderError) as caught:
        GOOGLE.exchange("code", VERIFIER, BACK, NOW)

    assert caught.value.retryable


def test_a_channel_without_the_scope_lacks_comments() -> None:
    assert lacking("youtube", (FORCE_SSL,), {}) == {}
    assert lacking("youtube", ("openid",), {}) == {"comments": "missing_scope"}
