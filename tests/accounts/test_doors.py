"""Registering, a new password, where one is signed in: by API."""

from typing import Any

import pytest
from django.test import Client
from redis import Redis

from accounts import links
from accounts.models import AuditEntry, Membership, SignIn, User, Workspace
from tests.callers import caller, enter, tokens_of
from tests.factories import PASSWORD, make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db
JSON = "application/json"
NEW = "un-autre-mot-de-passe"


def register(**fields: Any) -> Any:
    body = {"email": "Lea@Exemple.fr", "password": PASSWORD, **fields}
    return Client().post("/auth/register", body, content_type=JSON)


def test_registering_makes_a_person_who_owns_a_workspace() -> None:
    answer = register(workspace_name="Lampes", language="en", timezone="Europe/Brussels")
    body = answer.json()

    assert answer.status_code == 201
    assert (body["user"]["email"], body["workspace"]["name"]) == ("lea@exemple.fr", "Lampes")
    assert Membership.objects.get().role == "owner"
    assert Workspace.objects.get().timezone == "Europe/Brussels"
    client = Client(headers={"authorization": f"Bearer {body['access']}"})
    assert client.get("/leads").json()["results"] == []


def test_a_workspace_without_a_name_gets_one() -> None:
    assert register().json()["workspace"]["name"] == "lea"


def test_an_address_registers_once() -> None:
    register()
    answer = register(email="lea@exemple.fr")

    assert (answer.status_code, answer.json()["code"]) == (400, "email_taken")
    assert (User.objects.count(), Workspace.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("password", "passes"),
    [
        ("court", False),
        ("password123", False),
        ("12345678901", False),
        ("lea@exemple.fr", False),
        ("a" * 129, False),
        ("é" * 72 + "!", True),
        ("phrase de passe avec espaces ", True),
        ("🦉 hibou sur la branche", True),
        ("x9" * 64, True),
    ],
)
def test_passwords_are_long_and_not_common(password: str, passes: bool) -> None:
    answer = register(password=password)

    assert answer.status_code == (201 if passes else 400)
    if not passes:
        assert list(answer.json()["errors"]) == ["password"]


def test_no_password_is_cut() -> None:
    """Bcrypt alone reads 72 bytes; ours is hashed before."""
    register(password="a1-" * 30 + "x")
    body = {"email": "lea@exemple.fr", "password": "a1-" * 30 + "y"}

    assert Client().post("/auth/login", body, content_type=JSON).status_code == 401


@pytest.mark.parametrize("field", ["timezone", "language"])
def test_an_unknown_value_is_told_by_its_field(field: str) -> None:
    answer = register(**{field: "Mars/Olympus"})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def change_password(client: Client, current: str = PASSWORD, new: str = NEW) -> Any:
    body = {"current": current, "new": new}
    return client.post("/auth/password", body, content_type=JSON)


def test_a_new_password_ends_every_sign_in_and_begins_one() -> None:
    user = make_member(make_workspace())
    other, page = tokens_of(user), Client(headers={"accept": "text/html"})
    enter(page, user)
    client = caller(user)
    answer = change_password(client)

    assert answer.status_code == 200
    assert client.get("/auth/me").status_code == 401
    old = Client(headers={"authorization": f"Bearer {other.refresh}"})
    assert old.get("/auth/refresh").status_code == 401
    assert page.get("/inbox").status_code == 302
    fresh = Client(headers={"authorization": f"Bearer {answer.json()['access']}"})
    assert fresh.get("/auth/me").status_code == 200


def test_the_current_password_must_be_right_and_wrong_ones_are_guesses() -> None:
    client = caller(make_user())
    answers = [change_password(client, current="faux") for _ in range(11)]

    assert answers[0].json()["errors"].keys() == {"current"}
    assert [answer.status_code for answer in answers] == [400] * 10 + [429]


def test_a_weak_new_password_is_told_by_its_field() -> None:
    answer = change_password(caller(make_user()), new="court")

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["new"])


def test_signing_out_kills_both_tokens_at_once() -> None:
    pair = tokens_of(make_user())
    client = Client(headers={"authorization": f"Bearer {pair.access}"})

    assert client.post("/auth/logout", content_type=JSON).status_code == 204
    assert client.get("/auth/me").status_code == 401
    assert client.post("/auth/logout", content_type=JSON).status_code == 401


