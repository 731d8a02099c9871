"""Signing in and out by page, the language switch, and where one begins."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from sandbox import demo
from tests.callers import browser
from tests.factories import PASSWORD, make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db


def sign_in(client: Client, email: str, password: str) -> Any:
    return client.post("/login", {"username": email, "password": password})


@pytest.mark.parametrize("address", ["/", "/inbox", "/inbox/"])
def test_nobody_is_sent_to_the_door_and_comes_back(address: str) -> None:
    answer = browser().get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"/login?next={address}")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/verify/abc", "Sign in to confirm your e-mail address."),
        ("/inbox/drafts?page=2", "Sign in: the page that you asked for opens then."),
        ("/inbox", ""),
        ("", ""),
        ("/nowhere/at/all", ""),
        ("https://mal.example/verify/abc", ""),
    ],
)
def test_who_comes_by_a_link_is_told_what_signing_in_is_for(address: str, words: str) -> None:
    page = browser(language="en").get("/login", {"next": address}).content.decode()
    main = page.partition("<main")[2]
    assert (words in main) if words else ('class="note"' not in main)


def test_email_in_any_case_opens() -> None:
    make_member(make_workspace(), email="camille@exemple.fr")
    client = browser()
    answer = sign_in(client, "Camille@Exemple.FR", PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/")["Location"] == "/start"


@pytest.mark.parametrize(
    ("email", "password"), [("camille@exemple.fr", "faux"), ("rien@exemple.fr", PASSWORD)]
)
def test_a_wrong_pair_is_told_without_saying_which(email: str, password: str) -> None:
    make_member(make_workspace(), email="camille@exemple.fr")
    page = sign_in(browser(language="en"), email, password).content.decode()
    assert "The e-mail address or the password is wrong." in page
    assert 'aria-invalid="true"' in page


def test_signing_out_needs_a_post_and_closes() -> None:
    client = browser(make_member(make_workspace()))
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 302
    assert client.get("/inbox").status_code == 302


def test_a_next_address_elsewhere_is_not_followed() -> None:
    make_member(make_workspace(), email="camille@exemple.fr")
    form = {"username": "camille@exemple.fr", "password": PASSWORD, "next": "https://mal.example"}
    assert browser().post("/login", form)["Location"] == "/"


def test_pages_come_in_french_and_switch_to_english() -> None:
    client = browser()
    assert "Se connecter" in client.get("/login").content.decode()
    client.post("/i18n/setlang/", {"language": "en", "next": "/login"})
    page = client.get("/login").content.decode()
    assert '<html lang="en">' in page
    assert "Sign in" in page


def test_signing_in_brings_the_persons_language() -> None:
    make_member(make_workspace(), email="sam@exemple.fr", language="en")
    client = browser()
    sign_in(client, "sam@exemple.fr", PASSWORD)
    assert "Inbox" in client.get("/inbox").content.decode()


def test_a_language_chosen_before_stays() -> None:
    make_member(make_workspace(), email="sam@exemple.fr", language="fr")
    client = browser()
    client.post("/i18n/setlang/", {"language": "en"})
    sign_in(client, "sam@exemple.fr", PASSWORD)
    assert "Inbox" in client.get("/inbox").content.decode()


def test_a_person_without_a_workspace_is_told_what_to_do() -> None:
    page = browser(make_user(), "en").get("/").content.decode()
    assert "Ask the owner of the workspace" in page


def test_an_operator_without_a_workspace_begins_in_the_admin() -> None:
    assert browser(make_user(is_staff=True)).get("/")["Location"] == "/admin/"


def test_the_demo_says_so_on_its_pages(settings: Settings) -> None:
    settings.DEMO, settings.SANDBOX_URL = True, "http://127.0.0.1:9999"
    page = browser(language="en").get("/login").content.decode()
    assert "stand-ins: nothing leaves this machine" in page
    assert "http://127.0.0.1:9999" in page


def test_the_demos_logins_are_those_of_the_sandbox(settings: Settings) -> None:
    settings.DEMO = True
    page = browser().get("/login").content.decode()
    for value in (demo.OWNER_EMAIL, demo.MEMBER_EMAIL, demo.MEMBERS_PASSWORD):
        assert value in page


def test_outside_the_demo_no_login_is_shown() -> None:
    assert "lumiere-demo" not in browser().get("/login").content.decode()


@pytest.mark.parametrize("wanted", ["/login", "/login/", "/login?next=/login"])
def test_the_door_never_leads_to_the_door(wanted: str) -> None:
    client = browser(make_member(make_workspace()))

    assert client.get("/login", {"next": wanted})["Location"] == "/"
