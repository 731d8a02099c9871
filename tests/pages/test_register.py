"""Registering by page, and the address that is to be confirmed."""

from typing import Any

import pytest
from django.test import Client

from accounts import links
from accounts.models import Letter, Membership, SignIn, User
from tests.callers import browser
from tests.factories import PASSWORD, UNPROVED, make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db
PERSON = {
    "email": "Lea@Exemple.fr",
    "password": PASSWORD,
    "workspace_name": "Lampes",
    "language": "en",
    "timezone": "Europe/Brussels",
}


def register(client: Client | None = None, **changes: str) -> Any:
    return (client or browser()).post("/register", {**PERSON, **changes})


def test_registering_opens_a_workspace_signs_in_and_writes_the_letter() -> None:
    client = browser()
    answer = register(client)
    member = Membership.objects.get()

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert (member.user.email, member.role) == ("lea@exemple.fr", "owner")
    assert (member.workspace.name, member.workspace.timezone) == ("Lampes", "Europe/Brussels")
    assert Letter.objects.get().kind == "verify_address"
    assert "Inbox" in client.get("/inbox").content.decode()


def test_nothing_is_lost_on_an_error_but_the_password() -> None:
    page = register(browser(language="en"), email="pas-une-adresse").content.decode()

    assert 'value="pas-une-adresse"' in page
    assert 'value="Lampes"' in page
    assert '<option value="Europe/Brussels" selected>' in page
    assert PASSWORD not in page


def test_an_error_stands_beside_its_field_and_above_all() -> None:
    page = register(browser(language="en"), password="123").content.decode()

    assert 'id="id_password_error"' in page
    assert 'aria-describedby="id_password_helptext id_password_error"' in page
    assert '<a href="#id_password">' in page
    assert not User.objects.exists()


def test_an_address_with_an_account_is_told_with_the_ways_in() -> None:
    make_user("lea@exemple.fr")
    page = register(browser(language="en")).content.decode()

    assert "There is an account with this address" in page
    assert 'href="/password/forgotten">Choose a new password' in page


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [("/settings", "/settings"), ("https://mal.example/", "/"), ("//mal.example", "/")],
)
def test_only_an_address_of_ours_is_followed(wanted: str, reached: str) -> None:
    assert register(next=wanted)["Location"] == reached


def test_who_is_signed_in_does_not_register() -> None:
    assert browser(make_user()).get("/register")["Location"] == "/"


def test_reading_the_letters_link_changes_nothing() -> None:
    user = make_user(**UNPROVED)
    address = f"/verify/{links.verification_token(user)}"

    assert browser(user).get(address).status_code == 200
    assert browser().get(address)["Location"].startswith("/login?next=/verify/")
    assert browser(make_user()).post(address).status_code == 409
    user.refresh_from_db()
    assert user.email_verified_at is None


def test_the_button_confirms_the_address_and_twice_is_harmless() -> None:
    user = make_user(**UNPROVED)
    address, client = f"/verify/{links.verification_token(user)}", browser(user)
    first, second = client.post(address), client.post(address)

    user.refresh_from_db()
    assert user.email_verified_at is not None
    assert (first.status_code, second.status_code) == (302, 302)


def test_a_dead_link_says_what_to_do() -> None:
    answer = browser(language="en").get("/verify/abc.def")

    assert answer.status_code == 400
    assert "ask for a new e-mail" in answer.content.decode()


def test_the_letter_is_sent_again_on_demand_until_the_address_is_confirmed() -> None:
    user = make_member(make_workspace(), **UNPROVED)
    client = browser(user, "en")
    assert "Send the e-mail again" in client.get("/inbox").content.decode()
    assert client.post("/verify", {"next": "/inbox"})["Location"] == "/inbox"
    assert Letter.objects.filter(kind="verify_address").count() == 1

    User.objects.update(email_verified_at="2026-01-01T00:00Z")
    assert "Send the e-mail again" not in client.get("/settings").content.decode()
    client.post("/verify")
    assert Letter.objects.filter(kind="verify_address").count() == 1


def test_a_person_without_a_workspace_opens_one() -> None:
    client = browser(make_user(), "en")
    assert 'href="/workspaces/new"' in client.get("/").content.decode()
    form = {"name": "Vases", "language": "fr", "timezone": "Europe/Paris"}

    assert client.post("/workspaces/new", form)["Location"] == "/"
    assert client.get("/")["Location"] == "/start"
    assert Membership.objects.get().workspace.name == "Vases"
    assert "Vases" in client.get("/inbox").content.decode()


def test_signing_out_ends_the_place_and_follows_only_our_addresses() -> None:
    client = browser(make_user())

    assert client.post("/logout", {"next": "https://mal.example"})["Location"] == "/login"
    assert SignIn.objects.get().end_reason == "signed_out"
