"""Guessing passwords: slow for whoever guesses, no trap for whose password it is."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from pytest_django import Settings

from accounts.models import SignInAttempt
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
HERE, THERE = "198.51.100.7", "203.0.113.9"
EMAIL = "camille@exemple.fr"


def knock(password: str, *, address: str = HERE, email: str = EMAIL, client: Any = None) -> Any:
    body = {"email": email, "password": password}
    return (client or Client()).post(
        "/auth/login", body, content_type="application/json", REMOTE_ADDR=address
    )


def wrong(times: int, **place: Any) -> list[int]:
    return [knock("faux", **place).status_code for _ in range(times)]


def later(minutes: int) -> None:
    SignInAttempt.objects.update(created_at=F("created_at") - timedelta(minutes=minutes))


def test_the_eleventh_wrong_password_is_told_to_wait() -> None:
    make_user(EMAIL)

    assert wrong(12) == [401] * 10 + [429] * 2
    answer = knock(PASSWORD)
    assert answer.status_code == 429
    assert answer.json()["code"] == "too_many_attempts"
    assert 800 <= int(answer["Retry-After"]) <= 901


def test_the_right_password_passes_from_elsewhere_meanwhile() -> None:
    make_user(EMAIL)
    wrong(100)

    assert knock(PASSWORD, address=THERE).status_code == 200


def test_after_a_quarter_of_an_hour_it_passes_from_here_too() -> None:
    make_user(EMAIL)
    wrong(20)
    later(minutes=15)

    assert knock(PASSWORD).status_code == 200


def test_a_day_has_thirty_attempts_from_one_place() -> None:
    make_user(EMAIL)
    for _ in range(4):
        wrong(10)
        later(minutes=16)

    assert knock(PASSWORD).status_code == 429


def test_a_right_password_forgets_the_wrong_ones_before() -> None:
    make_user(EMAIL)
    wrong(9)
    knock(PASSWORD)

    assert wrong(10) == [401] * 10


def test_one_address_may_not_try_everybody() -> None:
    answers = [knock("faux", email=f"p{number}@exemple.fr").status_code for number in range(102)]

    assert answers == [401] * 100 + [429] * 2


def test_one_ipv6_network_counts_as_one_address() -> None:
    make_user(EMAIL)
    answers = [knock("faux", address=f"2001:db8:1:2::{last:x}").status_code for last in range(12)]

    assert answers == [401] * 10 + [429] * 2
    assert knock("faux", address="2001:db8:1:3::1").status_code == 401


def test_where_somebody_signed_in_is_kept_whole() -> None:
    user = make_user(EMAIL)
    knock(PASSWORD, address="2001:db8:1:2::7")

    assert user.sign_ins.get().address == "2001:db8:1:2::7"


def strangers_use_up_the_window() -> None:
    for number in range(11):
        wrong(10, address=f"192.0.2.{number}")


def test_many_strangers_together_are_slowed_down() -> None:
    make_user(EMAIL)
    strangers_use_up_the_window()

    assert knock("faux", address="192.0.2.200").status_code == 429


def test_but_the_person_still_gets_in_from_a_known_address() -> None:
    make_user(EMAIL)
    knock(PASSWORD, address=THERE)
    strangers_use_up_the_window()

    assert knock(PASSWORD, address=THERE).status_code == 200


def test_and_from_a_known_browser_wherever_it_is() -> None:
    make_user(EMAIL)
    client = Client(headers={"accept": "text/html"})
    form = {"username": EMAIL, "password": PASSWORD}
    client.post("/login", form)
    client.post("/logout")
    strangers_use_up_the_window()
    wrong(10, address=HERE)

    assert client.post("/login", form, REMOTE_ADDR=HERE).status_code == 302


def test_a_made_up_device_cookie_counts_for_nothing() -> None:
    user = make_user(EMAIL)
    strangers_use_up_the_window()
    client = Client()
    client.cookies["flowia_device"] = f'["{user.uid}"]:1abcde:forged'

    assert knock(PASSWORD, address="192.0.2.200", client=client).status_code == 429


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_count_too() -> None:
    make_user(EMAIL)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: knock("faux").status_code, range(40)))

    assert 0 < answers.count(401) <= 10
    assert set(answers) == {401, 429}


def test_the_page_says_how_long_to_wait() -> None:
    make_user(EMAIL)
    client = Client(headers={"accept": "text/html", "accept-language": "fr"})
    for _ in range(11):
        answer = client.post("/login", {"username": EMAIL, "password": "faux"})

    assert answer.status_code == 429
    assert "15 minutes" in answer.content.decode()
    assert answer["Retry-After"]


def test_nobody_s_address_is_in_the_table() -> None:
    knock("faux")

    assert EMAIL not in str(SignInAttempt.objects.values().get())


@pytest.mark.parametrize("forwarded", ["1.2.3.4", "1.2.3.4, 5.6.7.8", "x", ""])
def test_a_forged_forwarded_address_changes_nothing(forwarded: str) -> None:
    make_user(EMAIL)
    for number in range(10):
        headers = {"x-forwarded-for": f"{forwarded}{number}"}
        knock("faux", client=Client(headers=headers))

    assert knock("faux").status_code == 429


def test_an_unknown_address_takes_as_long_as_a_known_one(settings: Settings) -> None:
    """Real bcrypt, the medians of five each, alternating."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]
    user = make_user(EMAIL)
    user.set_password(PASSWORD)
    user.save()
    seconds: dict[str, list[float]] = {EMAIL: [], "personne@exemple.fr": []}
    for _ in range(5):
        for email, taken in seconds.items():
            started = time.perf_counter()
            knock("faux", email=email)
            taken.append(time.perf_counter() - started)

    known, unknown = (statistics.median(taken) for taken in seconds.values())
    assert 0.6 < known / unknown < 1.6
