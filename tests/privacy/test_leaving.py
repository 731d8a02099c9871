"""The end of a workspace, and of a person who signs in."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, Letter, Membership, SignIn, User, Workspace
from integrations.models import SyncedRow
from processing.models import Contact, Delivery, Message
from processing.privacy import exporting, leaving, tasks
from processing.privacy.models import Export
from tests.callers import caller
from tests.factories import PASSWORD, make_member, make_workspace
from tests.privacy.canaries import archive_of, everything
from tests.processing.conftest import PERSON, Scene

JSON = "application/json"


def leave(client: Client, **body: str) -> Any:
    return client.post("/auth/me/erasure", body, content_type=JSON)


def end(client: Client, confirm: str = "Atelier", password: str = PASSWORD) -> Any:
    body = {"confirm": confirm, "password": password}
    return client.post("/workspace/erasure", body, content_type=JSON)


def test_a_workspace_goes_with_rows_calls_files_and_tokens(
    notion: Scene, contact: Contact, owner: Client, files: Path
) -> None:
    tasks.export(exporting.ask(notion.workspace, by=audit.SYSTEM, language="fr").pk)
    notion.say("Zqtext")
    sealed, page = notion.account.sealed_credentials, notion.account.external_id
    answer = end(owner)
    assert answer.status_code == 200
    left = everything(files)
    assert [one for one in (PERSON, "Zqtext", sealed, page, "EAAB") if one in left] == []
    assert list(files.glob("*")) == []
    assert not Workspace.objects.exists()


def test_it_tells_what_stays_outside(notion: Scene, contact: Contact, owner: Client) -> None:
    assert SyncedRow.objects.count() == 1
    assert end(owner).json() == {"left_outside": [{"tool": "Notion", "rows": 1}]}


def test_the_operators_chain_keeps_one_last_entry(scene: Scene, owner: Client) -> None:
    audit.record("thing.done", by=audit.SYSTEM, workspace=scene.workspace)
    head = AuditEntry.objects.get().digest
    end(owner)
    entry = AuditEntry.objects.get()
    assert (entry.chain, entry.action) == ("operators", "workspace.erased")
    assert entry.data == {"workspace": str(scene.workspace.uid), "entries": 1, "head": head}
    assert audit.broken_at("operators") is None


def test_another_workspace_stays_as_it_is(scene: Scene, owner: Client) -> None:
    other = make_workspace("Ailleurs")
    audit.record("thing.done", by=audit.SYSTEM, workspace=other)
    end(owner)
    assert list(Workspace.objects.all()) == [other]
    assert audit.broken_at(str(other.uid)) is None


def test_its_people_stay(scene: Scene, owner: Client) -> None:
    assert end(owner).status_code == 200
    assert User.objects.count() == 1
    assert owner.get("/auth/me").json()["memberships"] == []


def test_the_name_has_to_be_written_out(scene: Scene, owner: Client) -> None:
    answer = end(owner, "atelier")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["confirm"])
    assert Workspace.objects.exists()


def test_a_member_may_not_end_it_and_a_stranger_not_find_it(scene: Scene) -> None:
    assert end(caller(make_member(scene.workspace, "member"))).status_code == 403
    stranger = caller(
        make_member(make_workspace("Ailleurs")), **{"x-workspace": str(scene.workspace.uid)}
    )
    assert end(stranger).status_code == 404


def test_it_waits_for_messages_that_are_leaving(
    scene: Scene, contact: Contact, owner: Client
) -> None:
    Delivery.objects.update(status="sending")
    answer = end(owner)
    assert (answer.status_code, answer.json()["code"]) == (409, "messages_are_leaving")
    assert Message.objects.exists()


def test_a_person_goes_with_all_that_is_theirs(scene: Scene, files: Path) -> None:
    make_member(scene.workspace)
    user = make_member(scene.workspace, "member", name="Zqname", email="zqmember@exemple.fr")
    Letter.objects.create(kind="welcome", user=user, email=user.email)
    tasks.export(exporting.ask(scene.workspace, by=audit.SYSTEM, language="fr").pk)
    assert "zqmember@exemple.fr" in everything(files), "the copy tells who works there"
    assert leave(caller(user), password=PASSWORD).status_code == 204
    left = everything(files)
    assert [one for one in ("Zqname", "zqmember@exemple.fr") if one in left] == []
    assert Export.objects.get().status == "gone"
    assert Workspace.objects.exists()
    actions = set(AuditEntry.objects.values_list("chain", "action"))
    assert (str(scene.workspace.uid), "member.erased") in actions


@pytest.mark.django_db(transaction=True)
def test_a_copy_written_while_a_person_goes_is_dropped_too(
    scene: Scene, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_member(scene.workspace)
    user = make_member(scene.workspace, "member", email="zqmember@exemple.fr")
    real = leaving._delete_person

    def late(person: User) -> None:
        real(person)
        # As another process does it, which cannot see yet that the person goes.
        export = Export.objects.create(workspace=scene.workspace, status="ready")
        (exporting.folder() / f"{export.uid}.zip").write_bytes(b"zqmember@exemple.fr")

    monkeypatch.setattr(leaving, "_delete_person", late)
    leaving.erase_person(user, by=audit.SYSTEM)
    assert list(files.glob("*")) == []


def test_a_wrong_password_erases_nobody(scene: Scene) -> None:
    user = make_member(scene.workspace)
    answer = leave(caller(user), password="faux")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["password"])
    assert User.objects.exists()


def test_guessing_the_password_is_slowed_down(scene: Scene) -> None:
    client = caller(make_member(scene.workspace))
    statuses = [leave(client, password="faux").status_code for _ in range(11)]
    assert statuses == [*[400] * 10, 429]


@pytest.mark.parametrize("password", ["faux", ""])
def test_a_workspace_asks_for_the_password_too(scene: Scene, owner: Client, password: str) -> None:
    answer = end(owner, password=password)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["password"])
    assert Workspace.objects.exists()


def test_guessing_at_the_end_of_a_workspace_is_slowed_down(scene: Scene, owner: Client) -> None:
    statuses = [end(owner, password="faux").status_code for _ in range(11)]
    assert statuses == [*[400] * 10, 429]


@pytest.mark.parametrize("ask", [leave, end])
def test_who_has_no_password_signs_in_again(scene: Scene, ask: Any) -> None:
    user = make_member(scene.workspace)
    user.set_unusable_password()
    user.save()
    client = caller(user)
    SignIn.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    answer = ask(client)
    assert (answer.status_code, answer.json()["code"]) == (409, "sign_in_again")
    assert Workspace.objects.exists()
    assert ask(caller(user)).status_code in {200, 204}
    assert not Workspace.objects.exists()


def test_the_only_owner_of_a_shared_workspace_has_to_stay(scene: Scene) -> None:
    user = make_member(scene.workspace)
    make_member(scene.workspace, "member")
    answer = leave(caller(user), password=PASSWORD)
    assert (answer.status_code, answer.json()["code"]) == (409, "only_owner")
    assert "propriétaire" in answer.json()["detail"]
    make_member(scene.workspace)
    assert leave(caller(user), password=PASSWORD).status_code == 204


def test_a_workspace_in_which_nobody_is_left_goes_too(scene: Scene, contact: Contact) -> None:
    assert leave(caller(make_member(scene.workspace)), password=PASSWORD).status_code == 204
    assert not Workspace.objects.exists()
    assert not Contact.objects.exists()


def test_a_person_gets_a_copy_of_what_is_theirs(scene: Scene) -> None:
    user = make_member(scene.workspace, name="Camille")
    other = make_member(scene.workspace, name="Nqother")
    for one in (user, other):
        SignIn.objects.create(
            user=one, kind="browser", device=f"device of {one.name}",
            rotated_at=one.created_at, seen_at=one.created_at, expires_at=one.created_at,
        )  # fmt: skip
        audit.record("thing.done", by=audit.by(one, "192.0.2.1"), workspace=scene.workspace)
    data, page = archive_of(caller(user).get("/auth/me/export"))
    devices = {row["device"] for row in data["signin"]["rows"]}
    assert devices == {"device of Camille", ""}, "the last is this very call's"
    assert data["auditentry"]["rows"][0]["action"] == "thing.done"
    assert data["membership"]["rows"][0]["role"] == "owner"
    assert "Nqother" not in page
    assert user.password not in page


@pytest.mark.parametrize("address", ["/auth/me", "/auth/me/"])
def test_who_am_i_is_still_answered_there(scene: Scene, address: str) -> None:
    user = make_member(scene.workspace)
    assert caller(user).get(address).json()["email"] == user.email
    assert caller(user).post(address).status_code == 200
    assert Membership.objects.count() == 1
