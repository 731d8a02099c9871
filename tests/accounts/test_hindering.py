"""Strangers who know an address cannot keep its owner out, nor from acting once they are in."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from redis import Redis

from accounts.models import Letter, SignInAttempt, User
from tests.accounts.test_doors import change_password
from tests.accounts.test_guessing import EMAIL, HERE, THERE, knock, strangers_use_up_the_window
from tests.callers import browser, caller
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def user() -> User:
    return make_user(EMAIL)


def from_a_new_place(client: Client) -> Client:
    client.defaults["REMOTE_ADDR"] = "203.0.113.77"
    return client


def test_who_is_in_changes_the_password_from_anywhere(user: User) -> None:
    client = from_a_new_place(caller(user))
    strangers_use_up_the_window()
    assert change_password(client).status_code == 200


def test_and_on_the_page_and_leaves(user: User) -> None:
    page, client = from_a_new_place(browser(user)), from_a_new_place(caller(user))
    strangers_use_up_the_window()
    form = {"current": PASSWORD, "new": PASSWORD + "2"}
    assert page.post("/settings/password", form).status_code == 302
    client = from_a_new_place(caller(User.objects.get()))
    answer = client.post("/auth/me/erasure", {"password": PASSWORD + "2"}, content_type=JSON)
    assert answer.status_code == 204


def test_guesses_inside_one_sign_in_do_not_count_in_another(user: User) -> None:
    thief, owner = caller(user), caller(user)
    statuses = [change_password(thief, current="faux").status_code for _ in range(11)]
    assert statuses == [400] * 10 + [429]
    thief.defaults["REMOTE_ADDR"] = HERE
    assert change_password(thief).status_code == 429, "another network address changes nothing"
    assert change_password(owner).status_code == 200


def test_the_door_for_new_places_lets_one_try_a_minute_through(user: User) -> None:
    strangers_use_up_the_window()
    refused = knock(PASSWORD, address=THERE)
    assert (refused.status_code, int(refused["Retry-After"]) <= 61) == (429, True)
    SignInAttempt.objects.update(created_at=F("created_at") - timedelta(seconds=61))
    assert knock("faux", address="192.0.2.200").status_code == 401
    assert knock("faux", address="192.0.2.201").status_code == 429
    SignInAttempt.objects.update(created_at=F("created_at") - timedelta(seconds=61))
    assert knock(PASSWORD, address=THERE).status_code == 200


def test_a_program_that_keeps_its_cookie_is_known_wherever_it_is(user: User) -> None:
    program = Client()
    assert knock(PASSWORD, address="192.0.2.250", client=program).status_code == 200
    strangers_use_up_the_window()
    assert knock(PASSWORD, address="203.0.113.77", client=program).status_code == 200


def test_a_known_ipv6_network_is_known_as_a_whole(user: User) -> None:
    knock(PASSWORD, address="2001:db8:1:2::7")
    strangers_use_up_the_window()
    assert knock(PASSWORD, address="2001:db8:1:2::99").status_code == 200
    assert knock(PASSWORD, address="2001:db8:1:3::99").status_code == 429


def ask(client: Any) -> int:
    status: int = client.post("/auth/password/reset", {"email": EMAIL}, JSON).status_code
    return status


def test_a_mailbox_gets_ten_reset_letters_a_day_from_strangers(
    user: User, live_redis: Redis
) -> None:
    def pass_an_hour() -> None:
        # The sliding windows of an hour, forgotten; those of a day stay.
        for key in live_redis.scan_iter("*:for:*"):
            if str(key).rstrip("'").endswith(":3600"):
                live_redis.delete(key)

    statuses = []
    for number in range(12):
        if number % 5 == 0:
            pass_an_hour()
        statuses.append(ask(Client(REMOTE_ADDR=f"192.0.2.{number}")))
    assert statuses == [204] * 10 + [429] * 2


def test_but_a_device_that_its_owner_used_before_always_may(user: User, live_redis: Redis) -> None:
    own = Client()
    knock(PASSWORD, address=THERE, client=own)
    for number in range(6):
        ask(Client(REMOTE_ADDR=f"192.0.2.{number}"))
    assert ask(Client(REMOTE_ADDR="192.0.2.99")) == 429
    assert ask(own) == 204
    assert ask(Client(REMOTE_ADDR=THERE)) == 204
    assert Letter.objects.filter(kind="reset_password").count() == 7
