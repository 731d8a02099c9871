"""Every page of accounts, opened by an owner, a teammate, a stranger and nobody."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Invitation, Membership, SignIn, User, Workspace
from tests.callers import browser, tokens_of
from tests.factories import make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db
MARK = "glycine7"
# What each gets: owner, teammate, stranger; nobody is always sent to the door.
READ = {
    "/settings": (200, 200, 200),
    "/settings/password": (200, 200, 200),
    "/settings/workspace": (200, 200, 200),
    "/settings/members": (200, 200, 200),
    "/settings/members/{extra}/remove": (200, 403, 404),
    "/settings/notifications": (200, 200, 200),
    "/settings/api": (200, 200, 200),
    "/settings/sessions": (200, 200, 200),
    "/settings/sessions/others": (200, 200, 200),
    "/settings/activity": (200, 403, 200),
    "/settings/activity.csv": (200, 403, 200),
    "/settings/compliance": (200, 403, 200),
    "/settings/compliance/file": (200, 403, 200),
    "/settings/compliance/notices.csv": (200, 403, 200),
    "/settings/data": (200, 200, 200),
    "/settings/data/leave": (200, 200, 200),
    "/settings/data/workspace": (200, 403, 200),
    "/workspaces/new": (200, 200, 200),
}
WRITE = {
    "/settings": (302, 302, 302),
    "/settings/password": (200, 200, 200),
    "/settings/workspace": (200, 403, 200),
    "/settings/members/invite": (200, 403, 200),
    "/settings/members/{extra}/role": (302, 403, 404),
    "/settings/members/{extra}/remove": (302, 403, 404),
    "/settings/invitations/{invitation}": (302, 403, 404),
    "/settings/notifications": (302, 302, 302),
    "/settings/sessions/{sign_in}": (302, 404, 404),
    "/settings/sessions/others": (302, 302, 302),
    "/settings/compliance": (302, 403, 302),
    "/settings/data/leave": (200, 200, 200),
    "/settings/data/exports": (302, 403, 302),
    "/settings/data/workspace": (200, 403, 200),
    "/verify": (302, 302, 302),
    "/workspaces/new": (200, 200, 200),
}
WHO = ("owner", "teammate", "stranger")
BODY = {"language": "fr", "do": "withdraw", "role": "owner"}


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(f"Atelier {MARK}", business_profile=MARK)


@pytest.fixture
def people(workspace: Workspace) -> dict[str, User]:
    return {
        "owner": make_member(workspace, name=MARK),
        "teammate": make_member(workspace, "member"),
        "stranger": make_member(make_workspace("Ailleurs")),
    }


@pytest.fixture
def ids(workspace: Workspace, people: dict[str, User]) -> dict[str, str]:
    extra = make_member(workspace, "member", email=f"{MARK}@exemple.fr")
    invitation = Invitation.objects.create(
        workspace=workspace, email=f"i-{MARK}@exemple.fr", expires_at="2100-01-01T00:00Z"
    )
    rows: dict[str, Any] = {
        "extra": Membership.objects.get(user=extra),
        "invitation": invitation,
        "sign_in": tokens_of(people["owner"]).sign_in,
    }
    return {name: str(row.uid) for name, row in rows.items()}


def content(answer: Any) -> str:
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(raw.decode())


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("address", READ)
def test_everybody_reads_what_is_theirs(
    address: str, who: str, people: dict[str, User], ids: dict[str, str]
) -> None:
    answer = browser(people[who]).get(address.format(**ids))

    assert answer.status_code == READ[address][WHO.index(who)]
    assert who != "stranger" or MARK not in content(answer)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("address", WRITE)
def test_everybody_changes_what_is_theirs(
    address: str, who: str, people: dict[str, User], ids: dict[str, str]
) -> None:
    answer = browser(people[who]).post(address.format(**ids), BODY)

    assert answer.status_code == WRITE[address][WHO.index(who)]
    assert who != "stranger" or MARK not in content(answer)


@pytest.mark.parametrize("address", sorted({*READ, *WRITE}))
def test_nobody_is_sent_to_the_door(address: str, ids: dict[str, str]) -> None:
    for method in ("get", "post"):
        answer = getattr(browser(), method)(address.format(**ids), BODY)
        assert answer["Location"].startswith("/login")


@pytest.mark.parametrize("who", ["teammate", "stranger"])
def test_a_refused_call_changes_nothing(
    who: str, people: dict[str, User], ids: dict[str, str], workspace: Workspace
) -> None:
    client = browser(people[who])
    for address in WRITE:
        if WRITE[address][WHO.index(who)] in {403, 404}:
            client.post(address.format(**ids), BODY)

    assert workspace.memberships.count() == 3
    assert workspace.memberships.filter(role="owner").count() == 1
    assert workspace.invitations.get().withdrawn_at is None
    assert SignIn.objects.get(uid=ids["sign_in"]).ended_at is None


@pytest.mark.parametrize("path", ["workspace", "members", "activity", "data/workspace"])
def test_the_workspace_s_pages_are_not_there_without_one(path: str) -> None:
    assert browser(make_user()).get(f"/settings/{path}").status_code == 404


@pytest.mark.parametrize(
    "path", ["", "/password", "/sessions", "/sessions/others", "/data", "/data/leave"]
)
def test_one_s_own_pages_need_no_workspace(path: str) -> None:
    assert browser(make_user()).get(f"/settings{path}").status_code == 200


def test_a_form_from_another_site_is_refused(people: dict[str, User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["owner"])

    assert client.post("/settings", BODY).status_code == 403
