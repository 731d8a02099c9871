"""Google's tokens by API: which are believed, and whom they open."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pytest_django import Settings

from accounts.google import keys
from accounts.models import AuditEntry, Membership, User
from flowia.lib import clock, ratelimit
from tests.accounts.google import (
    KID,
    SUB,
    Google,
    claims,
    google_at_work,
    id_token,
    key,
    post_token,
    published,
)
from tests.factories import make_user
from tests.standin import stand_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def google(settings: Settings) -> Iterator[Google]:
    with google_at_work(settings) as found:
        yield found


def now_and(seconds: int) -> int:
    return int(time.time()) + seconds


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


REFUSED = (401, "google_refused")


def signed_with_the_public_key() -> str:
    """HS256 with Google's public key as its secret: what a confused verifier takes."""
    pem = key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = ({"alg": "HS256", "typ": "JWT", "kid": KID}, claims())
    text = b".".join(encoded(json.dumps(part).encode()) for part in parts)
    return (text + b"." + encoded(hmac.new(pem, text, hashlib.sha256).digest())).decode()


def encoded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def test_a_token_of_googles_opens_the_door() -> None:
    answer = post_token(id_token())
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh", "csrf"}


@pytest.mark.parametrize("issuer", ["accounts.google.com", "https://accounts.google.com"])
def test_google_goes_by_two_names(issuer: str) -> None:
    assert post_token(id_token(iss=issuer)).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "somebody-else.apps.googleusercontent.com"},
        {"aud": ["client-1.apps.googleusercontent.com", "somebody-else"]},
        {"aud": None},
        {"iss": "https://accounts.google.com.mal.example"},
        {"iss": "https://mal.example"},
        {"iss": None},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "1" * 65},
        {"sub": "１０９"},
    ],
)
def test_a_token_that_says_something_else_is_refused(changes: dict[str, Any]) -> None:
    assert code_of(post_token(id_token(**changes))) == REFUSED
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("iat", "exp", "status"),
    [(-3700, -33, 401), (-3700, -20, 200), (20, 3600, 200), (35, 3600, 401)],
)
def test_half_a_minute_is_forgiven_and_no_more(iat: int, exp: int, status: int) -> None:
    assert post_token(id_token(iat=now_and(iat), exp=now_and(exp))).status_code == status


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(
            lambda: jwt.encode(claims(), "", algorithm="none", headers={"kid": KID}), id="none"
        ),
        pytest.param(signed_with_the_public_key, id="public key as secret"),
        pytest.param(
            lambda: jwt.encode(claims(), key(), algorithm="RS512", headers={"kid": KID}), id="RS512"
        ),
        pytest.param(lambda: id_token(signed_by=key("mallory")), id="another key"),
        pytest.param(lambda: id_token(headers={"kid": "key-9"}), id="unknown kid"),
        pytest.param(lambda: id_token(headers={"kid": "../../dev/null"}), id="kid as a path"),
        pytest.param(lambda: id_token(headers={}), id="no kid"),
        pytest.param(lambda: f"{id_token()[:-8]}AAAAAAAA", id="cut signature"),
        pytest.param(lambda: "x.y.z", id="garbage"),
        pytest.param(lambda: "é" * 50, id="no token"),
    ],
)
def test_a_token_that_google_did_not_sign_is_refused(token: Any) -> None:
    assert code_of(post_token(token())) == REFUSED
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["jku", "x5u", "jwk", "x5c"])
def test_a_key_that_the_token_brings_is_not_looked_at(name: str) -> None:
    theirs = published(key_1=key("mallory"))
    with stand_in() as mallory:
        mallory.answer(200, theirs)
        brought = theirs["keys"][0] if name == "jwk" else f"{mallory.url}/keys"
        headers = {"kid": KID, name: [brought] if name == "x5c" else brought}
        assert code_of(post_token(id_token(signed_by=key("mallory"), headers=headers))) == REFUSED
        assert mallory.asked == []


