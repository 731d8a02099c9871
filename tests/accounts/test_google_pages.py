"""To Google and back in a browser: signing in, connecting, disconnecting, and what goes wrong."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import Settings
from structlog.testing import capture_logs

from accounts.models import AuditEntry, OAuthState, SignIn, User
from accounts.oauth import challenge_of
from flowia.lib import clock, ratelimit
from tests.accounts.google import (
    CLIENT_ID,
    SECRET,
    SUB,
    Google,
    asked_of_google,
    begin,
    come_back,
    google_at_work,
)
from tests.callers import browser
from tests.factories import PASSWORD, make_member, make_user, make_workspace
from tests.standin import stand_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def google(settings: Settings) -> Iterator[Google]:
    with google_at_work(settings) as found:
        yield found


@pytest.fixture
def user() -> User:
    return make_member(make_workspace(), email="lea@exemple.fr", email_verified_at=clock.now())


def told(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def is_in(client: Client) -> bool:
    return client.get("/inbox").status_code == 200


def begin_connecting(client: Client, **form: str) -> dict[str, str]:
    return asked_of_google(client.post("/settings/google", {"password": PASSWORD, **form}))


def test_a_browser_is_sent_to_google_with_everything_it_needs() -> None:
    asked = begin(browser())
    assert asked.pop("state") != asked.pop("nonce")
    assert len(asked.pop("code_challenge")) == 43
    assert asked == {
        "client_id": CLIENT_ID,
        "redirect_uri": "http://testserver/login/google/callback",
        "response_type": "code",
        "scope": "openid email profile",
        "code_challenge_method": "S256",
        "prompt": "select_account",
    }


def test_whom_google_names_is_signed_in_where_they_wanted_to_go(google: Google, user: User) -> None:
    client = browser()
    answer = come_back(client, google, begin(client, next="/inbox?level=hot"))
    assert (answer.status_code, answer["Location"]) == (302, "/inbox?level=hot")
    assert is_in(client)
    assert SignIn.objects.get(user=user).kind == SignIn.Kind.BROWSER


def test_the_code_is_exchanged_with_the_secret_and_the_verifier(google: Google, user: User) -> None:
    client = browser()
    asked = begin(client)
    come_back(client, google, asked)
    [call] = google.tokens.asked
    form = dict(call.body)
    assert challenge_of(form.pop("code_verifier")) == asked["code_challenge"]
    assert form == {
        "grant_type": "authorization_code",
        "code": "4/marked-code",
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "redirect_uri": "http://testserver/login/google/callback",
    }
    assert call.path == "/token"


@pytest.mark.parametrize("nonce", ["another", None])
def test_a_token_made_for_another_attempt_is_refused(
    google: Google, user: User, nonce: str | None
) -> None:
    client = browser()
    answer = come_back(client, google, begin(client), nonce=nonce)
    assert "Google n’a pas confirmé" in told(answer)
    assert not is_in(client)


def test_whoever_refuses_at_google_is_back_at_the_door(google: Google) -> None:
    client = browser()
    state = begin(client, next="/inbox")["state"]
    answer = client.get("/login/google/callback", {"error": "access_denied", "state": state})
    assert answer["Location"] == "/login?next=%2Finbox"
    assert "Vous n’avez pas donné votre accord" in client.get("/login").content.decode()
    assert google.tokens.asked == []
    assert not OAuthState.objects.exists()


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (400, {"error": "invalid_grant"}, "Google n’a pas confirmé"),
        (400, {"error": "redirect_uri_mismatch"}, "Google est injoignable"),
        (401, {"error": "invalid_client"}, "Google est injoignable"),
        (500, {"error": "internal_failure"}, "Google est injoignable"),
        (200, b"<html>", "Google est injoignable"),
        (200, {"access_token": "ya29"}, "Google est injoignable"),
    ],
)
def test_a_code_that_opens_nothing_is_told_at_the_door(
    google: Google, status: int, body: Any, sentence: str
) -> None:
    client = browser()
    state = begin(client)["state"]
    google.tokens.answer(status, body)
    answer = client.get("/login/google/callback", {"code": "4/x", "state": state})
    assert answer["Location"].startswith("/login?")
    assert sentence in told(answer)
    assert not is_in(client)


def test_google_that_is_away_is_told_at_the_door(settings: Settings) -> None:
    settings.GOOGLE_TOKEN_URL = "http://127.0.0.1:1/token"
    client = browser()
    state = begin(client)["state"]
    answer = client.get("/login/google/callback", {"code": "4/x", "state": state})
    assert "ou réessayez dans quelques minutes" in told(answer)


def test_an_unverified_account_of_ours_is_not_taken_over(google: Google) -> None:
    make_user("lea@exemple.fr", email_verified_at=None)
    client = browser()
    answer = come_back(client, google, begin(client))
    assert "reliez Google dans vos réglages" in told(answer)
    assert not is_in(client)


def test_no_parameter_changes_where_the_code_is_exchanged(google: Google, user: User) -> None:
    client = browser()
    asked = begin(client)
    with stand_in() as mallory:
        names = ("token_url", "domain", "base_url", "shop", "redirect_uri", "jku")
        query = dict.fromkeys(names, mallory.url)
        google.tokens.answer(400, {"error": "invalid_grant"})
        code = {"code": "4/x", "state": asked["state"]}
        client.get("/login/google/callback", {**query, **code})
        assert mallory.asked == []
    assert len(google.tokens.asked) == 1


def test_an_answer_in_the_name_of_another_issuer_is_refused(google: Google) -> None:
    client = browser()
    query = {"code": "4/x", "state": begin(client)["state"], "iss": "https://mal.example"}
    assert client.get("/login/google/callback", query).status_code == 400
    assert google.tokens.asked == []


def test_under_another_name_of_the_site_one_begins_at_its_own(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    answer = browser().get("/login/google?next=/inbox", headers={"host": "localhost"})
    assert answer["Location"] == "http://testserver/login/google?next=/inbox"
    assert not OAuthState.objects.exists()


def test_nobody_signed_in_is_sent_to_google(user: User) -> None:
    assert browser(user).get("/login/google?next=/inbox")["Location"] == "/inbox"


def test_the_sign_in_page_offers_google_where_it_is_set_up(settings: Settings) -> None:
    address = 'href="/login/google?next=%2Finbox%3Flevel%3Dhot"'
    page = browser().get("/login", {"next": "/inbox?level=hot"}).content.decode()
    assert address in page
    settings.GOOGLE_CLIENT_ID = ""
    assert "/login/google" not in browser().get("/login").content.decode()
    assert browser().get("/login/google").status_code == 404


def test_nothing_of_the_way_to_google_is_logged(google: Google) -> None:
    client = browser()
    with capture_logs() as logs:
        asked = begin(client)
        come_back(client, google, asked)
        come_back(client, google, asked, nonce="another")
    verifier = google.tokens.asked[0].body["code_verifier"]
    secrets = ("lea@exemple.fr", "4/marked-code", SECRET, "ya29", "eyJ", SUB, "Léa", verifier)
    assert logs
    assert not [one for one in (*secrets, asked["state"], asked["nonce"]) if one in str(logs)]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/login/google"),
        ("get", "/login/google/callback"),
        ("post", "/settings/google"),
        ("get", "/settings/google/callback"),
    ],
)
def test_whoever_knocks_too_often_at_a_page_waits(
    user: User, method: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = ratelimit.Verdict(passed=False, limit=30, remaining=0, retry_after=7, reset_at=0)
    monkeypatch.setattr(ratelimit, "take", lambda *_, **__: full)
    assert getattr(browser(user), method)(path).status_code == 429


def test_a_person_connects_google_and_signs_in_with_it(google: Google, user: User) -> None:
    client = browser(user)
    asked = begin_connecting(client, next="/inbox")
    answer = come_back(client, google, asked, email="autre@exemple.fr")
    assert answer["Location"] == "/inbox"
    assert "vous connecter avec Google" in told(answer)
    stranger = browser()
    come_back(stranger, google, begin(stranger), email="autre@exemple.fr")
    assert is_in(stranger)
    assert AuditEntry.objects.filter(action="google.linked").count() == 1


def test_connecting_shows_a_page_that_leads_on_by_itself_and_by_a_link(user: User) -> None:
    answer = browser(user).post("/settings/google", {"password": PASSWORD})
    assert answer.status_code == 200
    address = answer["Refresh"].removeprefix("0; url=")
    assert f'href="{address.replace("&", "&amp;")}"' in answer.content.decode()


def test_a_google_account_opens_one_account_only(google: Google, user: User) -> None:
    make_user(google_sub=SUB)
    client = browser(user)
    answer = come_back(client, google, begin_connecting(client))
    assert "compte d’une autre personne" in told(answer)
    user.refresh_from_db()
    assert user.google_sub is None


@pytest.mark.parametrize(("sub", "word"), [("1", "Un autre compte"), (SUB, "désormais")])
def test_connecting_again_changes_nothing(google: Google, user: User, sub: str, word: str) -> None:
    User.objects.filter(pk=user.pk).update(google_sub=sub)
    client = browser(user)
    assert word in told(come_back(client, google, begin_connecting(client)))
    user.refresh_from_db()
    assert user.google_sub == sub


def test_a_person_with_a_password_disconnects_google(user: User) -> None:
    User.objects.filter(pk=user.pk).update(google_sub=SUB)
    answer = browser(user).post("/settings/google/disconnect", {"next": "/inbox"})
    assert answer["Location"] == "/inbox"
    user.refresh_from_db()
    assert user.google_sub is None
    assert AuditEntry.objects.filter(action="google.unlinked").count() == 1


def test_the_last_way_in_is_not_taken_away(google: Google) -> None:
    client = browser()
    come_back(client, google, begin(client))
    answer = client.post("/settings/google/disconnect")
    assert "Choisissez d’abord un mot de passe" in told(answer)
    assert User.objects.get().google_sub == SUB


@pytest.mark.parametrize("path", ["/settings/google", "/settings/google/disconnect"])
def test_connecting_needs_a_post_a_person_and_a_token(path: str, user: User) -> None:
    assert browser(user).get(path).status_code == 405
    assert browser().post(path)["Location"].startswith("/login")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post(path).status_code == 403


@pytest.mark.parametrize(
    ("sub", "password", "words"),
    [
        (None, "x", "Relier Google"),
        (SUB, "x", "Délier Google"),
        (SUB, "!", "choisissez d’abord un mot de passe"),
    ],
)
def test_the_settings_say_whether_google_is_connected(
    sub: str | None, password: str, words: str
) -> None:
    page = {"user": User(google_sub=sub, password=password), "google_on": True}
    assert words in render_to_string("accounts/_google_account.html", page)
