"""Members: roles, invitations, and the last owner."""

from typing import Any

import pytest
from redis import Redis

from accounts import audit, members
from accounts.members import LastOwnerError, OtherPersonError
from accounts.models import AuditEntry, Invitation, Membership, User, Workspace
from flowia.lib.errors import ConflictError
from tests.callers import caller
from tests.factories import UNPROVED, make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db
BY = audit.SYSTEM


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


def invite(owner: User, email: str = "hugo@exemple.fr", role: str = "member") -> Any:
    body = {"email": email, "role": role}
    return caller(owner).post("/invitations", body, content_type="application/json")


def test_an_owner_invites_and_sees_who_has_not_answered(owner: User) -> None:
    made = invite(owner, " Hugo@Exemple.fr ")

    assert made.status_code == 201
    (open_one,) = caller(owner).get("/invitations").json()["results"]
    assert (open_one["email"], open_one["role"]) == ("hugo@exemple.fr", "member")


@pytest.mark.parametrize("address", ["/members", "/invitations", "/auth/sessions"])
def test_lists_of_people_have_pages(owner: User, address: str) -> None:
    make_member(owner.memberships.get().workspace)
    for name in ("hugo", "ines"):
        invite(owner, f"{name}@exemple.fr")
    client = caller(owner)
    first = client.get(f"{address}?limit=1").json()
    second = client.get(first["next"]).json()

    assert set(first) == {"results", "next", "previous"}
    assert first["previous"] is None
    assert [len(page["results"]) for page in (first, second)] == [1, 1]
    assert first["results"] != second["results"]


def test_inviting_again_makes_the_first_link_dead(owner: User) -> None:
    invite(owner)
    invite(owner, role="owner")

    assert Invitation.objects.filter(withdrawn_at=None).get().role == "owner"


def test_a_member_is_not_invited_again(owner: User) -> None:
    answer = invite(owner, owner.email)

    assert (answer.status_code, list(answer.json()["errors"])) == (409, ["email"])


def test_the_invited_person_joins_once_and_their_address_is_proved(owner: User) -> None:
    invite(owner)
    invitation = Invitation.objects.get()
    hugo = make_user("hugo@exemple.fr")
    member = members.accept(invitation, hugo, by=BY)

    hugo.refresh_from_db()
    assert (member.role, hugo.email_verified_at is not None) == ("member", True)
    with pytest.raises(ConflictError):
        members.accept(invitation, hugo, by=BY)


def test_somebody_else_does_not_join_with_the_link(owner: User) -> None:
    invite(owner)
    with pytest.raises(OtherPersonError):
        members.accept(Invitation.objects.get(), make_user(), by=BY)


def test_a_withdrawn_invitation_is_dead(owner: User) -> None:
    uid = invite(owner).json()["id"]
    assert caller(owner).delete(f"/invitations/{uid}").status_code == 204

    with pytest.raises(ConflictError):
        members.accept(Invitation.objects.get(), make_user("hugo@exemple.fr"), by=BY)


def change(user: User, member: Membership, role: str) -> Any:
    body = {"role": role}
    return caller(user).patch(f"/members/{member.uid}", body, content_type="application/json")


def test_the_last_owner_stays_owner(owner: User) -> None:
    answer = change(owner, owner.memberships.get(), "member")

    assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
    assert caller(owner).delete(f"/members/{owner.memberships.get().uid}").status_code == 409


def test_with_a_second_owner_the_first_may_leave(owner: User, workspace: Workspace) -> None:
    hugo = make_member(workspace, "member")
    assert change(owner, hugo.memberships.get(), "owner").status_code == 200

    assert caller(owner).delete(f"/members/{owner.memberships.get().uid}").status_code == 204
    assert caller(owner).get("/members").status_code == 404


def test_when_one_of_two_owners_left_the_other_stays(owner: User, workspace: Workspace) -> None:
    other = make_member(workspace)
    first, second = owner.memberships.get(), other.memberships.get()
    members.remove(first, by=BY)
    with pytest.raises(LastOwnerError):
        members.remove(second, by=BY)


def test_a_member_may_leave_but_not_remove_or_promote(owner: User, workspace: Workspace) -> None:
    hugo = make_member(workspace, "member")
    assert change(hugo, hugo.memberships.get(), "owner").status_code == 403
    assert caller(hugo).delete(f"/members/{owner.memberships.get().uid}").status_code == 403

    assert caller(hugo).delete(f"/members/{hugo.memberships.get().uid}").status_code == 204


def test_a_removed_member_s_token_reaches_nothing_any_more(
    owner: User, workspace: Workspace
) -> None:
    hugo = make_member(workspace, "member")
    client = caller(hugo)
    assert client.get("/conversations").status_code == 200
    members.remove(hugo.memberships.get(), by=BY)

    assert client.get("/conversations").status_code == 404


def test_every_step_is_in_the_audit_log(owner: User, workspace: Workspace) -> None:
    hugo = make_member(workspace, "member")
    invite(owner)
    change(owner, hugo.memberships.get(), "owner")
    members.remove(hugo.memberships.get(), by=BY)

    actions = list(AuditEntry.objects.order_by("number").values_list("action", flat=True))
    assert actions == ["member.invited", "member.role_changed", "member.removed"]
    assert audit.broken_at(str(workspace.uid)) is None


def test_somebody_whose_own_address_is_unproved_invites_nobody(workspace: Workspace) -> None:
    answer = invite(make_member(workspace, **UNPROVED))

    assert (answer.status_code, answer.json()["code"]) == (409, "address_not_verified")
    assert not Invitation.objects.exists()


def test_what_somebody_sent_dies_with_their_role(owner: User, workspace: Workspace) -> None:
    other = make_member(workspace)
    invite(other)
    change(owner, other.memberships.get(), "member")

    assert not members.open_invitations(workspace).exists()


def test_invitations_to_one_address_are_limited(owner: User, live_redis: Redis) -> None:
    assert [invite(owner).status_code for _ in range(6)] == [201] * 5 + [429]
