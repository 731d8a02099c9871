"""Every page that takes `next` goes to a path of ours or home, whatever stands there."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.callers import browser
from tests.factories import PASSWORD, make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db
EMAIL = "camille@exemple.fr"
HOME, DOOR = "/", "/login"


def in_door(wanted: str) -> Any:
    make_member(make_workspace(), email=EMAIL)
    form = {"username": EMAIL, "password": PASSWORD, "next": wanted}
    return browser().post("/login", form)


def in_door_by_address(wanted: str) -> Any:
    make_member(make_workspace(), email=EMAIL)
    client = browser(make_user("lea@exemple.fr"))
    return client.get("/login", {"next": wanted})


def out(wanted: str) -> Any:
    return browser(make_member(make_workspace())).post("/logout", {"next": wanted})


def ask_again(wanted: str) -> Any:
    return browser(make_member(make_workspace())).post("/verify", {"next": wanted})


def registered_already(wanted: str) -> Any:
    return browser(make_member(make_workspace())).get("/register", {"next": wanted})


def register(wanted: str) -> Any:
    form = {
        "email": EMAIL,
        "password": "un-mot-de-passe-long",
        "language": "fr",
        "timezone": "Europe/Paris",
        "next": wanted,
    }
    return browser().post("/register", form)


PAGES: dict[str, tuple[Callable[[str], Any], str]] = {
    "signing in": (in_door, HOME),
    "signing in, signed in": (in_door_by_address, HOME),
    "signing out": (out, DOOR),
    "another letter": (ask_again, HOME),
    "registering, signed in": (registered_already, HOME),
    "registering": (register, HOME),
}
ODD = [
    "foo",
    "home",
    "inbox",
    "password-reset",
    "settings-me",
    "accounts.views.home",
    "./inbox",
    "#top",
    "?x=1",
    "/\\evil.example",
    "//evil.example",
    "///evil.example",
    "https://evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    "//[",
    "/%0d%0aSet-Cookie:a=b/%5c/../..//evil.example",
    "\t/evil",
    "x" * 5000,
    "",
]


@pytest.mark.parametrize("wanted", ODD, ids=lambda one: one[:30])
@pytest.mark.parametrize("page", PAGES)
def test_what_is_no_path_of_ours_leads_home(page: str, wanted: str) -> None:
    call, otherwise = PAGES[page]
    answer = call(wanted)

    assert answer.status_code == 302
    assert answer["Location"] == otherwise


@pytest.mark.parametrize("page", PAGES)
def test_a_path_of_ours_is_gone_to(page: str) -> None:
    call, _otherwise = PAGES[page]
    answer = call("/settings/sessions?x=1")

    assert (answer.status_code, answer["Location"]) == (302, "/settings/sessions?x=1")


def test_the_form_of_registering_keeps_only_a_path_of_ours() -> None:
    pages = {one: browser().get("/register", {"next": one}).content.decode() for one in ODD if one}

    assert not [one for one, page in pages.items() if 'name="next" value' in page.split("<h1")[-1]]


@pytest.mark.parametrize("wanted", ODD, ids=lambda one: one[:30])
def test_the_language_never_leads_elsewhere(wanted: str) -> None:
    answer = browser().post("/i18n/setlang/", {"language": "en", "next": wanted})

    assert answer.status_code == 302
    assert "evil" not in urlsplit(answer["Location"]).netloc
