"""The refresh token as a cookie: out of reach for scripts, useless for other sites."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from accounts.models import SignIn
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"


def signed_in(email: str = "camille@exemple.fr") -> tuple[Client, str]:
    make_user(email)
    client = Client()
    body = {"email": email, "password": PASSWORD, "cookie": True}
    answer = client.post("/auth/login", body, content_type=JSON)
    assert answer.json()["refresh"] is None
    return client, client.cookies[settings.REFRESH_CSRF_COOKIE_NAME].value


def refresh(client: Client, **headers: str) -> Any:
    return client.get("/auth/refresh", headers={"accept": JSON, **headers})


def test_the_cookie_is_out_of_reach_for_scripts_and_other_addresses() -> None:
    client, _proof = signed_in()
    cookie = client.cookies["flowia_refresh"]

    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"]) == ("Lax", "/auth")


def test_in_production_it_goes_over_https_alone(settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    client, _proof = signed_in()

    assert client.cookies["flowia_refresh"]["secure"]


def test_the_proof_stands_in_the_answer_too() -> None:
    client, proof = signed_in()
    answer = refresh(client, **{"x-csrf-token": proof})

    assert answer.json()["csrf"] == proof


def test_without_a_cookie_there_is_no_proof() -> None:
    make_user("camille@exemple.fr")
    body = {"email": "camille@exemple.fr", "password": PASSWORD}

    assert Client().post("/auth/login", body, content_type=JSON).json()["csrf"] is None


def test_the_names_of_the_settings_hold_for_every_step(settings: Settings) -> None:
    settings.REFRESH_COOKIE_NAME = "__Secure-flowia_refresh"
    settings.REFRESH_CSRF_COOKIE_NAME = "__Host-flowia_refresh_csrf"
    client, proof = signed_in()
    assert refresh(client, **{"x-csrf-token": proof}).status_code == 200

    gone = client.post("/auth/logout", content_type=JSON, headers={"x-csrf-token": proof}).cookies
    for name, path in (("__Secure-flowia_refresh", "/auth"), ("__Host-flowia_refresh_csrf", "/")):
        assert (gone[name].value, gone[name]["path"], gone[name]["secure"]) == ("", path, True)
        assert gone[name]["domain"] == ""


def test_with_its_proof_it_refreshes_and_changes() -> None:
    client, proof = signed_in()
    before = client.cookies["flowia_refresh"].value
    answer = refresh(client, **{"x-csrf-token": proof})

    assert answer.status_code == 200
    assert answer.json()["refresh"] is None
    assert client.cookies["flowia_refresh"].value != before


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_its_proof_it_is_refused_and_nothing_changes(method: str) -> None:
    client, _proof = signed_in()
    answer = getattr(client, method)("/auth/refresh", content_type=JSON)

    assert answer.status_code == 403
    assert answer.json()["code"] == "csrf_failed"
    assert SignIn.objects.get().generation == 0


def test_another_sign_ins_proof_does_not_help() -> None:
    _attacker, theirs = signed_in("autre@exemple.fr")
    client, _proof = signed_in()
    client.cookies["flowia_refresh_csrf"] = theirs

    assert refresh(client, **{"x-csrf-token": theirs}).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil"])
def test_another_origin_is_refused_also_with_the_proof(origin: str) -> None:
    client, proof = signed_in()

    assert refresh(client, origin=origin, **{"x-csrf-token": proof}).status_code == 403


def test_an_allowed_origin_may(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.exemple.fr"]
    client, proof = signed_in()
    allowed = {"origin": "https://app.exemple.fr", "x-csrf-token": proof}

    assert refresh(client, **allowed).status_code == 200


def test_signing_out_ends_it_and_takes_the_cookies_away() -> None:
    client, proof = signed_in()
    out = client.post("/auth/logout", content_type=JSON, headers={"x-csrf-token": proof})

    assert out.status_code == 204
    assert client.cookies["flowia_refresh"].value == ""
    assert SignIn.objects.get().end_reason == "signed_out"


def test_signing_out_needs_the_proof_too() -> None:
    client, _proof = signed_in()

    assert client.post("/auth/logout", content_type=JSON).status_code == 403
    assert SignIn.objects.get().ended_at is None


def test_nothing_at_all_is_401() -> None:
    assert refresh(Client()).status_code == 401
