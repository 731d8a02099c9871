"""People in the operators' pages: passwords, addresses, rights, last owners, erasing."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts.members import LastOwnerError
from accounts.models import AuditEntry, Letter, Membership, SignIn, User, Workspace
from accounts.wording import wording_of
from tests.admin.pages import member_row, operator, page_of, save_person, save_workspace
from tests.callers import browser, tokens_of
from tests.factories import make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db
NEW = "tout-autre-phrase-99"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace("Atelier")


@pytest.fixture
def client() -> Client:
    return operator()[0]


def set_password(client: Client, user: User, **changes: str) -> Any:
    form = {"password1": NEW, "password2": NEW, "usable_password": "true", **changes}
    return client.post(f"/admin/accounts/user/{user.pk}/password/", form)


def ends_of(user: User) -> list[str]:
    return list(
        SignIn.objects.filter(user=user).order_by("pk").values_list("end_reason", flat=True)
    )


def test_a_password_set_by_an_operator_ends_every_sign_in(client: Client) -> None:
    person = make_user()
    tokens_of(person)
    set_password(client, person)

    assert ends_of(person) == ["password_changed"]
    assert Letter.objects.get().kind == "password_changed"


def test_a_password_set_by_an_operator_is_told_in_the_workspace(
    client: Client, workspace: Workspace
) -> None:
    person = make_member(workspace)
    set_password(client, person)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_kind) == ("password.set", "operator")
    assert (entry.chain, entry.target_uid) == (str(workspace.uid), person.uid)


def test_a_password_that_is_refused_ends_nothing(client: Client) -> None:
    person = make_user()
    tokens_of(person)
    set_password(client, person, password2="another")
    assert ends_of(person) == [""]
    assert AuditEntry.objects.count() == 0


def test_operators_keep_the_browser_in_which_they_set_their_own_password() -> None:
    client, me = operator()
    tokens_of(me)
    set_password(client, me)
    assert sorted(ends_of(me)) == ["", "password_changed"]
    assert client.get("/admin/").status_code == 200


def test_operators_change_their_password_where_everybody_does(client: Client) -> None:
    form = {"old_password": "un-mot-de-passe-long", "new_password1": NEW, "new_password2": NEW}
    answer = client.post("/admin/password_change/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/settings/password")
    assert client.get("/settings/password").status_code == 200
    assert not User.objects.get().check_password(NEW)


def test_who_was_switched_off_and_on_again_signs_in_anew(client: Client) -> None:
    person = make_user()
    pair = tokens_of(person)
    save_person(client, person, is_active=None)
    assert ends_of(person) == ["deactivated"]
    save_person(client, person)

    program = Client(headers={"authorization": f"Bearer {pair.access}"})
    assert program.get("/auth/me").status_code == 401


def test_another_address_is_not_proved_and_not_googles(client: Client) -> None:
    person = make_user(email_verified_at=timezone.now(), google_sub="107")
    save_person(client, person, name="Camille")
    person.refresh_from_db()
    assert person.google_sub == "107"

    save_person(client, person, email="autre@exemple.fr")
    person.refresh_from_db()
    assert person.google_sub is None
    assert person.email_verified_at is None


def test_another_address_ends_the_sign_ins_and_tells_the_one_before(client: Client) -> None:
    person = make_user("avant@exemple.fr")
    tokens_of(person)
    save_person(client, person, name="Camille")
    assert ends_of(person) == [""]
    assert not Letter.objects.exists()

    save_person(client, person, email="apres@exemple.fr")
    assert ends_of(person) == ["address_changed"]
    letter = Letter.objects.get()
    assert (letter.kind, letter.email, letter.user) == (
        "address_changed", "avant@exemple.fr", person,
    )  # fmt: skip
    wording = wording_of(letter)
    assert wording is not None
    assert "apres" not in wording.text


@pytest.mark.parametrize("power", ["is_staff", "is_superuser"])
def test_staff_make_nobody_an_operator(power: str) -> None:
    client, _me = operator("change_user")
    person = make_user()
    answer = save_person(client, person, **{power: "on", "name": "Camille"})

    person.refresh_from_db()
    assert (answer.status_code, person.name) == (302, "Camille")
    assert (person.is_staff, person.is_superuser) == (False, False)


def test_staff_give_nobody_a_group() -> None:
    client, _me = operator("change_user", "change_group", "add_group", "delete_group")
    person, group = make_user(), Group.objects.create(name="Support")
    save_person(client, person, groups=group.pk)

    assert person.groups.count() == 0
    assert client.post("/admin/auth/group/add/", {"name": "Tout"}).status_code == 403
    assert client.post(page_of(group), {"name": "Tout"}).status_code == 403
    assert client.post(page_of(group, "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("powers", [{"is_superuser": True}, {"is_staff": True}])
def test_staff_change_no_operator(powers: dict[str, Any]) -> None:
    client, _me = operator("change_user", "view_user")
    other = make_user(**powers)
    assert save_person(client, other, name="Camille").status_code == 403
    assert set_password(client, other).status_code == 403
    assert client.get(page_of(other)).status_code == 200


def test_superusers_make_operators(client: Client) -> None:
    person = make_user()
    save_person(client, person, is_staff="on")
    assert User.objects.get(pk=person.pk).is_staff


def test_people_and_workspaces_are_not_deleted_here_and_the_page_says_where(
    client: Client, workspace: Workspace
) -> None:
    for row, where in ((make_member(workspace), "/auth/me/"), (workspace, "/workspace/")):
        page = client.get(page_of(row)).content.decode()
        assert f"POST {where}erasure" in page
        assert "deletelink" not in page
        assert client.post(page_of(row, "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("change", [{"role": "member"}, {"DELETE": "on"}])
def test_the_last_owner_stays_one(
    change: dict[str, str], client: Client, workspace: Workspace
) -> None:
    owner = make_member(workspace).memberships.get()
    make_member(workspace, "member")
    pages = (
        save_workspace(client, workspace, member_row(owner, **change)),
        save_person(client, owner.user, member_row(owner, **change)),
    )
    for page in pages:
        assert str(LastOwnerError.detail) in page.content.decode()
    owner.refresh_from_db()
    assert owner.role == "owner"


def test_the_last_owner_does_not_move_to_another_workspace(
    client: Client, workspace: Workspace
) -> None:
    owner = make_member(workspace).memberships.get()
    moved = member_row(owner, workspace=make_workspace().pk)
    assert save_person(client, owner.user, moved).status_code == 200
    assert workspace.memberships.filter(role="owner").exists()


def test_an_owner_goes_when_another_comes(client: Client, workspace: Workspace) -> None:
    old = make_member(workspace).memberships.get()
    new = make_member(workspace, "member").memberships.get()
    rows = member_row(old, DELETE="on"), member_row(new, role="owner")
    assert save_workspace(client, workspace, *rows).status_code == 302
    assert list(Membership.objects.values_list("pk", "role")) == [(new.pk, "owner")]


def test_one_of_two_owners_goes(client: Client, workspace: Workspace) -> None:
    one, _two = (make_member(workspace).memberships.get() for _ in range(2))
    answer = save_person(client, one.user, member_row(one, role="member"))
    assert answer.status_code == 302


@pytest.mark.parametrize(("right", "end"), [("view", ""), ("change", "signed_out_elsewhere")])
def test_only_who_may_change_sign_ins_ends_them(right: str, end: str) -> None:
    client, _me = operator("view_signin", f"{right}_signin")
    person = make_user()
    tokens_of(person)
    chosen = SignIn.objects.get(user=person).pk
    form = {"action": "sign_out", "_selected_action": [chosen]}
    client.post("/admin/accounts/signin/", form)
    assert ends_of(person) == [end]


def test_languages_are_chosen_from_those_there_are(client: Client, workspace: Workspace) -> None:
    person = make_user()
    assert save_person(client, person, language="xx").status_code == 200
    assert save_workspace(client, workspace, language="xx").status_code == 200
    for row in (person, workspace):
        assert '<option value="en">' in client.get(page_of(row)).content.decode()


def test_a_member_is_no_operator(workspace: Workspace) -> None:
    person = make_member(workspace)
    assert set_password(browser(person), person).status_code == 302
    assert not User.objects.get(pk=person.pk).check_password(NEW)
