"""Signing in by API, and who the caller is."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from tests.callers import Queries, caller
from tests.factories import PASSWORD, make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db


def sign_in(email: str, password: str, address: str = "/auth/login") -> Any:
    body = {"email": email, "password": password}
    return Client().post(address, body, content_type="application/json")


@pytest.mark.parametrize("address", ["/auth/login", "/auth/login/"])
def test_email_in_any_case_and_password_give_two_tokens(address: str) -> None:
    user = make_user("camille@exemple.fr")
    answer = sign_in(" Camille@Exemple.FR ", PASSWORD, address)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh", "csrf"}
    bearer = {"authorization": f"Bearer {answer.json()['access']}"}
    assert Client(headers=bearer).get("/auth/me").json()["id"] == str(user.uid)


@pytest.mark.parametrize(("email", "password"), [("camille@exemple.fr", "x"), ("a@b.fr", PASSWORD)])
def test_a_wrong_pair_answers_the_same_401_problem(email: str, password: str) -> None:
    make_user("camille@exemple.fr")
    answer = sign_in(email, password)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "code"}
    assert (body["status"], body["code"]) == (401, "no_active_account")


def test_a_missing_password_answers_400_and_names_the_field() -> None:
    answer = Client().post("/auth/login", {"email": "a@b.fr"}, content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["password"]


def test_a_deactivated_person_cannot_sign_in() -> None:
    make_user("camille@exemple.fr", is_active=False)
    assert sign_in("camille@exemple.fr", PASSWORD).status_code == 401


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", ["/auth/me", "/auth/me/"])
def test_me_tells_workspaces_plans_and_roles(method: str, address: str) -> None:
    workspace = make_workspace("Lampes")
    user = make_member(workspace, role="member")
    body = getattr(caller(user), method)(address).json()
    assert body["email"] == user.email
    assert body["memberships"] == [
        {
            "workspace": {"id": str(workspace.uid), "name": "Lampes", "plan": "freemium"},
            "role": "member",
            "told_by_mail": True,
        }
    ]


def test_me_costs_the_same_for_one_and_for_many_workspaces(
    django_assert_num_queries: Queries,
) -> None:
    user = make_member(make_workspace())
    for name in "ABCDE":
        Membership.objects.create(user=user, workspace=make_workspace(name))
    client = caller(user)
    with django_assert_num_queries(2):
        client.get("/auth/me")


def test_me_needs_a_token() -> None:
    answer = caller().get("/auth/me")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_garbage_token_is_a_401_problem() -> None:
    answer = Client(headers={"authorization": "Bearer x.y.z"}).get("/auth/me")
    assert answer.status_code == 401
    assert answer.json()["code"] == "token_not_valid"


@pytest.mark.parametrize("body", ["[" * 200_000, '{"a":' * 100_000, "{", "1" * 5000])
def test_a_body_that_is_no_json_is_told_so(body: str) -> None:
    answer = Client().post("/auth/login", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