def test_where_i_am_signed_in_and_signing_out_one_place() -> None:
    user = make_user()
    client, other = caller(user), tokens_of(user)
    rows = client.get("/auth/sessions").json()["results"]
    assert [row["here"] for row in rows].count(True) == 1
    assert client.delete(f"/auth/sessions/{other.sign_in.uid}").status_code == 204

    assert len(client.get("/auth/sessions").json()["results"]) == 1


def test_signing_out_everywhere_else() -> None:
    user = make_user()
    client, page = caller(user), Client(headers={"accept": "text/html"})
    enter(page, user)
    tokens_of(user)

    assert client.delete("/auth/sessions").status_code == 204
    assert SignIn.objects.filter(ended_at=None).count() == 1
    assert client.get("/auth/me").status_code == 200
    assert page.get("/inbox").status_code == 302


def test_another_person_s_place_is_not_there() -> None:
    other = tokens_of(make_user())

    answer = caller(make_user()).delete(f"/auth/sessions/{other.sign_in.uid}")
    assert answer.status_code == 404
    assert SignIn.objects.get(pk=other.sign_in.pk).ended_at is None


def test_signing_in_and_out_is_in_the_audit_log() -> None:
    user = make_member(make_workspace())
    body = {"email": user.email, "password": PASSWORD}
    access = Client().post("/auth/login", body, content_type=JSON).json()["access"]
    Client(headers={"authorization": f"Bearer {access}"}).post("/auth/logout", content_type=JSON)

    actions = AuditEntry.objects.order_by("number").values_list("action", flat=True)
    assert list(actions) == ["sign_in.began", "sign_in.ended"]


def test_every_answer_to_a_caller_tells_what_is_left_of_the_minute(live_redis: Redis) -> None:
    client = caller(make_user())
    answers = [client.get("/auth/me"), client.get("/leads"), client.put("/leads")]

    assert [answer.status_code for answer in answers] == [200, 404, 405]
    assert [answer["X-RateLimit-Remaining"] for answer in answers] == ["99", "98", "97"]
    assert {answer["X-RateLimit-Limit"] for answer in answers} == {"100"}


def test_the_hundred_and_first_call_in_a_minute_waits(live_redis: Redis) -> None:
    client, other = caller(make_user()), caller(make_user())
    answers = [client.get("/auth/me").status_code for _ in range(101)]
    refused = client.get("/auth/me")

    assert answers == [200] * 100 + [429]
    assert refused["Content-Type"] == "application/problem+json"
    assert (refused["X-RateLimit-Remaining"], int(refused["Retry-After"]) > 0) == ("0", True)
    assert other.get("/auth/me").status_code == 200


def test_a_signed_out_token_does_not_spend_its_person_s_minute(live_redis: Redis) -> None:
    user = make_user()
    client, thief = caller(user), caller(user)
    thief.post("/auth/logout", content_type=JSON)
    answers = [thief.get("/auth/me").status_code for _ in range(101)]

    assert answers == [401] * 100 + [429]
    # Of the hundred, signing out took one and this call another.
    assert client.get("/auth/me")["X-RateLimit-Remaining"] == "98"


def test_without_redis_the_api_is_open() -> None:
    client = caller(make_user())
    answers = [client.get("/auth/me") for _ in range(105)]

    assert {answer.status_code for answer in answers} == {200}
    assert "X-RateLimit-Limit" not in answers[-1]


def test_a_door_is_limited_by_address(live_redis: Redis) -> None:
    answers = [register(email=f"p{number}@exemple.fr").status_code for number in range(11)]

    assert answers == [201] * 10 + [429]


def test_a_door_counts_an_ipv6_network_once(live_redis: Redis) -> None:
    answers = [
        Client(REMOTE_ADDR=f"2001:db8::{last:x}").get("/auth/refresh").status_code
        for last in range(121)
    ]

    assert answers == [401] * 120 + [429]


def test_whoever_was_signed_in_at_the_browser_before_is_signed_out() -> None:
    client, user = Client(headers={"accept": "text/html"}), make_user()
    before = enter(client, make_user())
    client.post(f"/password/reset/{links.reset_token(user)}", {"password": NEW})

    before.refresh_from_db()
    assert before.end_reason == "signed_out"
    assert SignIn.objects.filter(user=user, ended_at=None).count() == 1
