"""Whoever holds a stolen session cannot keep the account through a Google account of theirs."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from pytest_django import Settings

from accounts import audit, doors, links, signins
from accounts.models import AuditEntry, OAuthState, SignIn, User
from flowia.lib import clock
from tests.accounts.google import SUB, Google, asked_of_google, come_back, google_at_work
from tests.accounts.test_doors import NEW, change_password
from tests.callers import browser, caller
from tests.factories import PASSWORD, make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def google(settings: Settings) -> Iterator[Google]:
    with google_at_work(settings) as found:
        yield found


@pytest.fixture
def user() -> User:
    return make_member(make_workspace(), email="lea@exemple.fr", email_verified_at=clock.now())


def connect(client: Client, password: str = PASSWORD) -> Any:
    return client.post("/settings/google", {"password": password, "next": "/settings"})


def told(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


@pytest.mark.parametrize("password", ["", "faux"])
def test_connecting_asks_for_the_password(user: User, password: str) -> None:
    answer = connect(browser(user), password)

    assert (answer.status_code, answer["Location"]) == (302, "/settings")
    assert "n’est pas votre mot de passe" in told(answer)
    assert not OAuthState.objects.exists()


def test_guessing_it_there_is_slowed_down(user: User) -> None:
    client = browser(user)
    answers = [connect(client, "faux").status_code for _ in range(11)]

    assert answers == [302] * 10 + [429]


def test_who_has_no_password_signs_in_again(user: User) -> None:
    user.set_unusable_password()
    user.save()
    client = browser(user)
    SignIn.objects.update(created_at=clock.now() - timedelta(minutes=11))

    assert "Reconnectez-vous" in told(connect(client, ""))
    assert not OAuthState.objects.exists()


def test_nothing_is_connected_for_a_sign_in_that_ended_on_the_way(
    google: Google, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner resets the password while the thief's browser comes back from Google."""
    client = browser(user)
    asked = asked_of_google(connect(client))
    living = signins.living

    def ends_now(*given: Any, **more: Any) -> Any:
        found = living(*given, **more)
        doors.end_other_sign_ins(user, None, audit.SYSTEM)
        return found

    monkeypatch.setattr(signins, "living", ends_now)
    answer = come_back(client, google, asked, email="mallory@exemple.fr")

    assert "Reconnectez-vous" in told(answer)
    user.refresh_from_db()
    assert user.google_sub is None
    assert not AuditEntry.objects.filter(action="google.linked").exists()


def by_program(user: User, **more: Any) -> None:
    body = {"current": PASSWORD, "new": NEW, **more}
    answer = caller(user).post("/auth/password", body, content_type="application/json")
    assert answer.status_code == 200


def by_page(user: User, **more: Any) -> None:
    form = {"current": PASSWORD, "new": NEW, **more}
    assert browser(user).post("/settings/password", form).status_code == 302


def by_letter(user: User) -> None:
    doors.reset_password(links.reset_token(user), NEW, address="")


def by_operator(user: User) -> None:
    form = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    operator = make_user(is_staff=True, is_superuser=True)
    address = f"/admin/accounts/user/{user.pk}/password/"
    assert browser(operator).post(address, form).status_code == 302


@pytest.mark.parametrize("change", [by_program, by_page, by_letter, by_operator])
def test_a_new_password_disconnects_google(user: User, change: Any) -> None:
    User.objects.filter(pk=user.pk).update(google_sub=SUB)
    user.refresh_from_db()
    change(user)

    user.refresh_from_db()
    assert user.google_sub is None
    assert AuditEntry.objects.filter(action="google.unlinked").count() == 1


@pytest.mark.parametrize("change", [by_program, by_page])
def test_unless_the_person_keeps_it(user: User, change: Any) -> None:
    User.objects.filter(pk=user.pk).update(google_sub=SUB)
    change(user, keep_google=True)

    user.refresh_from_db()
    assert user.google_sub == SUB
    assert not AuditEntry.objects.filter(action="google.unlinked").exists()


@pytest.mark.parametrize(("sub", "offered"), [(SUB, True), (None, False)])
def test_the_page_offers_to_keep_it_where_there_is_something_to_keep(
    user: User, sub: str | None, offered: bool
) -> None:
    User.objects.filter(pk=user.pk).update(google_sub=sub)
    page = browser(user).get("/settings/password").content.decode()

    assert ('name="keep_google"' in page) is offered


def test_changing_it_works_without_google(user: User) -> None:
    assert change_password(caller(user)).status_code == 200
    assert not AuditEntry.objects.filter(action="google.unlinked").exists()
