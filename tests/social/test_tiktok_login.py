"""Connecting a TikTok account: the consent page, tokens, what it may do, the way out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from social.contracts import Credentials, Inspected
from social.errors import ProviderError
from social.logins import Asked, Choice, Grant, Tokens
from social.providers.tiktok.oauth import LOGIN, lacking
from tests.social import tiktok as samples
from tests.social.tiktok import OURS, WE, answering, ok, path_of, query_of, refused
from tests.standin import StandIn, stand_in

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
HERE = "https://flowia.example/social-accounts/tiktok/callback/"
EVERY = tuple(scope.name for scope in LOGIN.scopes)
SCOPES = (
    "user.info.basic",
    "comment.list",
    "comment.list.manage",
    "message.list.read",
    "message.list.send",
)
NAMED = ok(display_name="Boutique Exemple", username="boutique_exemple")


@pytest.fixture
def tiktok(settings: Settings) -> Iterator[StandIn]:
    settings.TIKTOK_APP_ID, settings.TIKTOK_APP_SECRET = "7400000000000000001", "s3cret"
    settings.PUBLIC_URL = "https://flowia.example"
    settings.TIKTOK_OAUTH_URL = "https://www.tiktok.com/v2/auth/authorize/"
    with stand_in() as service:
        settings.TIKTOK_API_URL = service.url
        yield service


@pytest.mark.usefixtures("tiktok")
def test_the_consent_page_is_asked_for_everything_and_always_shown() -> None:
    address = urlsplit(LOGIN.address(Asked("state-1", "challenge", HERE)))

    assert f"{address.scheme}://{address.netloc}{address.path}" == (
        "https://www.tiktok.com/v2/auth/authorize/"
    )
    assert parse_qs(address.query) == {
        "client_key": ["7400000000000000001"],
        "scope": [",".join(EVERY)],
        "response_type": ["code"],
        "redirect_uri": [HERE],
        "state": ["state-1"],
        "disable_auto_auth": ["1"],
    }


def test_a_code_becomes_an_account(tiktok: StandIn) -> None:
    answering(tiktok, samples.TOKEN, NAMED, samples.THREADS)

    grant = LOGIN.exchange("abc%2A1%21va", "", HERE, NOW)

    tokens = Tokens(
        "act.invente",
        "rft.invente",
        NOW + timedelta(days=1),
        NOW + timedelta(days=365),
        SCOPES,
    )
    choice = Choice(
        *("tiktok", OURS, "Boutique Exemple", tokens),
        handle="boutique_exemple",
        facts={"direct": ""},
    )
    assert grant == Grant(OURS, SCOPES, (choice,))
    asked = tiktok.asked[0]
    assert (asked.method, asked.path) == ("POST", "/tt_user/oauth2/token/")
    assert asked.body == {
        "client_id": "7400000000000000001",
        "client_secret": "s3cret",
        "grant_type": "authorization_code",
        "auth_code": "abc*1!va",
        "redirect_uri": HERE,
    }


def test_a_name_is_asked_for_by_the_scopes_that_were_granted(tiktok: StandIn) -> None:
    answering(tiktok, samples.TOKEN, NAMED, samples.THREADS)

    LOGIN.exchange("code", "", HERE, NOW)

    asked = tiktok.asked[1]
    assert path_of(asked) == "/business/get/"
    assert query_of(asked) == {"business_id": OURS, "fields": '["display_name"]'}
    assert asked.headers["Access-Token"] == "act.invente"


def test_an_account_of_a_closed_region_is_connected_without_messages(tiktok: StandIn) -> None:
    answering(tiktok, samples.TOKEN, NAMED, samples.NO_REGION)

    (choice,) = LOGIN.exchange("code", "", HERE, NOW).choices

    assert choice.problem == ""
    assert lacking("tiktok", SCOPES, choice.facts) == {"direct": "region"}


def test_a_personal_account_cannot_be_connected(tiktok: StandIn) -> None:
    granted = {**samples.TOKEN["data"], "scope": "user.info.basic,user.account.type"}
    answering(tiktok, ok(**granted), ok(display_name="Camille", is_business_account=False))

    (choice,) = LOGIN.exchange("code", "", HERE, NOW).choices

    assert (choice.name, choice.problem) == ("Camille", "personal_account")


def test_an_account_whose_name_is_not_told_now_is_connected_all_the_same(tiktok: StandIn) -> None:
    answering(tiktok, samples.TOKEN, samples.SYSTEM)

    (choice,) = LOGIN.exchange("code", "", HERE, NOW).choices

    assert (choice.external_id, choice.name) == (OURS, OURS)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refused(40110), "code_refused"),
        (ok(), "no_token"),
        (ok(access_token="act"), "no_account"),
    ],
)
def test_a_code_that_opens_nothing_is_told(tiktok: StandIn, answer: Any, code: str) -> None:
    answering(tiktok, answer)

    with pytest.raises(ProviderError) as caught:
        LOGIN.exchange("code", "", HERE, NOW)

    assert caught.value.code == code


def test_a_refresh_brings_the_next_pair(tiktok: StandIn) -> None:
    answering(tiktok, samples.NEXT_TOKEN)
    assert LOGIN.refresh

    tokens = LOGIN.refresh(WE, NOW)

    assert tokens == Tokens(
        "act.invente2",
        "rft.invente",
        NOW + timedelta(days=1),
        # The year does not begin again.
        NOW + timedelta(seconds=28_484_364),
        ("user.info.basic", "comment.list"),
    )
    (asked,) = tiktok.asked
    assert asked.path == "/tt_user/oauth2/refresh_token/"
    assert asked.body["refresh_token"] == "rft.invente"


@pytest.mark.parametrize(
    ("answer", "needs_login", "unknown"),
    [
        (refused(40103), True, False),
        (refused(40107), True, False),
        (refused(40105), True, False),
        (samples.SYSTEM, False, True),
        (samples.THROTTLED, False, False),
    ],
)
def test_a_refused_refresh_asks_for_the_owner_only_when_it_is_for_good(
    tiktok: StandIn, answer: Any, needs_login: bool, unknown: bool
) -> None:
    answering(tiktok, answer)
    assert LOGIN.refresh

    with pytest.raises(ProviderError) as caught:
        LOGIN.refresh(WE, NOW)

    error = caught.value
    assert (error.needs_login, error.outcome_unknown) == (needs_login, unknown)
    assert not error.needs_refresh


def test_without_a_refresh_token_the_owner_must_come(tiktok: StandIn) -> None:
    assert LOGIN.refresh

    with pytest.raises(ProviderError) as caught:
        LOGIN.refresh(Credentials(OURS, "tiktok", "act"), NOW)

    assert caught.value.needs_login
    assert tiktok.asked == []


INFO = ok(app_id="7400000000000000001", creator_id=OURS, scope=",".join(EVERY))
HOOKED = ok(callback_url="https://flowia.example/social-accounts/tiktok/webhook")


def test_a_look_shows_scopes_names_and_webhooks(tiktok: StandIn) -> None:
    named = ok(display_name="Boutique", username="boutique", is_business_account=True)
    answering(tiktok, INFO, named, samples.THREADS, HOOKED, ok())

    assert LOGIN.inspect(WE) == Inspected(
        scopes=EVERY,
        fields=("DIRECT_MESSAGE",),
        name="Boutique",
        handle="boutique",
        facts={"account_type": "business", "direct": ""},
    )


def test_a_look_at_webhooks_that_fails_costs_only_itself(tiktok: StandIn) -> None:
    answering(tiktok, INFO, NAMED, samples.THREADS, samples.SYSTEM)

    assert LOGIN.inspect(WE).fields is None


@pytest.mark.parametrize(
    ("code", "told"),
    [(40105, {"needs_refresh": True}), (50000, {"retryable": True, "outcome_unknown": False})],
)
def test_a_look_that_is_refused_says_why(tiktok: StandIn, code: int, told: dict[str, bool]) -> None:
    answering(tiktok, refused(code))

    with pytest.raises(ProviderError) as caught:
        LOGIN.inspect(WE)

    assert {name: getattr(caught.value, name) for name in told} == told


def test_the_access_is_given_back(tiktok: StandIn) -> None:
    answering(tiktok, ok())
    assert LOGIN.revoke

    LOGIN.revoke(WE)

    (asked,) = tiktok.asked
    assert asked.path == "/tt_user/oauth2/revoke/"
    assert asked.body["access_token"] == WE.token


@pytest.mark.parametrize(
    ("without", "facts", "lacks"),
    [
        ((), {}, {}),
        (("message.list.send",), {}, {"direct": "scope"}),
        (("message.list.read",), {}, {"direct": "scope"}),
        (("comment.list.manage",), {}, {"comments": "scope"}),
        (("comment.list", "message.list.read"), {}, {"direct": "scope", "comments": "scope"}),
        (("video.list",), {}, {}),
        ((), {"region": "FR"}, {"direct": "region"}),
        ((), {"region": "gb"}, {"direct": "region"}),
        ((), {"region": "CA"}, {}),
        ((), {"direct": "region"}, {"direct": "region"}),
        ((), {"direct": "refused"}, {"direct": "refused"}),
        ((), {"direct": ""}, {}),
        (
            (),
            {"account_type": "personal"},
            {"direct": "account_type", "comments": "account_type"},
        ),
    ],
)
def test_what_an_account_lacks_has_its_reason(
    without: tuple[str, ...], facts: dict[str, str], lacks: dict[str, str]
) -> None:
    scopes = tuple(name for name in EVERY if name not in without)

    assert lacking("tiktok", scopes, facts) == lacks


def test_webhooks_are_registered_once(tiktok: StandIn) -> None:
    address = "https://flowia.example/social-accounts/tiktok/webhook"
    answering(tiktok, HOOKED, ok(), ok(), HOOKED, HOOKED)
    out = StringIO()

    call_command("register_webhooks", stdout=out)

    (told,) = [asked for asked in tiktok.asked if asked.method == "POST"]
    assert told.path == "/business/webhook/update/"
    assert told.body == {
        "app_id": "7400000000000000001",
        "secret": "s3cret",
        "event_type": "COMMENT",
        "callback_url": address,
    }
    assert f"TikTok DIRECT_MESSAGE: {address}" in out.getvalue()
    assert f"TikTok COMMENT: {address}" in out.getvalue()


def test_a_refused_registration_is_told(tiktok: StandIn) -> None:
    answering(tiktok, refused(40113))

    with pytest.raises(CommandError, match="app_refused"):
        call_command("register_webhooks")
