"""Errors: a page for browsers, a problem document for programs, both in the reader's language."""

import html

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import translation

from accounts.models import Membership
from flowia.lib.errors import (
    ExpiredFormError,
    FlowError,
    MalformedError,
    NotAllowedError,
    NotFoundError,
    TooManyRequestsError,
)
from flowia.pages import server_error, told
from tests.callers import browser, caller, enter
from tests.factories import make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db

ADDRESSES = ["/rien", "/conversations/pas-un-id", "/leads/rien/du/tout", "/inbox/1"]


def asking(accept: str) -> HttpRequest:
    return RequestFactory(headers={"accept": accept}).get("/x")


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_unknown_address_is_a_page_for_a_browser(address: str) -> None:
    answer = browser().get(address)
    assert answer.status_code == 404
    assert "a rien ici" in answer.content.decode()


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_unknown_address_is_a_problem_for_a_program(address: str) -> None:
    answer = caller().get(address)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


def test_a_bug_is_a_page_or_a_problem_without_its_insides() -> None:
    page = server_error(asking("text/html"))
    assert page.status_code == 500
    assert b"Traceback" not in page.content
    program = server_error(asking("application/json"))
    assert program["Content-Type"] == "application/problem+json"


def test_an_error_of_ours_is_told_with_its_sentence() -> None:
    answer = told(asking("text/html"), FlowError("Une phrase."))
    assert answer.status_code == 400
    assert "Une phrase." in answer.content.decode()


def test_a_form_that_is_too_large_says_what_to_do_and_leads_back_to_it() -> None:
    address = "/accounts/session/linkedin?account=1"
    client = browser(make_member(make_workspace()))
    answer = client.post(address, "x" * 1_048_577, content_type="multipart/form-data")
    assert answer.status_code == 413
    shown = answer.content.decode()
    assert f'href="{address}"' in shown
    assert "plusieurs parties" not in shown


def test_a_form_without_its_token_gets_our_page() -> None:
    user = make_member(make_workspace())
    client = Client(enforce_csrf_checks=True, headers={"accept": "text/html"})
    enter(client, user)
    answer = client.post("/logout")
    assert answer.status_code == 403
    assert "Ce formulaire a expiré" in answer.content.decode()


def test_an_error_page_keeps_the_number_of_the_request() -> None:
    answer = browser().get("/rien")

    assert answer["X-Request-ID"] in answer.content.decode()


def test_only_who_is_signed_in_is_offered_the_inbox() -> None:
    assert "boîte de réception" not in browser().get("/rien").content.decode()
    page = browser(make_member(make_workspace())).get("/rien").content.decode()

    assert "Retour à la boîte de réception" in page


def test_an_operator_without_a_workspace_is_led_back_to_the_administration() -> None:
    user = make_user(is_staff=True)
    page = browser(user).get("/rien").content.decode()
    assert 'href="/admin/">Retour à l’administration' in page

    Membership.objects.create(workspace=make_workspace(), user=user, role="member")
    assert "Retour à la boîte de réception" in browser(user).get("/rien").content.decode()


TOLD: dict[str, tuple[FlowError, dict[str, str]]] = {
    "400": (MalformedError(), {"fr": "rechargez", "en": "reload the page and try again"}),
    "403": (NotAllowedError(), {"fr": "propriétaire", "en": "Ask the owner"}),
    "404": (NotFoundError(), {"fr": "espace de travail", "en": "a workspace that is not yours"}),
    "csrf": (ExpiredFormError(), {"fr": "cookies", "en": "send the form again"}),
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", TOLD)
def test_an_error_page_tells_in_both_languages_what_to_do(kind: str, language: str) -> None:
    error, words = TOLD[kind]
    with translation.override(language):
        page = html.unescape(told(asking("text/html"), error).content.decode())
    assert f'<html lang="{language}"' in page
    assert words[language] in page


def test_who_asks_too_often_sees_how_long_and_the_way_back() -> None:
    request = RequestFactory(headers={"accept": "text/html"}).get("/inbox?show=hot")
    with translation.override("en"):
        page = told(request, TooManyRequestsError(retry_after=40)).content.decode()
    assert 'data-seconds="40"' in page
    assert 'href="/inbox?show=hot"' in page


def test_a_form_sent_too_often_is_not_sent_again_by_a_link() -> None:
    request = RequestFactory(headers={"accept": "text/html"}).post("/leads?x=1")
    with translation.override("en"):
        page = told(request, TooManyRequestsError(retry_after=40)).content.decode()
    assert 'href="/leads' not in page
    assert "send the form again" in page
