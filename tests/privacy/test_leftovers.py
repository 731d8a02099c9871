"""What could stay behind an erasure: the admin's history, letters to outsiders, rows in tools."""

from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.test import Client

from accounts import audit, members
from accounts.models import Letter, User
from integrations.models import Removal
from processing.models import Contact
from processing.privacy import leaving
from tests.factories import make_member, make_user, make_workspace
from tests.privacy.test_leaving import end
from tests.processing.conftest import Scene

pytestmark = pytest.mark.django_db


def noted(row: Model, message: str = "") -> LogEntry:
    """An operator changed `row` in the admin."""
    return LogEntry.objects.create(
        user=User.objects.filter(is_staff=True).first() or make_user(is_staff=True),
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        object_repr=str(row),
        action_flag=CHANGE,
        change_message=message,
    )


def test_the_admins_history_forgets_an_erased_workspace(
    scene: Scene, contact: Contact, owner: Client
) -> None:
    for row in (scene.workspace, contact, scene.workspace.memberships.get()):
        noted(row)
    kept = noted(make_workspace("Ailleurs"))
    end(owner)
    assert list(LogEntry.objects.all()) == [kept]


def test_the_admins_history_forgets_an_erased_person(scene: Scene) -> None:
    make_member(scene.workspace)
    user, other = make_member(scene.workspace, email="zq@exemple.fr"), make_user()
    for row in (user, scene.workspace.memberships.get(user=user)):
        noted(row)
    noted(scene.workspace, '[{"changed": {"object": "zq@exemple.fr owner"}}]')
    kept = noted(other)
    leaving.erase_person(user, by=audit.SYSTEM)
    assert list(LogEntry.objects.all()) == [kept]


def test_letters_to_whom_it_invited_go_with_a_workspace(scene: Scene, owner: Client) -> None:
    user, other = User.objects.get(), make_workspace("Ailleurs")
    for workspace in (scene.workspace, other):
        members.invite(workspace, "zq@exemple.fr", "member", user=user, by=audit.SYSTEM)
    end(owner)
    uid = other.invitations.get().uid
    assert list(Letter.objects.values_list("subject_uid", flat=True)) == [uid]


@pytest.mark.parametrize(("status", "rows"), [("queued", 2), ("failed", 2), ("done", 1)])
def test_rows_that_were_still_to_be_removed_are_told_too(
    notion: Scene, contact: Contact, owner: Client, status: str, rows: int
) -> None:
    tool: Any = notion.workspace.integrations.get()
    Removal.objects.create(
        workspace=notion.workspace, integration=tool, lead_uid=notion.workspace.uid, status=status
    )
    assert end(owner).json() == {"left_outside": [{"tool": "Notion", "rows": rows}]}
