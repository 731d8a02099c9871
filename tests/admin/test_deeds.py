"""What operators do beside changing rows: replays, the schedule, moves, the encryption key."""

import io
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from pytest_django import Settings

from accounts.admin.trail import Trail
from accounts.models import AuditEntry, Letter, Workspace
from flowia.lib.crypto import make_key
from integrations.models import Integration
from processing.models import DeadLetter
from tests.admin.pages import lines, operator, page_of, told
from tests.factories import make_account, make_user, make_webhook, make_workspace

pytestmark = pytest.mark.django_db
TASKS = "admin:django_celery_beat_periodictask_changelist"


@pytest.fixture
def client() -> Client:
    return operator()[0]


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace("Atelier")


def act(client: Client, page: str, action: str, *rows: Any) -> None:
    form = {"action": action, "_selected_action": [row.pk for row in rows]}
    assert client.post(reverse(page), form).status_code == 302


def test_a_replayed_letter_is_told(client: Client) -> None:
    person = make_user()
    failed, sent = (
        Letter.objects.create(kind="x", user=person, status=status) for status in ("failed", "sent")
    )
    act(client, "admin:accounts_letter_changelist", "post_again", failed, sent)
    assert told() == [("operator.replayed", "letter", [])]
    assert AuditEntry.objects.get().target_uid == failed.uid


def test_a_replayed_call_is_told(client: Client) -> None:
    act(
        client,
        "admin:social_webhookevent_changelist",
        "replay",
        make_webhook(status="failed"),
        make_webhook(status="processed"),
    )
    assert told() == [("operator.replayed", "webhookevent", [])]


def test_a_replayed_dead_letter_stands_in_its_workspaces_chain(
    client: Client, workspace: Workspace
) -> None:
    call = make_webhook(status="failed")
    letter = DeadLetter.objects.create(
        kind="receive", object_id=call.pk, workspace=workspace, reason="x", attempts=3
    )
    act(client, "admin:processing_deadletter_changelist", "replay", letter)
    assert told(workspace) == [("operator.replayed", "deadletter", [])]


def periodic(name: str = "purge", **more: Any) -> PeriodicTask:
    interval, _made = IntervalSchedule.objects.get_or_create(every=3, period="seconds")
    return PeriodicTask.objects.create(name=name, task="x.y", interval=interval, **more)


@pytest.mark.parametrize("action", ["enable_tasks", "disable_tasks", "toggle_tasks"])
def test_a_task_that_is_switched_is_told_by_its_name(client: Client, action: str) -> None:
    task = periodic()
    act(client, TASKS, action, task, periodic("privacy"))
    assert told() == [("operator.changed", "", ["enabled"])] * 2
    assert AuditEntry.objects.get(data__name="purge").data == {
        "fields": ["enabled"], "table": "periodictask", "row": task.pk, "name": "purge",
    }  # fmt: skip


def test_a_task_that_is_run_by_hand_is_told(client: Client) -> None:
    act(client, TASKS, "run_tasks", periodic())
    assert told() == [("operator.ran", "", [])]


def test_a_changed_task_and_a_deleted_one_are_told(client: Client) -> None:
    task = periodic()
    interval: Any = task.interval
    form = {
        "name": "purge", "task": "x.y", "interval": interval.pk, "args": "[]", "kwargs": "{}",
        "headers": "{}", "start_time_0": "", "start_time_1": "",
    }  # fmt: skip
    address = reverse("admin:django_celery_beat_periodictask_change", args=[task.pk])
    assert client.post(address, form).status_code == 302
    [(action, _target, fields)] = told()
    assert (action, "enabled" in fields) == ("operator.changed", True)
    client.post(address.replace("change", "delete"), {"post": "yes"})
    assert told()[-1] == ("operator.deleted", "", [])


def test_every_page_of_the_schedule_keeps_the_trail(client: Client) -> None:
    pages = [
        page
        for model, page in admin.site._registry.items()
        if model._meta.app_label == "django_celery_beat"
    ]
    assert len(pages) == 5
    assert [page for page in pages if not isinstance(page, Trail)] == []
    form = {"every": 9, "period": "days", **lines("periodictask_set")}
    client.post(reverse("admin:django_celery_beat_intervalschedule_add"), form)
    assert told() == [("operator.added", "", [])]
    assert not CrontabSchedule.objects.exists()


def moved(client: Client, row: Any, to: Workspace, **form: Any) -> None:
    assert client.post(page_of(row), {"workspace": to.pk, **form}).status_code == 302
    row.refresh_from_db()
    assert row.workspace == to


def test_a_moved_integration_stands_in_both_chains(client: Client, workspace: Workspace) -> None:
    row = Integration.objects.create(workspace=workspace, kind="notion", target={}, field_map={})
    other = make_workspace("Ailleurs")
    form = {"kind": "notion", "target": "{}", "field_map": "{}", "status": row.status}
    moved(client, row, other, **form)
    assert told(workspace) == [("operator.moved_away", "integration", [])]
    [(action, target, fields)] = told(other)
    assert (action, target, fields[0]) == ("operator.changed", "integration", "workspace")
    assert AuditEntry.objects.get(action="operator.moved_away").target_uid == row.uid


def test_a_moved_account_too(client: Client, workspace: Workspace) -> None:
    row, other = make_account(workspace), make_workspace("Ailleurs")
    form = {name: getattr(row, name) for name in ("provider", "kind", "external_id", "status")}
    moved(client, row, other, **form)
    assert [action for action, *_ in told(workspace)] == ["operator.moved_away"]
    assert [action for action, *_ in told(other)] == ["operator.changed"]


def test_a_change_of_the_encryption_key_is_told(workspace: Workspace, settings: Settings) -> None:
    account = make_account(workspace)
    account.seal({"page_token": "EAAB"})
    account.save()
    settings.ENCRYPTION_KEYS = [make_key(), *settings.ENCRYPTION_KEYS]
    call_command("rotate_encryption", "--dry-run", stdout=io.StringIO())
    assert told() == []
    for _ in range(2):
        call_command("rotate_encryption", stdout=io.StringIO())
    assert [action for action, *_ in told()] == ["encryption.rotated"]
    assert AuditEntry.objects.get().actor_kind == "system"
