"""Signing out with what is left: a living access token, or a refresh token beside a dead one."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.callers import enter, tokens_of
from tests.factories import make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"


def sign_out(access: str, refresh: str = "") -> Any:
    headers = {"authorization": f"Bearer {access}"} if access else {}
    body = {"refresh": refresh} if refresh else {}
    return Client(headers=headers).post("/auth/logout", body, content_type=JSON)


def refreshed(token: str) -> int:
    asked = Client().post("/auth/refresh", {"refresh": token}, content_type=JSON)
    return asked.status_code


@pytest.mark.parametrize("access", ["", "expired", "changed", "of an ended sign-in", "not ours"])
def test_a_refresh_token_ends_its_sign_in_whatever_stands_in_the_header(access: str) -> None:
    user = make_user()
    pair, ended = tokens_of(user), tokens_of(user)
    sign_out(ended.access)
    header = {
        "expired": pair.access,
        "changed": f"{pair.access}x",
        "of an ended sign-in": ended.access,
        "not ours": "eyJhbGciOiJub25lIn0.e30.",
    }.get(access, "")
    later = timezone.now() + timedelta(minutes=20 if access == "expired" else 0)
    with time_machine.travel(later, tick=True):
        assert sign_out(header, pair.refresh).status_code == 204
        assert refreshed(pair.refresh) == 401


def test_the_living_access_token_comes_first() -> None:
    user = make_user()
    mine, other = tokens_of(user), tokens_of(user)

    assert sign_out(mine.access, other.refresh).status_code == 204
    assert refreshed(other.refresh) == 200
    assert refreshed(mine.refresh) == 401


@pytest.mark.parametrize("refresh", ["", "dead", "nonsense"])
def test_dead_tokens_alone_answer_401(refresh: str) -> None:
    pair = tokens_of(make_user())
    sign_out(pair.access)
    given = pair.refresh if refresh == "dead" else refresh

    assert sign_out(pair.access, given).status_code == 401
    assert sign_out("", given).status_code == 401


def test_a_browser_s_session_is_not_ended_without_the_proof_of_a_form() -> None:
    user = make_user()
    client = Client(enforce_csrf_checks=True)
    enter(client, user)

    assert client.post("/auth/logout", {}, content_type=JSON).status_code == 401
    assert client.get("/settings/sessions").status_code == 200
