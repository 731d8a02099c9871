"""A session that ends under somebody's hands: what a form and an open page are told."""

import html
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from processing.models import Conversation
from tests.callers import browser
from tests.factories import PASSWORD, make_conversation, make_member, make_workspace

pytestmark = pytest.mark.django_db
ENDED = "Your session has ended: nothing was sent."


@pytest.fixture
def conversation() -> Conversation:
    workspace = make_workspace()
    make_member(workspace, email="camille@exemple.fr")
    return make_conversation(workspace)


def door_after(
    client: Client, address: str, came_from: str = ""
) -> tuple[str, dict[str, list[str]]]:
    """Return the sign-in page a form is led to, and what its address asks for."""
    headers = {"referer": came_from} if came_from else {}
    answer = client.post(address, {"do": "reply", "text": "Bonjour"}, headers=headers)
    assert answer.status_code == 302
    door = urlsplit(answer["Location"])
    assert door.path == "/login"
    return html.unescape(client.get(answer["Location"]).content.decode()), parse_qs(door.query)


def test_a_form_that_came_too_late_is_told_at_the_door(conversation: Conversation) -> None:
    address = f"/inbox/{conversation.uid}"
    page, asked = door_after(browser(language="en"), address)
    assert ENDED in page
    assert "data-ended" in page
    assert asked["next"] == [address]


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        ("http://testserver/settings/workspace?open=1", "/settings/workspace?open=1"),
        ("http://mal.example/settings/workspace", "/plan/seen"),
        ("http://testserver//mal.example", "/plan/seen"),
        ("http://testserver/login", "/plan/seen"),
        ("http://[", "/plan/seen"),
        ("", "/plan/seen"),
    ],
)
def test_signing_in_leads_to_the_page_of_the_form_if_it_is_ours(
    came_from: str, leads_to: str
) -> None:
    _page, asked = door_after(browser(), "/plan/seen", came_from)
    assert asked["next"] == [leads_to]


def test_a_wrong_password_keeps_the_sentence(conversation: Conversation) -> None:
    client = browser(language="en")
    door = client.post(f"/inbox/{conversation.uid}")["Location"]
    form = {"username": "camille@exemple.fr", "password": "faux"}
    assert ENDED in client.post(door, form).content.decode()
    answer = client.post(door, {**form, "password": PASSWORD})
    assert answer["Location"] == f"/inbox/{conversation.uid}"


def test_who_only_comes_by_a_link_has_lost_no_session() -> None:
    client = browser(language="en")
    door = client.get("/inbox/drafts")["Location"]
    assert door == "/login?next=/inbox/drafts"
    assert "session has ended" not in client.get(door).content.decode()


@pytest.mark.parametrize("page", ["/inbox?show=hot", "/accounts", "conversation"])
def test_an_open_page_is_told_once_and_without_an_error(
    page: str, conversation: Conversation
) -> None:
    """Not by a 401 nor by a redirect: a browser writes both into its console."""
    address = f"/inbox/{conversation.uid}" if page == "conversation" else page
    answer = browser(language="en").get(address, headers={"x-fragment": "1"})
    words = html.unescape(answer.content.decode())
    assert answer.status_code == 200
    assert "<html" not in words
    assert "data-ended" in words
    assert "You are signed out: this page does not change any more." in words
    assert f'href="/login?next={address.replace("?", "%3F").replace("=", "%3D")}"' in words


def test_a_fragment_of_somebody_signed_in_is_as_before(conversation: Conversation) -> None:
    client = browser(make_member(conversation.workspace), "en")
    answer = client.get(f"/inbox/{conversation.uid}", headers={"x-fragment": "1"})
    assert "data-version" in answer.content.decode()
    assert "data-ended" not in answer.content.decode()
