"""Connected accounts by HTTP: the truth as JSON, connecting as a program, changes by owners."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.models import User, Workspace
from social.models import Connecting, SocialAccount
from tests.callers import Queries, caller, clock_queries
from tests.factories import make_account, make_member, make_workspace
from tests.social.connected import make_glow
from tests.social.glow import Glow

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


def program(user: User, language: str = "en") -> Client:
    return caller(user, **{"accept-language": language})


def state_of(client: Client, **query: str) -> dict[str, str]:
    answer = client.get("/social-accounts/glow/auth-url", query)
    assert answer.status_code == 200, answer.json()
    asked = parse_qs(urlsplit(answer.json()["url"]).query)
    return {name: one[0] for name, one in asked.items()}


def back(client: Client, slash: str = "/", **query: str) -> Any:
    return client.get(f"/social-accounts/glow/callback{slash}", query)


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_program_connects_an_account(glow: Glow, owner: User, slash: str) -> None:
    glow.grants("g1", access="their-access", refresh="their-refresh")
    client = program(owner)
    answer = back(client, slash, code="c1", state=state_of(client)["state"])

    assert answer.status_code == 200
    [account] = answer.json()["accounts"]
    assert (account["name"], account["health"]["state"]) == ("Glow g1", "working")
    assert account["webhook_fields"] == ["comments", "messages"]
    assert [one["name"] for one in account["scopes_granted"]] == ["read", "write"]
    assert "their-" not in answer.content.decode()


def test_a_program_chooses_among_several(glow: Glow, owner: User) -> None:
    glow.grants(accounts=[{"id": "g1"}, {"id": "g2"}, {"id": "g3", "problem": "personal_account"}])
    client = program(owner)
    answer = back(client, code="c1", state=state_of(client)["state"]).json()
    assert answer["accounts"] == []
    options = answer["choose"]["options"]
    assert [(one["key"], one["state"]) for one in options] == [
        ("glow:g1", ""),
        ("glow:g2", ""),
        ("glow:g3", "problem"),
    ]
    address = f"/social-accounts/connecting/{answer['choose']['id']}"
    assert client.get(address).json()["options"] == options
    json: dict[str, Any] = {"content_type": "application/json"}
    assert client.post(address, {"accounts": ["glow:g3"]}, **json).status_code == 400
    chosen = client.post(address, {"accounts": ["glow:g2"]}, **json)
    assert [one["external_id"] for one in chosen.json()["accounts"]] == ["g2"]
    assert client.post(address, {"accounts": ["glow:g1"]}, **json).status_code == 404
    assert not Connecting.objects.exists()


def test_what_went_wrong_is_a_problem_with_its_code(glow: Glow, owner: User) -> None:
    client = program(owner)
    answer = back(client, error="access_denied", state=state_of(client)["state"])
    assert (answer.status_code, answer.json()["code"]) == (400, "consent_refused")

    glow.grants("g1", scopes=("write",))
    answer = back(client, code="c1", state=state_of(client)["state"])
    assert (answer.status_code, answer.json()["code"]) == (409, "scopes_missing")
    assert answer.json()["errors"] == {"read": ["to read what people write"]}

    make_glow(make_workspace("Ailleurs"), external_id="g1")
    glow.grants("g1")
    answer = back(client, code="c1", state=state_of(client)["state"])
    assert (answer.status_code, answer.json()["code"]) == (409, "account_taken")

    answer = back(client, code="c1", state="none")
    assert (answer.status_code, answer.json()["code"]) == (400, "state_invalid")


def test_a_state_of_another_person_is_dead(glow: Glow, owner: User, workspace: Workspace) -> None:
    client = program(owner)
    state = state_of(client)["state"]
    other = program(make_member(workspace))
    other.cookies = client.cookies
    assert back(other, code="c1", state=state).status_code == 400
    assert glow.service.asked == []


def test_only_owners_connect_and_only_what_exists(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    member = program(make_member(workspace, "member"))
    assert member.get("/social-accounts/glow/auth-url").status_code == 403
    client = program(owner)
    assert client.get("/social-accounts/nowhere/auth-url").status_code == 404
    assert client.get("/social-accounts/glow/auth-url", {"login": "x"}).status_code == 404
    answer = client.get("/social-accounts/meta/auth-url")
    assert (answer.status_code, answer.json()["code"]) == (404, "login_not_set_up")
    assert state_of(client, again="true")["again"] == "1"


def test_an_account_is_paused_resumed_and_disconnected(
    glow: Glow, owner: User, workspace: Workspace
) -> None:
    account = make_glow(workspace)
    client, address = program(owner), f"/social-accounts/{account.uid}"
    json: dict[str, Any] = {"content_type": "application/json"}
    for paused, state in ((True, "paused"), (True, "paused"), (False, "working")):
        said = client.patch(address, {"paused": paused, "automation_agreed": True}, **json).json()
        assert (said["paused"], said["health"]["state"]) == (paused, state)
    assert said["automation"]["agreed_at"] is not None
    glow.service.answer(200, {})
    for _twice in range(2):
        assert client.delete(address).status_code == 204
    answer = client.patch(address, {"paused": True}, **json)
    assert (answer.status_code, answer.json()["code"]) == (409, "account_disconnected")
    assert client.post(f"{address}/check").status_code == 409
    assert client.get(address).json()["health"]["action"]["code"] == "reconnect"


def test_what_needs_a_login_or_no_agreement_conflicts(owner: User, workspace: Workspace) -> None:
    account = make_account(workspace, status="needs_login")
    client, address = program(owner), f"/social-accounts/{account.uid}"
    json: dict[str, Any] = {"content_type": "application/json"}
    answer = client.patch(address, {"paused": True}, **json)
    assert (answer.status_code, answer.json()["code"]) == (409, "account_needs_login")
    answer = client.patch(address, {"automation_agreed": True}, **json)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_agreement_needed")


def test_a_look_on_demand_is_told_and_limited(
    glow: Glow, owner: User, workspace: Workspace, live_redis: object
) -> None:
    account = make_glow(workspace)
    glow.service.answer(200, {"scopes": ["read"], "fields": ["comments", "messages"]})
    client = program(owner)
    for _look in range(12):
        said = client.post(f"/social-accounts/{account.uid}/check").json()
    assert said["health"]["state"] == "limited"
    assert client.post(f"/social-accounts/{account.uid}/check").status_code == 429
    assert len(glow.service.asked) == 12


def test_the_list_costs_the_same_however_long(
    glow: Glow, owner: User, workspace: Workspace, django_assert_num_queries: Queries
) -> None:
    make_glow(workspace)
    client = program(owner)
    client.get("/social-accounts")
    with django_assert_num_queries(5 + clock_queries()):
        assert len(client.get("/social-accounts").json()["results"]) == 1
    for _more in range(5):
        make_glow(workspace)
    with django_assert_num_queries(5 + clock_queries()):
        assert len(client.get("/social-accounts").json()["results"]) == 6
    SocialAccount.objects.filter(external_id__gt="").update(status="paused")
    assert client.get("/social-accounts", {"status": "active"}).json()["results"] == []


@pytest.mark.parametrize(("search", "found"), [("BOUT", 1), ("atelier", 1), ("ailleurs", 0)])
def test_the_list_is_searched_by_name_and_by_handle(
    glow: Glow, owner: User, workspace: Workspace, search: str, found: int
) -> None:
    make_glow(workspace, name="Boutique", handle="latelier")
    listed = program(owner).get("/social-accounts", {"search": search}).json()
    assert len(listed["results"]) == found
