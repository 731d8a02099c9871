"""Google's word, taken by HTTP, opens an account once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pytest_django import Settings

from accounts.models import UsedToken
from flowia.lib import clock
from processing.privacy import retention
from tests.accounts.google import Google, google_at_work, id_token, post_token


@pytest.fixture(autouse=True)
def google(settings: Settings) -> Iterator[Google]:
    with google_at_work(settings) as found:
        yield found


@pytest.mark.django_db
def test_a_token_is_taken_once() -> None:
    token = id_token()
    assert post_token(token).status_code == 200
    again = post_token(token)
    assert (again.status_code, again.json()["code"]) == (401, "google_refused")
    assert post_token(id_token(iat=1_700_000_000)).status_code == 200, "another one passes"


@pytest.mark.django_db
def test_a_refused_token_is_not_remembered() -> None:
    assert post_token(id_token(aud="somebody-else")).status_code == 401
    assert not UsedToken.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_signs_in() -> None:
    post_token(id_token(iat=1_700_000_000))
    token = id_token()
    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda _: post_token(token).status_code, range(6)))
    assert sorted(statuses) == [200] + [401] * 5


@pytest.mark.django_db
def test_what_is_over_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    token = id_token()
    post_token(token)
    row = UsedToken.objects.get()
    assert token not in str(vars(row))
    assert timedelta(minutes=59) < row.expires_at - clock.now() < timedelta(minutes=62)
    retention.purge()
    assert UsedToken.objects.exists()
    later = row.expires_at + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    retention.purge()
    assert not UsedToken.objects.exists()
