"""One person's minute: their pages and their programs together, and what is counted apart."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from redis import Redis

from accounts.models import User
from flowia.lib import ratelimit
from flowia.lib.redis import redis_client
from tests.callers import browser, caller
from tests.factories import make_conversation, make_member, make_user, make_workspace

pytestmark = [pytest.mark.django_db]
LIMIT = 5
NAMES = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


@pytest.fixture
def person(settings: Settings, live_redis: Redis) -> User:
    settings.API_REQUESTS_PER_MINUTE = LIMIT
    return make_member(make_workspace())


def spend(client: Client, address: str = "/inbox") -> list[int]:
    return [client.get(address).status_code for _ in range(LIMIT)]


def test_pages_beyond_the_limit_say_when_to_come_back(person: User) -> None:
    client = browser(person, "en")
    first = client.get("/inbox")
    for _ in range(LIMIT - 1):
        client.get("/settings/members")
    refused = client.get("/inbox")

    assert (first.status_code, first["X-RateLimit-Limit"]) == (200, str(LIMIT))
    assert first["X-RateLimit-Remaining"] == str(LIMIT - 1)
    assert refused.status_code == 429
    assert refused["X-RateLimit-Remaining"] == "0"
    assert 0 < int(refused["Retry-After"]) <= 60
    assert "Next attempt within a minute." in refused.content.decode()
    assert "<html" in refused.content.decode()


def test_pages_and_programs_share_the_person_s_minute_over_all_sign_ins(person: User) -> None:
    pages, more_pages, program = browser(person), browser(person), caller(person)
    statuses = [
        one.get(address).status_code
        for one, address in (
            *((pages, "/inbox"), (program, "/auth/me"), (more_pages, "/settings")),
            *((program, "/members"), (pages, "/inbox"), (program, "/auth/me"), (pages, "/inbox")),
        )
    ]

    assert statuses == [200] * LIMIT + [429, 429]
    assert browser(make_member(make_workspace())).get("/inbox").status_code == 200


def test_unknown_addresses_and_forms_are_counted_too(person: User) -> None:
    client = browser(person)
    statuses = [client.get(f"/nothing/{number}").status_code for number in range(LIMIT)]

    assert statuses == [404] * LIMIT
    assert client.get("/nothing").status_code == 429
    assert client.post("/settings", {"name": "x"}).status_code == 429
    person.refresh_from_db()
    assert person.name != "x"


def test_the_live_part_of_a_conversation_is_counted_apart(person: User) -> None:
    conversation = make_conversation(person.memberships.get().workspace)
    client, address = browser(person), f"/inbox/{conversation.uid}"
    live = {"X-Fragment": "1"}
    four_tabs = [client.get(address, headers=live).status_code for _ in range(4 * LIMIT)]

    assert set(four_tabs) == {200}
    assert client.get(address).status_code == 200
    assert client.get(address)["X-RateLimit-Remaining"] == str(LIMIT - 2)
    assert [client.get(address, headers=live).status_code for _ in range(2 * LIMIT)][-1] == 429


def test_the_live_header_is_no_way_around(person: User) -> None:
    conversation = make_conversation(person.memberships.get().workspace)
    client, live = browser(person), {"X-Fragment": "1"}
    spend(client)

    assert client.get("/tasks", headers=live).status_code == 429
    assert client.post(f"/inbox/{conversation.uid}", headers=live).status_code == 429
    assert client.get("/nothing", headers=live).status_code == 429


def test_the_way_out_stays_open_while_somebody_spends_the_minute(person: User) -> None:
    """Else a thief of a token could keep its owner from ending the thief's sign-in."""
    thief, owner = caller(person), browser(person)
    spend(thief, "/auth/me")

    assert thief.get("/auth/me").status_code == 429
    assert owner.get("/inbox").status_code == 429
    assert owner.get("/settings/sessions").status_code == 200
    assert owner.post("/settings/sessions/others").status_code == 302
    assert thief.get("/auth/me").status_code in {401, 429}
    assert spend(owner, "/settings/sessions")[-1] == 429, "but not without end"


@pytest.mark.parametrize("address", ["/health", "/static/nothing.css"])
def test_health_and_files_are_not_counted(person: User, address: str) -> None:
    client = browser(person)
    spend(client, address)

    assert client.get("/inbox")["X-RateLimit-Remaining"] == str(LIMIT - 1)
    assert "X-RateLimit-Limit" not in client.get(address)


def test_nobody_is_not_counted(person: User) -> None:
    client = browser()
    spend(client, "/login")
    answer = client.get("/login")

    assert answer.status_code == 200
    assert "X-RateLimit-Limit" not in answer


ODD: dict[str, tuple[int, str, dict[str, Any]]] = {
    "an unknown address": (404, "/nothing", {}),
    "another form": (406, "/auth/me", {"headers": {"accept": "application/xml"}}),
    "another method": (405, "/auth/me", {}),
    "an unknown method": (405, "/nothing", {}),
    "too large": (413, "/auth/me", {"data": "x" * 1_048_577, "content_type": "text/plain"}),
}
METHODS = {"another method": "DELETE", "an unknown method": "BREW", "too large": "POST"}


@pytest.mark.parametrize("kind", ODD)
def test_a_program_s_odd_calls_are_counted_and_told(person: User, kind: str) -> None:
    status, address, options = ODD[kind]
    client, method = caller(person), METHODS.get(kind, "GET")
    answers = [client.generic(method, address, **options) for _ in range(LIMIT + 1)]

    assert [answer.status_code for answer in answers] == [status] * LIMIT + [429]
    assert [answer["X-RateLimit-Remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0"]
    assert all(name in answer for name in NAMES for answer in answers)
    assert answers[-1]["Content-Type"] == "application/problem+json"
    assert int(answers[-1]["Retry-After"]) > 0


def test_a_dead_token_at_an_unknown_address_spends_nobody_s_minute(person: User) -> None:
    client = caller(person)
    client.post("/auth/logout", content_type="application/json")
    statuses = spend(client, "/nothing")

    assert statuses == [404] * LIMIT
    assert caller(person).get("/auth/me")["X-RateLimit-Remaining"] == str(LIMIT - 2)


def test_without_redis_pages_stay_open(settings: Settings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    redis_client.cache_clear()
    ratelimit.forget_failure()
    client = browser(make_user())

    answers = [client.get("/settings") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert "X-RateLimit-Limit" not in answers[0]
