"""What is refused is refused in the caller's form, and errors reveal nothing."""

import pytest
from django.test import Client
from django.utils.translation import override

from flowia.api import SENTENCES
from tests.callers import browser, caller
from tests.security.urls import SECRET

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.security.urls")]

PROBLEMS = [
    (404, "get", "/nothing", ""),
    (405, "delete", "/auth/login", ""),
    (405, "generic", "/auth/login", "TRACE"),
    (405, "generic", "/login", "TRACE"),
    (405, "generic", "/health", "BREW"),
    (405, "put", "/logout", ""),
    (413, "post", "/auth/login", "x" * 1_048_577),
    (400, "post", "/auth/login", "{"),
    (500, "get", "/crash", ""),
]


@pytest.mark.parametrize(("status", "method", "address", "more"), PROBLEMS)
def test_a_program_gets_a_problem(status: int, method: str, address: str, more: str) -> None:
    client = caller()
    client.raise_request_exception = False
    if method == "generic":
        answer = client.generic(more, address)
    else:
        body = {"data": more, "content_type": "application/json"} if more else {}
        answer = getattr(client, method)(address, **body)

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert status != 405 or answer["Allow"]


@pytest.mark.parametrize("form", ["text/xml", "application/x-www-form-urlencoded", "text/plain"])
def test_a_body_of_another_kind_answers_415(form: str) -> None:
    answer = caller().post("/auth/login", "email=a", content_type=form)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_form_that_we_do_not_speak_answers_406() -> None:
    answer = Client(headers={"Accept": "application/xml"}).get("/auth/me")
    assert (answer.status_code, answer["Content-Type"]) == (406, "application/problem+json")


@pytest.mark.parametrize(
    ("status", "address", "host"),
    [
        (400, "/login", "evil.example"),
        (404, "/nothing", "testserver"),
        (500, "/crash", "testserver"),
    ],
)
def test_a_person_gets_a_page(status: int, address: str, host: str) -> None:
    client = browser()
    client.raise_request_exception = False
    answer = client.get(address, headers={"Host": host})

    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/html")
    assert b'class="card empty"' in answer.content


def test_too_many_requests_say_when_to_come_back() -> None:
    page, program = browser(language="en").get("/busy"), caller().get("/busy")

    assert (page.status_code, page["Retry-After"], program["Retry-After"]) == (429, "42", "42")
    assert "Next attempt within a minute." in page.content.decode()


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_bug_reveals_nothing(accept: str) -> None:
    client = Client(raise_request_exception=False, headers={"Accept": accept})
    text = client.get("/crash").content.decode()

    for told in (SECRET, "Traceback", "ValueError", "tests/", "flowia/lib", "sqlite", "Django"):
        assert told not in text


def test_a_form_without_its_token_is_a_problem_for_a_program() -> None:
    client = Client(enforce_csrf_checks=True, headers={"Accept": "application/json"})
    answer = client.post("/login", {"email": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


@pytest.mark.parametrize(
    ("header", "code", "french", "english"),
    [
        ("Bearer x.y.z", "token_not_valid", "Connectez-vous de nouveau", "no longer valid"),
        ("Bearer a b", "bad_authorization_header", "deux mots", "two words"),
        ("", "not_authenticated", "Personne n’est connecté", "Nobody is signed in"),
    ],
)
def test_who_is_not_signed_in_is_told_in_their_language(
    header: str, code: str, french: str, english: str
) -> None:
    told = {"Authorization": header} if header else {}
    for language, words in (("", french), ("fr", french), ("en", english)):
        answer = Client(headers={**told, "Accept-Language": language}).get("/auth/me")
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    ("code", "method", "address", "headers"),
    [
        ("parse_error", "post", "/auth/login", {}),
        ("method_not_allowed", "put", "/auth/login", {}),
        ("not_acceptable", "get", "/auth/me", {"Accept": "application/xml"}),
    ],
)
def test_a_broken_request_is_told_in_words_of_our_own(
    code: str, method: str, address: str, headers: dict[str, str]
) -> None:
    client = Client(headers={"Accept-Language": "en", **headers})
    more = {} if method == "get" else {"data": "{", "content_type": "application/json"}
    body = getattr(client, method)(address, **more).json()

    assert body["code"] == code
    with override("en"):
        assert body["detail"] == str(SENTENCES[code])
