"""What operators change by hand: every row leaves an entry, in its workspace's chain."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts import audit
from accounts.admin.trail import Trail
from accounts.models import AuditEntry, User, Workspace
from flowia.lib.admin import ReadOnlyRows, Rows
from processing.models import Scenario
from social.models import SocialAccount
from tests.admin.pages import (
    lines,
    member_row,
    operator,
    page_of,
    save_person,
    save_workspace,
    told,
)
from tests.callers import queries_of
from tests.factories import (
    make_account,
    make_conversation,
    make_member,
    make_message,
    make_user,
    make_workspace,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace("Atelier")


@pytest.fixture
def client() -> Client:
    return operator()[0]


def test_every_page_that_can_be_changed_keeps_the_trail() -> None:
    ours = [page for page in admin.site._registry.values() if isinstance(page, Rows)]
    changeable: list[Any] = [page for page in ours if not isinstance(page, ReadOnlyRows)]
    changeable += [admin.site._registry[model] for model in (User, Group)]
    assert len(changeable) >= 7
    assert [page for page in changeable if not isinstance(page, Trail)] == []


def test_a_changed_workspace_and_its_lines_stand_in_its_chain(
    workspace: Workspace, client: Client
) -> None:
    member = make_member(workspace, "owner").memberships.get()
    new = {"user": make_user().pk, "workspace": workspace.pk, "role": "member"}
    answer = save_workspace(client, workspace, member_row(member), new, name="Secret")

    assert answer.status_code == 302
    assert told(workspace) == [
        ("operator.changed", "workspace", ["name"]),
        ("operator.added", "membership", []),
    ]
    assert "Secret" not in str(AuditEntry.objects.values_list("data"))


def test_a_changed_role_and_a_removed_member_are_told(workspace: Workspace, client: Client) -> None:
    one, two, owner = (make_member(workspace, role).memberships.get()
                       for role in ("member", "member", "owner"))  # fmt: skip
    rows = member_row(one, role="owner"), member_row(two, DELETE="on"), member_row(owner)
    assert save_workspace(client, workspace, *rows).status_code == 302
    assert told(workspace) == [
        ("operator.changed", "membership", ["role"]),
        ("operator.deleted", "membership", []),
    ]


def test_a_changed_person_stands_in_the_operators_chain_with_who_did_it() -> None:
    client, me = operator()
    person = make_user()
    save_person(client, person, name="Nouveau")

    entry = AuditEntry.objects.get()
    assert told() == [("operator.changed", "user", ["name"])]
    assert (entry.actor_kind, entry.actor_uid, entry.target_uid) == ("operator", me.uid, person.uid)


def test_saving_without_a_change_tells_nothing(client: Client) -> None:
    assert save_person(client, make_user()).status_code == 302
    assert AuditEntry.objects.count() == 0


def test_an_added_scenario_is_told_and_so_is_a_deleted_account(
    workspace: Workspace, client: Client
) -> None:
    form = {"workspace": workspace.pk, "name": "a", "instruction": "b", "autonomy": "off"}
    more = {"kind": "reply", "trigger": "any", "channel": "any", "outside_hours": "wait"}
    more |= {
        "keywords": "[]",
        "fact_labels": "[]",
        "hours": "{}",
        "language": "fr",
        "priority": "0",
        "comment_answer": "public",
    }
    client.post(reverse("admin:processing_scenario_add"), {**form, **more})
    client.post(page_of(make_account(workspace), "delete"), {"post": "yes"})
    assert told(workspace) == [
        ("scenario.made", "scenario", []),
        ("operator.added", "scenario", []),
        ("operator.deleted", "socialaccount", []),
    ]


def test_an_account_with_contacts_is_not_deleted_and_nothing_of_theirs_is_read_to_say_so(
    workspace: Workspace, client: Client
) -> None:
    account = make_account(workspace)
    address = page_of(account, "delete")
    costs = []
    for number in (1, 4):
        for _ in range(number):
            make_message(make_conversation(workspace, account=account))
        costs.append(queries_of(client, address))
    page = client.get(address).content.decode()
    assert "permission to delete the following types" in page
    assert "<li>contact</li>" in page
    assert costs[0] == costs[1] <= 6
    assert client.post(address, {"post": "yes"}).status_code == 403
    assert SocialAccount.objects.filter(pk=account.pk).exists()
    assert told(workspace) == []


def test_rows_deleted_together_are_told_one_by_one(workspace: Workspace, client: Client) -> None:
    for name in "ab":
        Scenario.objects.create(workspace=workspace, name=name, instruction="c")
    chosen = Scenario.objects.values_list("pk", flat=True)
    form = {"action": "delete_selected", "_selected_action": list(chosen), "post": "yes"}
    client.post(reverse("admin:processing_scenario_changelist"), form)
    assert told(workspace) == [("operator.deleted", "scenario", [])] * 2


def test_a_change_that_cannot_be_told_is_not_made(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_words: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    client.raise_request_exception = False
    person = make_user(name="Avant")
    assert save_person(client, person, name="Après").status_code == 500
    person.refresh_from_db()
    assert person.name == "Avant"


def test_a_group_is_told_by_its_number(client: Client) -> None:
    client.post(reverse("admin:auth_group_add"), {"name": "Support", **lines("permissions")})
    assert AuditEntry.objects.get().data == {"group": Group.objects.get().pk}
