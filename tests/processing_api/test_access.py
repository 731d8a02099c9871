"""Every address of the mind's API: whose rows it shows, and to whom."""

from typing import Any

import pytest

from accounts.models import Membership, Workspace
from tests.callers import caller
from tests.factories import (
    make_conversation,
    make_decision,
    make_lead,
    make_member,
    make_message,
    make_workspace,
)

pytestmark = pytest.mark.django_db

LISTS = ["/conversations", "/interactions", "/leads"]
ONE = [
    ("get", "/conversations/{conversation}"),
    ("get", "/conversations/{conversation}/messages"),
    ("post", "/conversations/{conversation}/takeover"),
    ("post", "/conversations/{conversation}/release"),
    ("get", "/messages/{message}/decision"),
]
SLASHES = ["", "/"]


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def ids(workspace: Workspace) -> dict[str, Any]:
    conversation = make_conversation(workspace)
    message = make_message(conversation)
    make_decision(message)
    make_lead(conversation.contact)
    return {"conversation": conversation.uid, "message": message.uid}


@pytest.mark.parametrize("role", ["owner", "member"])
@pytest.mark.parametrize("slash", SLASHES)
@pytest.mark.parametrize("address", LISTS)
def test_a_member_lists_the_rows_of_the_workspace(
    address: str, slash: str, role: str, workspace: Workspace, ids: dict[str, Any]
) -> None:
    answer = caller(make_member(workspace, role)).get(address + slash)
    assert answer.status_code == 200
    assert len(answer.json()["results"]) == 1


@pytest.mark.parametrize("address", LISTS)
def test_a_stranger_lists_nothing(address: str, ids: dict[str, Any]) -> None:
    answer = caller(make_member(make_workspace("Ailleurs"))).get(address)
    assert answer.json() == {"next": None, "previous": None, "results": []}


@pytest.mark.parametrize("role", ["owner", "member"])
@pytest.mark.parametrize("slash", SLASHES)
@pytest.mark.parametrize("one", ONE)
def test_a_member_reaches_a_row(
    one: tuple[str, str], slash: str, role: str, workspace: Workspace, ids: dict[str, Any]
) -> None:
    method, address = one
    client = caller(make_member(workspace, role))
    assert getattr(client, method)(address.format(**ids) + slash).status_code == 200


@pytest.mark.parametrize(("method", "address"), ONE)
def test_a_stranger_gets_404_and_nothing_of_the_row(
    method: str, address: str, ids: dict[str, Any]
) -> None:
    client = caller(make_member(make_workspace("Ailleurs")))
    answer = getattr(client, method)(address.format(**ids))
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"
    assert "Léa" not in answer.content.decode()


@pytest.mark.parametrize(("method", "address"), [*ONE, *(("get", each) for each in LISTS)])
def test_nobody_gets_401(method: str, address: str, ids: dict[str, Any]) -> None:
    answer = getattr(caller(), method)(address.format(**ids))
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_with_several_workspaces_the_header_names_one(
    workspace: Workspace, ids: dict[str, Any]
) -> None:
    user = make_member(workspace)
    Membership.objects.create(user=user, workspace=make_workspace("Autre"))
    unnamed = caller(user).get("/leads")
    assert (unnamed.status_code, unnamed.json()["code"]) == (400, "workspace_needed")
    named = caller(user, **{"x-workspace": str(workspace.uid)}).get("/leads")
    assert len(named.json()["results"]) == 1


@pytest.mark.parametrize("named", ["pas-un-uuid", "0190a000-0000-7000-8000-000000000000"])
def test_an_unknown_workspace_answers_404(named: str, workspace: Workspace) -> None:
    client = caller(make_member(workspace), **{"x-workspace": named})
    assert client.get("/conversations").status_code == 404


def test_another_workspace_named_in_the_header_answers_404(workspace: Workspace) -> None:
    other = make_workspace("Ailleurs")
    client = caller(make_member(workspace), **{"x-workspace": str(other.uid)})
    assert client.get("/conversations").status_code == 404


def test_a_person_without_a_workspace_gets_404(workspace: Workspace) -> None:
    user = make_member(workspace)
    Workspace.objects.all().delete()
    assert caller(user).get("/conversations").status_code == 404