def test_another_algorithm_is_refused_before_google_is_asked(google: Google) -> None:
    assert code_of(post_token(signed_with_the_public_key())) == REFUSED
    assert google.certs.asked == []


def test_a_key_in_another_form_is_passed_over(google: Google) -> None:
    google.certs.answers.clear()
    listed = [None, 7, {"kty": "RSA", "kid": KID}, {"kty": "oct", "k": "YQ", "kid": KID}]
    google.certs.answer(200, {"keys": listed})
    assert code_of(post_token(id_token())) == REFUSED


def test_a_token_too_long_is_a_400() -> None:
    assert code_of(post_token("x" * 10_001)) == (400, "invalid")


def test_googles_keys_are_kept_for_as_long_as_it_says(
    google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seconds, asked in ((0, 1), (3599, 1), (3601, 2)):
        monkeypatch.setattr(keys, "time", SimpleNamespace(monotonic=lambda now=seconds: now))
        post_token(id_token())
        assert len(google.certs.asked) == asked


def test_an_unknown_key_asks_google_once_a_minute_at_most(
    google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seconds, asked in ((0, 1), (1, 1), (59, 1), (61, 2), (62, 2)):
        monkeypatch.setattr(keys, "time", SimpleNamespace(monotonic=lambda now=seconds: now))
        post_token(id_token(headers={"kid": f"key-{seconds}"}))
        assert len(google.certs.asked) == asked


def test_a_new_key_of_googles_is_found(google: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "time", SimpleNamespace(monotonic=lambda: 0))
    post_token(id_token())
    google.certs.answers.clear()
    google.certs.answer(200, published(key_2=key("next")))
    monkeypatch.setattr(keys, "time", SimpleNamespace(monotonic=lambda: 61))
    assert post_token(id_token(signed_by=key("next"), headers={"kid": "key-2"})).status_code == 200


@pytest.mark.parametrize("answer", [(500, {"keys": []}), (200, b"<html>"), (200, [])])
def test_without_googles_keys_the_answer_is_503(google: Google, answer: tuple[int, Any]) -> None:
    google.certs.answers.clear()
    google.certs.answer(*answer)
    assert code_of(post_token(id_token())) == (503, "google_unreachable")


def at(monkeypatch: pytest.MonkeyPatch, seconds: int) -> int:
    """The status of a sign-in at this moment of the process's clock."""
    monkeypatch.setattr(keys, "time", SimpleNamespace(monotonic=lambda: seconds))
    return int(post_token(id_token()).status_code)


def test_google_that_is_down_is_left_alone_for_half_a_minute(
    google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    google.certs.answers.clear()
    google.certs.answer(500, {})

    assert [at(monkeypatch, seconds) for seconds in (0, 1, 29)] == [503] * 3
    assert len(google.certs.asked) == 1
    at(monkeypatch, 31)
    assert len(google.certs.asked) == 2


def test_old_keys_do_for_a_day_while_google_is_down(
    google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 0)
    google.certs.answers.clear()
    google.certs.answer(500, {})

    assert [at(monkeypatch, seconds) for seconds in (3601, 3602, 89_999)] == [200] * 3
    assert at(monkeypatch, 90_001) == 503


def test_google_that_is_away_is_503_and_says_what_to_do(settings: Settings) -> None:
    settings.GOOGLE_CERTS_URL = "http://127.0.0.1:1/certs"
    answer = post_token(id_token())
    assert code_of(answer) == (503, "google_unreachable")
    assert "mot de passe" in answer.json()["detail"]


def test_without_a_client_id_no_token_fits(settings: Settings) -> None:
    settings.GOOGLE_CLIENT_ID = ""
    assert code_of(post_token(id_token(aud=""))) == (404, "google_off")


def test_the_refresh_token_comes_as_a_cookie_when_asked() -> None:
    answer = post_token(id_token(), cookie=True)
    assert answer.json()["refresh"] is None
    assert answer.cookies["flowia_refresh"]["httponly"]


def test_a_new_address_makes_a_person_with_a_workspace() -> None:
    post_token(id_token(email="Lea@Exemple.FR", locale="en-GB"))
    user = User.objects.get(email="lea@exemple.fr")
    assert (user.google_sub, user.name, user.language) == (SUB, "Léa Martin", "en")
    assert not user.has_usable_password()
    assert user.email_verified_at is not None
    assert Membership.objects.get(user=user).role == "owner"
    assert AuditEntry.objects.filter(action="google.linked", target_uid=user.uid).exists()


def test_a_google_account_opens_the_same_account_under_a_new_address() -> None:
    user = make_user("lea@exemple.fr", google_sub=SUB)
    assert post_token(id_token(email="lea.martin@exemple.fr")).status_code == 200
    assert list(User.objects.all()) == [user]
    assert User.objects.get().email == "lea@exemple.fr"


def test_an_address_that_both_verified_is_linked() -> None:
    user = make_user("lea@exemple.fr", email_verified_at=clock.now())
    assert post_token(id_token()).status_code == 200
    user.refresh_from_db()
    assert user.google_sub == SUB
    assert AuditEntry.objects.filter(action="google.linked", actor_uid=user.uid).count() == 1


@pytest.mark.parametrize(("ours", "theirs"), [(False, True), (True, False), (False, False)])
def test_an_address_that_one_side_did_not_verify_is_not_taken_over(
    ours: bool, theirs: bool
) -> None:
    user = make_user("lea@exemple.fr", email_verified_at=clock.now() if ours else None)
    answer = post_token(id_token(email_verified=theirs))
    assert code_of(answer) == (409, "link_needs_password")
    assert "access" not in answer.json()
    user.refresh_from_db()
    assert user.google_sub is None


@pytest.mark.parametrize("said", ["true", 1, "false", None])
def test_only_a_plain_true_is_verified(said: object) -> None:
    make_user("lea@exemple.fr", email_verified_at=clock.now())
    assert code_of(post_token(id_token(email_verified=said))) == (409, "link_needs_password")


def test_a_second_google_account_does_not_replace_the_first() -> None:
    make_user("lea@exemple.fr", email_verified_at=clock.now(), google_sub="1")
    assert code_of(post_token(id_token())) == (409, "link_needs_password")
    assert User.objects.get().google_sub == "1"


def test_an_unverified_address_makes_nobody() -> None:
    assert code_of(post_token(id_token(email_verified=False))) == REFUSED
    assert not User.objects.exists()


@pytest.mark.parametrize("email", [None, "", "pas une adresse", 7, "a" * 250 + "@exemple.fr"])
def test_without_an_address_there_is_nobody_to_make(email: object) -> None:
    assert code_of(post_token(id_token(email=email))) == REFUSED
    assert not User.objects.exists()


@pytest.mark.parametrize("sub", [SUB, None])
def test_people_who_were_switched_off_are_refused_like_a_wrong_password(sub: str | None) -> None:
    make_user("lea@exemple.fr", is_active=False, google_sub=sub, email_verified_at=clock.now())
    assert code_of(post_token(id_token())) == (401, "no_active_account")
    assert User.objects.get().google_sub == sub


def test_a_name_with_control_letters_is_cleaned() -> None:
    post_token(id_token(name="Léa\x00\u202e\n Martin" + "x" * 200))
    name = User.objects.get().name
    assert name.startswith("Léa Martin")
    assert len(name) == 150


def test_whoever_knocks_too_often_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    full = ratelimit.Verdict(passed=False, limit=30, remaining=0, retry_after=7, reset_at=0)
    monkeypatch.setattr(ratelimit, "take", lambda *_, **__: full)
    answer = post_token(id_token())
    assert (*code_of(answer), answer["Retry-After"]) == (429, "too_many_requests", "7")
