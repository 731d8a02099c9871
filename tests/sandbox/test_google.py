"""Google's stand-in: the page with its people, codes, ID tokens and keys."""

import base64
import hashlib
import html
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest
import requests

from sandbox import demo
from sandbox.__main__ import environment_lines
from tests.sandbox.conftest import Sandbox

VERIFIER = "v" * 60
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
CLIENT = {"client_id": demo.GOOGLE_CLIENT_ID, "client_secret": demo.GOOGLE_CLIENT_SECRET}
OWNER, NOBODY_YET, UNVERIFIED = demo.GOOGLE_PEOPLE


def consent(sandbox: Sandbox, **changes: str) -> requests.Response:
    query = {
        "client_id": demo.GOOGLE_CLIENT_ID,
        "redirect_uri": f"{sandbox.product.url}/login/google/callback",
        "response_type": "code",
        "scope": "openid email profile",
        "state": "state & more",
        "nonce": "nonce-1",
        "code_challenge": CHALLENGE.decode(),
        "code_challenge_method": "S256",
        **changes,
    }
    address = f"{sandbox.url}/google/o/oauth2/v2/auth?{urlencode(query)}"
    return requests.get(address, allow_redirects=False, timeout=5)


def choose(sandbox: Sandbox, name: str, **changes: str) -> dict[str, str]:
    """Follow the link of the page that holds `name`; what comes back to the product."""
    links = re.findall(
        r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', consent(sandbox, **changes).text, re.DOTALL
    )
    [address] = [html.unescape(link) for link, words in links if name in words]
    answer = requests.get(f"{sandbox.url}{address}", allow_redirects=False, timeout=5)
    assert answer.headers["Location"].startswith(sandbox.product.url)
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def exchange(sandbox: Sandbox, code: str, **changes: str) -> requests.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": f"{sandbox.product.url}/login/google/callback",
        "code_verifier": VERIFIER,
        **CLIENT,
        **changes,
    }
    return requests.post(f"{sandbox.url}/google/token", data=form, timeout=5)


def claims_of(sandbox: Sandbox, token: str) -> Any:
    [key] = sandbox.get("/google/oauth2/v3/certs")["keys"]
    assert jwt.get_unverified_header(token)["kid"] == key["kid"]
    audience = demo.GOOGLE_CLIENT_ID
    return jwt.decode(token, jwt.PyJWK(key), algorithms=["RS256"], audience=audience)


def test_a_person_of_the_page_becomes_a_signed_token(sandbox: Sandbox) -> None:
    back = choose(sandbox, OWNER.name)
    assert back["state"] == "state & more"
    claims = claims_of(sandbox, exchange(sandbox, back["code"]).json()["id_token"])
    assert claims["iss"] == "https://accounts.google.com"
    assert (claims["sub"], claims["email"]) == (OWNER.sub, demo.OWNER_EMAIL)
    assert (claims["email_verified"], claims["nonce"]) == (True, "nonce-1")


def test_an_unverified_address_says_so(sandbox: Sandbox) -> None:
    token = exchange(sandbox, choose(sandbox, UNVERIFIED.name)["code"]).json()["id_token"]
    assert claims_of(sandbox, token)["email_verified"] is False


def test_without_its_scope_no_address_is_told(sandbox: Sandbox) -> None:
    code = choose(sandbox, OWNER.name, scope="openid")["code"]
    assert "email" not in claims_of(sandbox, exchange(sandbox, code).json()["id_token"])


def test_whoever_refuses_comes_back_with_an_error(sandbox: Sandbox) -> None:
    assert choose(sandbox, "Refuser") == {"error": "access_denied", "state": "state & more"}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"client_id": "another"}, "invalid_client"),
        ({"redirect_uri": "http://127.0.0.1:1/login/google/callback"}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "invalid_request"),
        ({"scope": "email"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_wrong_question_is_answered_there(
    sandbox: Sandbox, changes: dict[str, str], word: str
) -> None:
    answer = consent(sandbox, **changes)
    assert answer.status_code == 400
    assert word in answer.text


def test_a_code_is_used_once(sandbox: Sandbox) -> None:
    code = choose(sandbox, NOBODY_YET.name)["code"]
    assert exchange(sandbox, code).status_code == 200
    again = exchange(sandbox, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_id": "another"}, (401, "invalid_client")),
        ({"client_secret": "another"}, (401, "invalid_client")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"redirect_uri": "http://127.0.0.1:1/"}, (400, "redirect_uri_mismatch")),
        ({"code_verifier": "another"}, (400, "invalid_grant")),
        ({"code_verifier": ""}, (400, "invalid_grant")),
        ({"code": "another"}, (400, "invalid_grant")),
    ],
)
def test_the_exchange_checks_everything(
    sandbox: Sandbox, changes: dict[str, str], expected: tuple[int, str]
) -> None:
    answer = exchange(sandbox, **{"code": choose(sandbox, OWNER.name)["code"], **changes})
    assert (answer.status_code, answer.json()["error"]) == expected


def test_a_code_that_was_taken_before_the_answer_stalled_is_gone(sandbox: Sandbox) -> None:
    code = choose(sandbox, OWNER.name)["code"]
    sandbox.post("/faults", service="google", kind="timeout_after_acceptance", seconds=0.1)
    assert exchange(sandbox, code).status_code == 200
    assert exchange(sandbox, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("kind", "status"),
    [("rate_limited", 429), ("server_error", 500), ("bad_gateway", 502), ("revoked_token", 400)],
)
def test_google_fails_on_request(sandbox: Sandbox, kind: str, status: int) -> None:
    sandbox.post("/faults", service="google", kind=kind)
    assert exchange(sandbox, "any").status_code == status
    assert sandbox.get("/calls", service="google")["calls"][-1]["fault"] == kind


def test_the_log_tells_what_the_exchange_sent(sandbox: Sandbox) -> None:
    code = choose(sandbox, OWNER.name)["code"]
    exchange(sandbox, code)
    [call] = sandbox.get("/calls", service="google")["calls"]
    assert (call["operation"], call["status"]) == ("token", 200)
    assert call["body"]["code"] == code


def test_the_demo_is_pointed_here() -> None:
    lines = environment_lines().splitlines()
    for name in ("GOOGLE_OAUTH_URL", "GOOGLE_TOKEN_URL", "GOOGLE_CERTS_URL"):
        assert [line for line in lines if line.startswith(f"{name}=http://127.0.0.1:")]
    assert f"GOOGLE_CLIENT_ID={demo.GOOGLE_CLIENT_ID}" in lines
